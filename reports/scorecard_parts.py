"""The pack's parts on the scorecard: the summary, the table of every KPI, and each KPI that needs attention."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components import charts, course, phrases, tables
from pages.components.edition import Edition, plan_of
from pages.components.theme import LIGHT, Look
from reports import action_parts
from reports.content import Drawing, Line, Native, Part, Role, Table, along, months_between

ATTENTION = "What needs attention"
_NO_SIGNAL = "no control chart"
_RAG = "RAG of its actions"
_WIDTHS = {"KPI": 2.4, "Latest": 1.5, "Status": 1.1, "Signals": 1.4, _RAG: 0.9}


def summary(edition: Edition) -> Part:
    """Return the one-minute summary: the plan's clock, the scorecard in sentences, what needs attention."""
    scorecard = edition.tables["scorecard"]
    urgent = scorecard[scorecard["overdue_source"].isna()].dropna(subset=["attention"]).sort_values("attention")
    lines = tuple(f"{_title(edition, str(row['kpi']))}: {_reason(row)}" for _, row in urgent.iterrows())
    told = [str(sentence) for sentence in edition.tables["summary"].sort_values("position")["sentence"]]
    return Part(
        "The plan in one minute",
        "Summary",
        (phrases.clock_words(edition.manifest), *told),
        lists=((ATTENTION, lines or ("Nothing on the scorecard needs the board's attention in this edition.",)),),
        sources=(phrases.edition_words(edition.manifest),),
    )


def scorecard(edition: Edition) -> list[Part]:
    """Return one part a priority area: each KPI with its milestones, planned and actual, status and signals."""
    rows = edition.tables["scorecard"].sort_values("position")
    if rows.empty:
        return [Part("Scorecard", "Scorecard", ("The plan's scorecard has no KPI yet.",))]
    return [_of_area(edition, str(area), of_area) for area, of_area in rows.groupby("priority_area", sort=False)]


def _of_area(edition: Edition, area: str, rows: pd.DataFrame) -> Part:
    frame = pd.DataFrame([_row(edition, row) for _, row in rows.iterrows()]).fillna("")
    if (frame[_RAG] == "").all():
        frame = frame.drop(columns=_RAG)
    widths = tuple(_WIDTHS.get(str(name), 1.35) for name in frame)
    counted = rows["status"].map(wording.STATUS_WORDS).value_counts(sort=False)
    told = ", ".join(f"{str(words).lower()} {count}" for words, count in counted.items())
    return Part(
        f"Scorecard: {area}",
        "Scorecard",
        (f"{len(rows)} KPI{'' if len(rows) == 1 else 's'}: {told}.",),
        tables=(Table(f"Scorecard of {area}", frame, widths=widths),),
        sources=tuple(dict.fromkeys(line for kpi in rows["kpi"] for line in sources(edition, str(kpi)))),
    )


def _row(edition: Edition, scored: pd.Series) -> dict[str, str]:
    kpi = str(scored["kpi"])
    plan = plan_of(edition, kpi)
    reference = f"\n{scored['plan_ref']}" if pd.notna(scored["plan_ref"]) else ""
    out = {"KPI": f"{plan.title}{reference}", "Latest": latest(scored, plan.unit)}
    for cell in phrases.milestone_cells(plan.milestones, plan.unit):
        out[cell.label] = _cell(cell)
    out["Status"] = phrases.status_words(str(scored["status"]))
    out["Signals"] = "\n".join(signals(edition, kpi)) or _NO_SIGNAL
    out[_RAG] = action_parts.ratings(edition, kpi)
    return out


def _cell(cell: phrases.Cell) -> str:
    planned = "" if cell.planned in ("no number planned", "where it began") else cell.planned
    lines = [planned, f"actual {cell.actual}" if planned and cell.actual != "not due yet" else cell.actual]
    lines += [phrases.status_words(cell.status) if cell.status else "", f"✎ {cell.amended}" if cell.amended else ""]
    return "\n".join(line for line in [*lines, f"chance {cell.chance}" if cell.chance else ""] if line)


def latest(scored: pd.Series, unit: str) -> str:
    """Return the latest figure with its period and base, or why there is none."""
    if pd.notna(scored["no_figure"]):
        return f"{wording.MISSING}\n{scored['no_figure']}"
    return f"{phrases.figure_words(scored, unit)}\n{phrases.period_and_base(scored)}"


def signals(edition: Edition, kpi: str) -> list[str]:
    """Return what a KPI's control chart says: of its latest figure, and of its target where it says so."""
    chart = edition.one("charts", kpi)
    if chart is None:
        return []
    told = [wording.MEANING_WORDS["not_assessed" if pd.isna(chart["variation"]) else str(chart["variation"])]]
    return told if pd.isna(chart["assurance"]) else [*told, wording.ASSURANCE_WORDS[str(chart["assurance"])]]


def attention(edition: Edition) -> list[Part]:
    """Return one part per KPI that needs the board, most urgent first, and one for all sources that are overdue."""
    rows = edition.tables["scorecard"].dropna(subset=["attention"]).sort_values("attention")
    late = rows[rows["overdue_source"].notna()]
    told = tuple(
        f"{source}: {phrases.overdue_words(str(reason), len(same))}: "
        f"{'; '.join(_title(edition, str(kpi)) for kpi in same['kpi'])}"
        for (source, reason), same in late.groupby(["overdue_source", "attention_reason"], sort=False)
    )
    parts = [one_kpi(edition, row) for _, row in rows[rows["overdue_source"].isna()].iterrows()]
    return [*parts, Part("Figures that are overdue", ATTENTION, told)] if told else parts


