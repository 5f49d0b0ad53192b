"""The pieces of the scorecard: plan clock, summary, attention, one row a KPI."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from metrics.edition import Manifest
from pages.components import charts, course, filters, phrases
from pages.components.actions import last_check_in
from pages.components.edition import plan_of as plan_of
from pages.components.queries import Edition, kept
from pages.components.text import plain
from pages.components.theme import STATUS_MARKS, Look
from pages.components.tiles.basics import HALF_SHEET, SHEET, badge, drawn, look
from pages.components.tiles.course import signals

KPI_PAGE = "pages/kpi.py"
_TOLD = 20  # rows told before a reader asks for more: a browser draws about fifty a second


def plan_clock(manifest: Manifest) -> None:
    """Show where the plan stands, in words and on a line."""
    stops = phrases.clock_stops(manifest)
    st.markdown(f"**{plain(phrases.clock_words(manifest))}**")
    told = manifest.plan_start, manifest.months_elapsed, stops
    drawn("clock", lambda look: (charts.clock(*told, look), charts.clock_in_words(*told)), still=True)


def sentences(summary: pd.DataFrame) -> None:
    """Show the summary, one sentence a line."""
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in summary.sort_values("position")["sentence"]))


def attention(edition: Edition) -> None:
    """Show the KPIs that need the board, most urgent first, each with the reason and a way in."""
    scorecard = edition.tables["scorecard"].dropna(subset=["attention"]).sort_values("attention")
    if scorecard.empty:
        st.markdown("Nothing on the scorecard needs the board's attention in this edition.")
        return
    now = [row for _, row in scorecard[scorecard["overdue_source"].isna()].iterrows()]
    # One pair of columns a row, so that cards beside each other are equally tall and are read from left to right.
    places = [column for _ in now[::2] for column in st.columns(2)]
    for place, row in zip(places, now, strict=False):
        with place, st.container(border=True, gap="xsmall", height="stretch", key=f"card attention {row['kpi']}"):
            with st.container(horizontal=True, gap="xsmall"):
                badge(str(row["status"]))
                if course.is_newly_off(edition.of_kpi("path", str(row["kpi"]))):
                    st.badge("▶ New since the figure before", color="orange")
            st.markdown(f"**{plain(plan_of(edition, str(row['kpi'])).title)}**  \n{plain(row['attention_reason'])}")
            to_kpi(str(row["kpi"]))


def overdue(edition: Edition) -> None:
    """Show which sources are overdue, one line each with the KPIs that wait for it."""
    rows = edition.tables["scorecard"].dropna(subset=["overdue_source"]).sort_values("attention")
    lines = [
        f"- **{plain(source)}:** {plain(phrases.overdue_words(str(reason), len(waiting)))}  \n"
        f":gray[:small[{plain(' · '.join(plan_of(edition, str(kpi)).title for kpi in waiting['kpi']))}]]"
        for (source, reason), waiting in rows.groupby(["overdue_source", "attention_reason"], sort=False)
    ]
    if lines:
        st.markdown("\n".join(lines))


def areas(rows: pd.DataFrame, chosen: bool) -> list[tuple[str, pd.DataFrame, bool]]:
    """Return every priority area with its SCORECARD rows, in the plan's order, and whether it begins open.

    All do where a reader has chosen among the rows. Else the first does, and then, while no more than twenty rows are
    told, those that need the board before others: the list of what needs attention stands above and leads to each KPI.
    """
    parts = [(str(name), of_area) for name, of_area in rows.groupby("priority_area", sort=False)]
    told, begins = 0, [False] * len(parts)
    for place in sorted(range(len(parts)), key=lambda n: (n > 0, parts[n][1]["attention"].isna().all())):
        size = len(parts[place][1])
        if chosen or place == 0 or told + size <= _TOLD:
            begins[place], told = True, told + size
    return [(*part, begins_open) for part, begins_open in zip(parts, begins, strict=True)]


def group(priority_area: str, rows: pd.DataFrame, begins_open: bool) -> ExpanderContainer:
    """Return a place for a priority area, its statuses counted in its name; it is filled once it is open."""
    counts = rows["status"].value_counts()
    told = [f"{phrases.status_words(code)} {counts[code]}" for code in STATUS_MARKS if code in counts]
    label = f"**{plain(priority_area)}** · {len(rows)} KPI{'' if len(rows) == 1 else 's'} · {plain(' · '.join(told))}"
    return st.expander(label, begins_open, key=f"area {priority_area} {begins_open}", on_change="rerun")


def outcome(words: str) -> None:
    """Open an outcome within a priority area."""
    st.markdown(f":gray[Outcome:] **{plain(words)}**")


def to_kpi(kpi: str, words: str = "See this KPI in full") -> None:
    """Show a link to a KPI in full. Its words are short, because Streamlit cuts a long link off on a phone."""
    st.page_link(KPI_PAGE, label=f":blue[{plain(words)} →]", query_params={"kpi": kpi, **filters.edition_in_links()})


def trajectories(edition: Edition, kpis: list[str]) -> None:
    """Show planned and actual of several KPIs, two beside each other."""
    places = [column for _ in kpis[::2] for column in st.columns(2)]
    for place, kpi in zip(places, kpis, strict=False):
        with place:
            st.markdown(f"**{plain(plan_of(edition, kpi).title)}**")
            trajectory(edition, kpi, beside=True)


def trajectory(edition: Edition, kpi: str, beside: bool = False) -> None:
    """Show planned and actual of one KPI over time; `beside` where another stands next to it."""
    plan, as_of, events = plan_of(edition, kpi), edition.manifest.as_of, edition.of_kpi("events", kpi)

    def chart(look: Look) -> tuple[go.Figure, str]:
        figure, words = charts.trajectory(plan, as_of, look), charts.trajectory_in_words(plan)
        return (figure, words) if beside else charts.with_events(figure, words, events, look)

    drawn(
        f"trajectory {kpi}{' beside' if beside else ''}",
        chart,
        widest=HALF_SHEET if beside else SHEET,
    )


@dataclass(frozen=True)
class Row:
    """All that one row of the scorecard says and shows: Markdown, the sparkline as SVG and its words."""

    asked: str
    line: str
    words: str
    label: str
    figure: str
    beside: tuple[str, ...]
    cells: tuple[str, ...]


def kpi_row(edition: Edition, scored: pd.Series) -> None:
    """Show one KPI of the scorecard: question, sparkline, latest figure, gap, status and milestones."""
    kpi, scheme = str(scored["kpi"]), look()
    row = kept(f"scorecard row {kpi} {scheme.name}", lambda: _row(edition, scored, scheme))
    with st.container(border=True, key=f"card {kpi}"):
        asked, line, figure = st.columns([5, 3, 3], vertical_alignment="top")
        with asked, st.container(gap="xsmall"):
            st.markdown(row.asked)
            to_kpi(kpi)
        if row.line:
            line.image(row.line, width="stretch", alt=row.words)
        with figure, st.container(gap="xxsmall"):
            _latest(str(scored["status"]), row.label, row.figure, row.beside)
            signals(edition, kpi)
        _cells(row.cells)


def _row(edition: Edition, scored: pd.Series, scheme: Look) -> Row:
    kpi = str(scored["kpi"])
    plan, row = plan_of(edition, kpi), edition.kpi(kpi)
    question = plan.title if row is None else str(row["question"])
    asked = f"**{plain(question)}**  \n:gray[:small[{plain(plan.title)}{_reference(scored)}]]"
    known = dict.fromkeys(edition.of_kpi("known_issues", kpi)["title"])
    heard = last_check_in(edition.tables["actions"], scored["plan_ref"])
    told = [f":gray[:small[{plain(heard)}]]"] if heard else []
    issues = (f":gray[:small[Known issue: {plain(title)}]]" for title in known)
    return Row(
        "\n\n".join((asked, plain(scored["sentence"]), *told, *issues)),
        charts.sparkline(plan, scheme),
        charts.trajectory_in_words(plan),
        *_figure(scored, plan.unit),
        _cell_texts(plan),
    )


def without_figure(edition: Edition, scorecard: pd.DataFrame) -> None:
    """List the KPIs that have no figure at all, closed at first, each with the reason."""
    if scorecard.empty:
        return
    with st.expander(f"Without a figure so far: {len(scorecard)}"):
        for _, scored in scorecard.iterrows():
            kpi = str(scored["kpi"])
            title = plan_of(edition, kpi).title
            with st.container(gap="xxsmall"):
                st.markdown(
                    f"**{plain(title)}** :gray[:small[{plain(phrases.status_words(str(scored['status'])))}"
                    f"{_reference(scored)}]]  \n{plain(scored['no_figure'])}"
                )
                to_kpi(kpi)


def _reference(scored: pd.Series) -> str:
    """Return the plan's reference and who answers for a KPI, each after a dot; "" where the plan names neither."""
    reference = f" · plan reference {plain(scored['plan_ref'])}" if pd.notna(scored["plan_ref"]) else ""
    return reference + (f" · {plain(scored['owner'])}" if pd.notna(scored["owner"]) else "")


