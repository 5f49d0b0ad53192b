"""The pack's parts on waiting lists and on EHC plans."""

import pandas as pd

from metrics import capacity_view, waits_view, wording
from metrics.capacity_view import Clock
from pages.components import charts, plans, tables, waits
from pages.components.charts.capacity import band_words
from pages.components.edition import Edition, plan_of
from reports.content import Drawing, Line, Native, Part, Role, Table, along, months_between
from reports.scorecard_parts import latest, sources

WAITS, PLANS = "Waits", "EHC plans"
_YEAR = 12


def waiting_lists(edition: Edition) -> list[Part]:
    """Return one part per waiting list that the scorecard scores a KPI of, in the order of the clocks."""
    scorecard = edition.tables["scorecard"]
    kpis = edition.tables["kpis"][edition.tables["kpis"]["kpi"].isin(scorecard["kpi"])]
    parts = []
    for key, area in capacity_view.lists(edition.tables["bands"], edition.tables["areas"]):
        own = waits_view.kpis_of(kpis, key)["kpi"]
        scored = scorecard[scorecard["kpi"].isin(own) & (scorecard["area"] == area)]
        if len(scored):
            parts.append(_list(edition, key, area, tuple(str(kpi) for kpi in scored["kpi"])))
    return parts


def _list(edition: Edition, key: str, area: str, scored: tuple[str, ...]) -> Part:
    clock = capacity_view.clock(key)
    own = waits_view.waiting(edition.tables["bands"], key, area)
    rows = waits_view.ribbon(own, clock.weeks)
    late_from = clock.weeks if clock.has_standard else None
    title = f"{clock.title}: children waiting by how long"
    shown = waits.ribbon(rows)
    drawing = Drawing(
        charts.ribbon_in_words(rows, title),
        lambda look: charts.ribbon(rows, late_from, look),
        _columns(rows, late_from),
        Table(title, shown, tuple(shown.columns[1:])),
    )
    today = tuple(_scored(edition, kpi) for kpi in scored)
    where = edition.area_names().get(area, area)
    return Part(
        f"Waits: {clock.title}",
        WAITS,
        (f"{where}, at the end of {wording.month_words(own['month'].max())}.", _note(clock, own)),
        drawing,
        (("On the scorecard", today),),
        sources=tuple(dict.fromkeys(line for kpi in scored for line in sources(edition, kpi))),
    )


def _scored(edition: Edition, kpi: str) -> str:
    row, plan = edition.scored(kpi), plan_of(edition, kpi)
    return f"{plan.title}: {'' if row is None else latest(row, plan.unit)}".replace("\n", ", ")


def _note(clock: Clock, own: pd.DataFrame) -> str:
    late_from = clock.weeks if clock.has_standard else None
    return waits.ribbon_note(late_from, waits_view.straddles(own, clock.weeks))


def _columns(rows: pd.DataFrame, late_from: int | None) -> Native:
    """Return the list by groups of weeks as stacked columns, shortest wait first; a group without a count is a gap."""
    months = months_between(rows["month"])
    lines = []
    groups = rows.drop_duplicates(["weeks_from", "weeks_to"]).sort_values("weeks_from", na_position="last")
    for _, band in groups.iterrows():
        start, words = band["weeks_from"], band_words(band["weeks_from"], band["weeks_to"])
        same = rows[rows["weeks_from"].isna() if pd.isna(start) else (rows["weeks_from"] == start).fillna(False)]
        is_late = pd.notna(start) and late_from is not None and start >= late_from
        role: Role = "unknown" if pd.isna(start) else "late" if is_late else "actual"
        lines.append(Line(words, along(months, same, "children"), role))
    return Native("columns", "children", months, tuple(lines))


def ehc_plans(edition: Edition) -> list[Part]:
    """Return the parts on EHC plans that have any figure, as the screen tells them."""
    told = (
        _together(edition, "EHC plans: issued within 20 weeks, by year", plans.IN_TIME),
        _together(edition, "EHC plans: assessments still open after 20 weeks", plans.STILL_OPEN),
        _stages(edition),
        _together(edition, "EHC plans: requests, by year", plans.REQUESTS),
        _together(edition, "Annual reviews: decided within 4 weeks, by year", plans.REVIEWS),
        _together(edition, "Annual reviews: plans whose review is overdue", plans.OVERDUE_REVIEWS),
    )
    return [part for part in told if part is not None]