def one_kpi(edition: Edition, scored: pd.Series) -> Part:
    """Return a KPI in full: verdict, trajectory, milestones, signals, who answers for it, its figures."""
    kpi = str(scored["kpi"])
    plan = plan_of(edition, kpi)
    as_of = edition.manifest.as_of
    figures = tables.figures(edition.over_time(kpi).iloc[::-1], plan.unit, edition.area_names())

    def drawn(look: Look) -> tuple[go.Figure, str]:
        figure, words = charts.trajectory(plan, as_of, look), charts.trajectory_in_words(plan)
        return charts.with_events(figure, words, edition.of_kpi("events", kpi), look)

    drawing = Drawing(
        drawn(LIGHT)[1],
        lambda look: drawn(look)[0],
        trajectory(plan),
        Table(f"{plan.title}: every figure", figures, tables.FIGURE_COLUMNS),
    )
    pace = edition.one("pace", kpi)
    reason = course.why_no_forecast(pace)
    ahead = (f"{course.CANNOT_TELL}: {reason}",) if reason else tuple(course.chances(plan.milestones, plan.unit))
    issues = tuple(dict.fromkeys(str(title) for title in edition.of_kpi("known_issues", kpi)["title"]))
    cells = phrases.milestone_cells(plan.milestones, plan.unit)
    planned = plan.milestones["kind"].isin(["number", "statement"]).any()
    lists = (
        ("Milestones", tuple(_milestone(cell) for cell in cells) if planned else ()),
        ("More than chance?", tuple(["; ".join(told)] if (told := signals(edition, kpi)) else [])),
        ("Where is it heading?", ahead),
        ("Actions", action_parts.beside(edition, kpi)),
        ("Owner’s response", action_parts.responses(edition, kpi, _owner(scored))),
        ("Known issues beside these figures", issues),
    )
    return Part(
        plan.title,
        ATTENTION,
        (_standing(scored), str(scored["sentence"])),
        drawing,
        tuple((head, lines) for head, lines in lists if lines),
        sources=sources(edition, kpi),
    )


def trajectory(plan: charts.Plan) -> Native:
    """Return planned, actual and likely as lines over months; a longer period is a point in its last month."""
    ahead, path = plan.forecast, plan.path
    months = months_between(pd.concat([path["month"], ahead["month"], plan.milestones["month"]]).dropna())
    fixed = plan.milestones.dropna(subset=["target"])
    open_band = path[path["actual"].isna()]
    roles: tuple[tuple[str, pd.DataFrame, str, Role], ...] = (
        ("Actual", path, "actual", "actual"),
        ("At least", open_band, "at_least", "at_least"),
        ("Planned", path, "planned", "planned"),
        ("Milestones", fixed, "target", "milestones"),
        ("Likely", ahead, "median", "likely"),
        ("Likely, lower end of 80 %", ahead, "low80", "range"),
        ("Likely, upper end of 80 %", ahead, "high80", "range"),
    )
    lines = (Line(name, along(months, rows, column), role) for name, rows, column, role in roles)
    return Native("line", plan.unit, months, tuple(line for line in lines if any(v is not None for v in line.values)))


def sources(edition: Edition, kpi: str) -> tuple[str, ...]:
    """Return where a KPI's figures come from, one sentence a source, and what is counted."""
    row, loads = edition.kpi(kpi), edition.loads_behind(kpi)
    told = [] if row is None else [_counted(row)]
    for (title, publisher), same in loads.groupby(["title", "publisher"], sort=True):
        licence = "; ".join(sorted(set(same["licence"].dropna())))
        files = f"{len(same)} file{'' if len(same) == 1 else 's'}"
        until = wording.month_words(same["covers_to"].max())
        told.append(f"Source: {title}, {publisher}, {files}, up to {until}{f', {licence}' if licence else ''}.")
    chart = edition.one("charts", kpi)
    return tuple(told if chart is None else [*told, f"Control chart: {charts.rules_in_words(chart)}."])


def _counted(kpi: pd.Series) -> str:
    out_of = f", out of: {kpi['denominator_in_words']}" if pd.notna(kpi["denominator_in_words"]) else ""
    return f"{kpi['title']} counts: {kpi['numerator_in_words']}{out_of}."


def _milestone(cell: phrases.Cell) -> str:
    return f"{cell.label}, {cell.due}: {_cell(cell).replace(chr(10), ', ')}"


def _owner(scored: pd.Series) -> str:
    return "nobody is named" if pd.isna(scored["owner"]) else str(scored["owner"])


def _title(edition: Edition, kpi: str) -> str:
    return plan_of(edition, kpi).title


def _standing(scored: pd.Series) -> str:
    """Return status and reason in a line; a reason that begins with the status says it once."""
    status, reason = phrases.status_words(str(scored["status"])), _reason(scored)
    said = wording.STATUS_WORDS[str(scored["status"])]
    return f"{status}{reason.removeprefix(said)}" if reason.startswith(said) else f"{status}. {reason}"


def _reason(scored: pd.Series) -> str:
    reason = str(scored["attention_reason"])
    return reason if reason.endswith(".") else f"{reason}."