def latest_figure(scored: pd.Series, unit: str) -> None:
    """Show the latest figure with period, base, gap to the planned path and change, under its status."""
    _latest(str(scored["status"]), *_figure(scored, unit))


def _figure(scored: pd.Series, unit: str) -> tuple[str, str, tuple[str, ...]]:
    """Return what stands over the latest figure, the figure, and what stands beneath it."""
    beside = (phrases.gap_to_plan(scored, unit), phrases.change(scored, unit))
    told = plain(phrases.period_and_base(scored)), plain(phrases.figure_words(scored, unit))
    return *told, tuple(plain(words) for words in beside if words)


def _latest(status: str, label: str, figure: str, beside: tuple[str, ...]) -> None:
    badge(status)
    st.metric(label, figure)
    if beside:
        st.markdown("  \n".join(beside))


def amendments(edition: Edition, kpi: str) -> None:
    """Show every amendment of a KPI's plan in words, oldest first; nothing where there is none."""
    rows = edition.of_kpi("amendments", kpi).sort_values("number")
    if len(rows):
        with st.container(border=True, gap="xsmall"):
            st.markdown("**✎ The plan was amended**")
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in rows["sentence"]))


def milestone_cells(plan: charts.Plan) -> None:
    """Show the milestones of a KPI side by side, planned over actual; they wrap on a narrow screen."""
    _cells(_cell_texts(plan))