def _together(edition: Edition, title: str, named: plans.Named) -> Part | None:
    held = plans.with_figures(edition, named)
    if not held:
        return None
    series = [charts.Series(named[kpi], rows) for kpi, rows in held.items()]
    unit = str(edition.tables["kpis"].set_index("kpi")["unit"][next(iter(held))])
    names = edition.area_names()
    figures = pd.concat(
        [tables.figures(rows.iloc[::-1], unit, names).assign(Which=named[kpi]) for kpi, rows in held.items()]
    )
    figures = figures[["Which", *[name for name in figures if name != "Which"]]]
    drawing = Drawing(
        charts.lines_in_words(title, series, unit),
        lambda look: charts.lines(series, unit, look),
        lines(series, unit),
        Table(f"{title}: every figure", figures, tables.FIGURE_COLUMNS),
    )
    latest = tuple(f"{named[kpi]}: {_latest(rows.iloc[-1], unit)}" for kpi, rows in held.items())
    absent = tuple(f"{name}: no figure yet" for kpi, name in named.items() if kpi not in held)
    told = tuple(dict.fromkeys(line for kpi in held for line in sources(edition, kpi)))
    return Part(title, PLANS, (), drawing, (("Latest", latest + absent),), sources=told)


def lines(series: list[charts.Series], unit: str) -> Native:
    """Return named series as lines over months or years; an open band is a mark of its own, what is missing a gap."""
    rows = pd.concat([one.rows for one in series])
    months = months_between(rows["month"])
    if (rows["period_months"] == _YEAR).all() and rows["month"].dt.month.nunique() == 1:
        months = months[::_YEAR]
        words: tuple[str, ...] = tuple(wording.short_period(month, _YEAR) for month in months)
    else:
        words = ()
    roles: tuple[Role, ...] = ("actual", "second", "third")
    out = []
    for one, role in zip(series, roles, strict=False):
        out.append(Line(one.name, along(months, one.rows, "value"), role))
        bands = one.rows[one.rows["value"].isna() & one.rows["at_least"].notna()]
        if len(bands):
            out.append(Line(f"{one.name}, at least", along(months, bands, "at_least"), "at_least"))
    return Native("line", unit, words or months, tuple(out))


def _latest(row: pd.Series, unit: str) -> str:
    period = wording.period_words(row["month"], int(row["period_months"]))
    shown = wording.figure(row["value"], unit, at_least=row["at_least"], flag=row["flag"])
    base = "" if pd.isna(row["denominator"]) else f" ({wording.base_words(row['numerator'], row['denominator'])})"
    return f"{shown}{base}, {period}"


def _stages(edition: Edition) -> Part | None:
    held = plans.with_figures(edition, plans.STAGES)
    if not held:
        return None
    rows = plans.latest_stages(held, plans.STAGES)
    shown = tables.stages(rows)
    values = tuple(None if pd.isna(value) else float(value) for value in rows["value"])
    drawing = Drawing(
        charts.stages_in_words(rows),
        lambda look: charts.stages(rows, look),
        Native("bars", "percent", tuple(_stage(row) for _, row in rows.iterrows()), (Line("On time", values),)),
        Table("Stage after stage", shown, ("On time", "Base", "95 % interval")),
    )
    told = tuple(f"{r['stage']}: {_latest(r, 'percent')}" for _, r in rows.iterrows())
    return Part(
        "EHC plans: where is time lost?", PLANS, (), drawing, (("The latest share on time at each stage", told),),
        sources=tuple(dict.fromkeys(line for kpi in held for line in sources(edition, kpi))),
    )  # fmt: skip


def _stage(row: pd.Series) -> str:
    """Return the name of a stage, with the reason where it has no figure: a bar of no length would read as zero."""
    return str(row["stage"]) if pd.notna(row["value"]) else f"{row['stage']}: {_latest(row, 'percent')}"
