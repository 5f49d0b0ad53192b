"""The tables of an edition that say where each scored KPI is heading."""

from etl.tables import Column, Table

_KPI = Column("kpi", "TEXT", "name of the definition file")

CHARTS = Table(
    "charts",
    "One row per scored KPI: what its control chart says today.",
    (
        _KPI,
        Column("rules", "TEXT", "named rule set"),
        Column("chart", "TEXT", "kind of chart", allowed=("xmr", "p_prime")),
        Column("step", "TEXT", "how far apart the points are: month, year"),
        Column("basis", "TEXT", "what the lines rest on: limits, run_chart, no_variation, no_limits"),
        Column("points", "INTEGER", "values since the limits last started anew"),
        Column("since", "DATE", "when the limits started anew", required=False),
        Column("variation", "TEXT", "meaning of the latest point; missing: too few points", required=False),
        Column("assurance", "TEXT", "what the limits say about the target of the month", required=False),
        Column("assurance_reason", "TEXT", "why, or why nothing is said"),
        Column("words", "TEXT", "all of it in sentences, most important first"),
    ),
    key=("kpi",),
)

SIGNALS = Table(
    "signals",
    "One row per scored KPI and date due between its first and its latest figure.",
    (
        _KPI,
        Column("month", "DATE", "the month, or last month of the period"),
        Column("value", "DOUBLE", "the figure; missing is a gap", required=False),
        Column("mean", "DOUBLE", "centre line", required=False),
        Column("median", "DOUBLE", "centre line of a run chart", required=False),
        Column("lower", "DOUBLE", "lower process limit, not clipped", required=False),
        Column("upper", "DOUBLE", "upper process limit, not clipped", required=False),
        Column("target", "DOUBLE", "planned value of the month", required=False),
        Column("signal", "TEXT", "which rule the point meets", required=False),
        Column("meaning", "TEXT", "better, worse, or chance", required=False),
        Column("rebase_reason", "TEXT", "why the limits start anew here, and who said so", required=False),
    ),
    key=("kpi", "month"),
)

FORECAST = Table(
    "forecast",
    "One row per scored KPI and month ahead.",
    (
        _KPI,
        Column("month", "DATE", "the month, or last month of the period"),
        Column("median", "DOUBLE", "as likely above as below"),
        Column("low80", "DOUBLE", "lower end of the 80 % interval"),
        Column("high80", "DOUBLE", "upper end"),
    ),
    key=("kpi", "month"),
)

PACE = Table(
    "pace",
    "One row per scored KPI: how fast it moves and how fast it would have to.",
    (
        _KPI,
        Column("months_ahead", "INTEGER", "months ahead of the planned path, below 0 behind", required=False),
        Column("months_ahead_least", "BOOLEAN", "whether it is at least so many", required=False),
        Column("required_change", "DOUBLE", "change a month to the next milestone", required=False),
        Column("achieved_change", "DOUBLE", "change a month over the last twelve figures", required=False),
        Column("achieved_low", "DOUBLE", "lower end of its 95 % interval", required=False),
        Column("achieved_high", "DOUBLE", "upper end", required=False),
        Column("method", "TEXT", "how the forecast was made", required=False),
        Column("cannot_tell", "TEXT", "why there is no forecast", required=False),
    ),
    key=("kpi",),
)