def _cells(texts: tuple[str, ...]) -> None:
    with st.container(horizontal=True, gap="small"):
        for text in texts:
            st.markdown(text, width="stretch")


def _cell_texts(plan: charts.Plan) -> tuple[str, ...]:
    """Return one text a milestone; a single line where the plan says nothing at any of them."""
    cells = phrases.milestone_cells(plan.milestones, plan.unit)
    if plan.milestones["kind"].isin(["baseline", "none"]).all() and plan.milestones["amended"].isna().all():
        return (" · ".join([":gray[No milestone planned]", *map(_short_cell, cells)]),) if cells else ()
    return tuple(_cell_text(cell) for cell in cells)


def _short_cell(cell: phrases.Cell) -> str:
    return f"{plain(cell.label)} {_actual(cell)}"


def _actual(cell: phrases.Cell) -> str:
    return f"**{plain(cell.actual)}**" + (f" :gray[{plain(cell.read_for)}]" if cell.read_for else "")


def _cell_text(cell: phrases.Cell) -> str:
    lines = [f"**{plain(cell.label)}** · {plain(cell.due)}", f":gray[{plain(cell.planned)}]"]
    lines.append(f"actual {_actual(cell)}")
    if cell.status:
        lines.append(f":{STATUS_MARKS[cell.status].tone}[{plain(phrases.status_words(cell.status))}]")
    if cell.amended:
        lines.append(f":orange[✎ {plain(cell.amended)}]")
    if cell.chance:
        percent, _, likely = cell.chance.partition(", ")
        lines.append(f"chance **{plain(percent)}**, {plain(likely)}")
    return "  \n".join(lines)
