"""The pieces screens are made of. Native Streamlit only: no HTML, no CSS, and data text goes through `plain`."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from metrics import wording
from metrics.edition import Manifest
from pages.components import charts, phrases, tables
from pages.components.queries import Edition, Opened
from pages.components.text import plain
from pages.components.theme import DARK, FLAG_MARKS, LIGHT, STATUS_MARKS, Look

KPI_PAGE = "pages/kpi.py"
_BARE = {"displayModeBar": False, "showTips": False}


def look() -> Look:
    """Return the colours of the scheme the reader's browser uses."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def heading(title: str, subtitle: str) -> None:
    """Open a screen: the question it answers, and what it rests on."""
    st.title(plain(title), anchor=False)
    st.markdown(f":gray[{plain(subtitle)}]")


def section(title: str, note: str = "") -> None:
    """Open a section with its title and, beneath it, what it shows."""
    st.header(plain(title), anchor=False)
    if note:
        st.markdown(f":gray[{plain(note)}]")


def draw(figure: go.Figure, words: str, key: str, still: bool = False) -> None:
    """Show a chart with its text alternative; a still one does not react to the pointer."""
    st.plotly_chart(figure, theme=None, key=key, alt=words, config={**_BARE, "staticPlot": still})


def badge(status: str) -> None:
    """Show a status: shape, word and colour."""
    st.badge(phrases.status_words(status), color=STATUS_MARKS[status].tone)  # type: ignore[arg-type]


def demonstration(manifest: Manifest) -> None:
    """Say on every screen of a demonstration edition that its figures are not the area's own reporting."""
    if manifest.demonstration:
        st.warning(
            "**Demonstration.** Built from small published or made-up extracts to show how Waymark works. "
            "Not the local area's own reporting; do not use it for decisions."
        )


def damaged(opened: Opened) -> None:
    """Say when an earlier edition is shown because the current one cannot be opened."""
    if opened.damaged:
        st.error(
            f"The latest edition, {plain(opened.damaged)}, is damaged and cannot be opened. You are looking at the one "
            f"before it, {plain(opened.edition.manifest.edition_id)}. Publish again to put this right."
        )


def foot(manifest: Manifest) -> None:
    """Close a screen with the edition it shows."""
    st.divider()
    st.markdown(f":gray[:small[{plain(phrases.edition_words(manifest))}]]")


def first_run() -> None:
    """Show what to do while nothing has been published yet."""
    heading(
        "No figures have been published yet", "Waymark shows one published edition at a time. There is none so far."
    )
    with st.container(border=True):
        st.markdown("**To see Waymark with demonstration figures, run these two commands and reload this page:**")
        st.code("python -m etl demo\npython -m metrics publish", language="bash")
        st.markdown("The first loads a few example extracts, the second computes and publishes an edition.")
    with st.container(border=True):
        st.markdown("**With extracts of your own:**")
        st.code("python -m etl load FILE…\npython -m metrics publish", language="bash")


def unreadable(reason: str) -> None:
    """Show what to do when editions exist and none can be opened."""
    heading("The figures cannot be opened", reason)
    st.code("python -m metrics publish", language="bash")


def plan_clock(manifest: Manifest) -> None:
    """Show where the plan stands, in words and on a line."""
    stops = phrases.clock_stops(manifest)
    st.markdown(f"**{plain(phrases.clock_words(manifest))}**")
    chart = charts.clock(manifest.plan_start, manifest.months_elapsed, stops, look())
    draw(chart, charts.clock_in_words(manifest.plan_start, manifest.months_elapsed, stops), "clock", still=True)


def sentences(summary: pd.DataFrame) -> None:
    """Show the summary, one sentence a line."""
    for _, row in summary.sort_values("position").iterrows():
        st.markdown(f"- {plain(row['sentence'])}")


def attention(edition: Edition) -> None:
    """Show the KPIs that need the board, most urgent first, each with the reason and a way in."""
    scorecard = edition.tables["scorecard"].dropna(subset=["attention"]).sort_values("attention")
    if scorecard.empty:
        st.markdown("Nothing on the scorecard needs the board's attention in this edition.")
    for _, row in scorecard.iterrows():
        kpi = edition.kpi(str(row["kpi"]))
        with st.container(border=True, gap="xxsmall"):
            badge(str(row["status"]))
            to_kpi(str(row["kpi"]), str(row["kpi"] if kpi is None else kpi["title"]))
            st.markdown(plain(row["attention_reason"]))


def to_kpi(kpi: str, words: str) -> None:
    """Show a link to a KPI in full."""
    st.page_link(KPI_PAGE, label=f"**{plain(words)}**", query_params={"kpi": kpi})


def plan_of(edition: Edition, kpi: str) -> charts.Plan:
    """Return what a KPI's trajectory is drawn from."""
    row = edition.kpi(kpi)
    title, unit = (kpi, "") if row is None else (str(row["title"]), str(row["unit"]))
    return charts.Plan(title, unit, edition.of_kpi("path", kpi), edition.of_kpi("milestones", kpi))


def trajectory(edition: Edition, kpi: str, titled: bool = False) -> None:
    """Show planned and actual of one KPI over time."""
    plan = plan_of(edition, kpi)
    if titled:
        st.markdown(f"**{plain(plan.title)}**")
    words = charts.trajectory_in_words(plan)
    draw(charts.trajectory(plan, edition.manifest.as_of, look()), words, f"trajectory {kpi}")


def kpi_row(edition: Edition, scored: pd.Series) -> None:
    """Show one KPI of the scorecard: question, sparkline, latest figure, gap, status and milestones."""
    kpi = str(scored["kpi"])
    plan, row = plan_of(edition, kpi), edition.kpi(kpi)
    with st.container(border=True):
        asked, line, figure = st.columns([4, 3, 3], vertical_alignment="top")
        with asked, st.container(gap="xxsmall"):
            to_kpi(kpi, plan.title if row is None else str(row["question"]))
            st.markdown(plain(plan.title))
            reference = f"Plan reference {plain(scored['plan_ref'])}" if pd.notna(scored["plan_ref"]) else ""
            st.markdown(f":gray[:small[{reference}]]")
        with line:
            draw(charts.sparkline(plan, look()), charts.trajectory_in_words(plan), f"spark {kpi}", still=True)
        with figure, st.container(gap="xxsmall"):
            latest_figure(scored, plan.unit)
        milestone_cells(plan)
        st.markdown(plain(scored["sentence"]))


def latest_figure(scored: pd.Series, unit: str) -> None:
    """Show the latest figure with period, base, gap to the planned path and change, under its status."""
    badge(str(scored["status"]))
    st.markdown(f"### {plain(phrases.figure_words(scored, unit))}", anchors=False)
    st.markdown(f":gray[{plain(phrases.period_and_base(scored))}]")
    for words in (phrases.gap_to_plan(scored, unit), phrases.change(scored, unit)):
        if words:
            st.markdown(plain(words))


def milestone_cells(plan: charts.Plan) -> None:
    """Show the milestones of a KPI side by side, planned over actual; they wrap on a narrow screen."""
    with st.container(horizontal=True, gap="medium"):
        for cell in phrases.milestone_cells(plan.milestones, plan.unit):
            with st.container(width=196, gap="xxsmall"):
                lines = [f"**{plain(cell.label)}** :gray[{plain(cell.due)}]"]
                if not cell.baseline:
                    lines.append(f"Planned {plain(cell.planned)}")
                lines.append(f"{'At the start' if cell.baseline else 'Actual'} **{plain(cell.actual)}**")
                if not cell.baseline:
                    tone = STATUS_MARKS[cell.status].tone
                    lines.append(f":{tone}[{plain(phrases.status_words(cell.status))}]")
                st.markdown("  \n".join(lines))


def table(frame: pd.DataFrame, words: str, key: str, right: tuple[str, ...] = ()) -> None:
    """Show a table with its text alternative; columns named in `right` are figures and stand right."""
    config = {name: st.column_config.Column(alignment="right") for name in right}
    st.dataframe(frame, hide_index=True, column_config=config, key=key, alt=words, placeholder="")


def download(frame: pd.DataFrame, name: str, words: str) -> None:
    """Offer a frame as CSV that no spreadsheet takes for formulas."""
    st.download_button(words, tables.as_csv(frame), file_name=f"{name}.csv", mime="text/csv", on_click="ignore")


def facts(pairs: list[tuple[str, object]]) -> None:
    """Show pairs of a name and words, leaving out those without words."""
    for name, words in pairs:
        if plain(words):
            st.markdown(f"**{plain(name)}:** {plain(words)}")


def group(priority_area: str) -> None:
    """Open a priority area on the scorecard."""
    st.subheader(plain(priority_area), anchor=False, divider="gray")


def outcome(words: str) -> None:
    """Open an outcome within a priority area."""
    st.markdown(f":gray[Outcome:] **{plain(words)}**")


def standing(edition: Edition, kpi: str, scored: pd.Series | None) -> None:
    """Show where a KPI stands: its latest figure and status, or that the local plan does not score it."""
    if scored is None:
        st.markdown("The local plan does not score this KPI, so it has no milestones and no status.")
        return
    words, figure = st.columns([6, 4])
    with words:
        st.markdown(plain(scored["sentence"]))
        facts([("Priority area", scored["priority_area"]), ("Outcome", scored["outcome"])])
        facts([("Plan reference", scored["plan_ref"])])
        if pd.notna(scored["last_label"]):
            against = phrases.status_words(str(scored["status_last"]))
            facts([(f"Last milestone due ({scored['last_label']})", against)])
        if pd.notna(scored["next_label"]):
            against = phrases.status_words(str(scored["status_next"]))
            facts([(f"Next milestone ({scored['next_label']})", against)])
    with figure, st.container(border=True, gap="xxsmall"):
        latest_figure(scored, plan_of(edition, kpi).unit)


def over_time(title: str, results: pd.DataFrame, unit: str) -> None:
    """Show a KPI's figures over time, or that there is none."""
    if results.empty:
        st.info("No figure has come for this KPI yet. Nothing is drawn, because no figure is not the same as zero.")
    else:
        words = charts.over_time_in_words(title, results, unit)
        draw(charts.over_time(results, unit, look()), words, "over time")


def comparison(edition: Edition, kpi: str, title: str, unit: str) -> None:
    """Show the local figure beside its comparators, or that none has one for the same period."""
    rows, names = edition.beside(kpi), edition.area_names()
    if rows.empty:
        st.markdown("No comparator has a figure for the same period.")
        return
    st.markdown(f":gray[{plain(phrases.period_and_base(rows.iloc[0]).partition(' · ')[0])}]")
    chart = charts.comparison(rows, names, edition.local_area(kpi) or "", unit, look())
    draw(chart, charts.comparison_in_words(title, rows, names, unit), "comparison")


def definition(kpi: pd.Series) -> None:
    """Show in words what a KPI counts and what to know beside it."""
    facts(
        [
            ("Question", kpi["question"]),
            ("Why it matters", kpi["why_it_matters"]),
            ("What is counted", kpi["numerator_in_words"]),
            ("Out of", kpi["denominator_in_words"]),
            ("Unit", kpi["unit"]),
            ("Direction", phrases.better_words(str(kpi["better"]))),
            ("Standard outside the plan", phrases.standard_words(kpi)),
            ("What to know beside the figure", kpi["caveats"]),
            ("Plan references", kpi["plan_refs"]),
            ("Answers for it", kpi["owner"]),
            ("Definition last reviewed", phrases.day(kpi["reviewed"])),
        ]
    )


def worked_example(kpi: pd.Series) -> None:
    """Show the definition file with its worked example, as it stood."""
    st.markdown("**The definition file, worked example included**")
    st.code(str(kpi["definition"]), language="yaml")


def sources(edition: Edition, kpi: str) -> None:
    """Show the loads in use that cover a KPI's latest period."""
    with st.expander("Definition file and loads behind the latest period"):
        rows = edition.loads_behind(kpi)
        if len(rows):
            table(tables.loads(rows), "Loads in use that cover the latest period", "sources")
        row = edition.kpi(kpi)
        if row is not None:
            worked_example(row)


def count(found: int, of: int, word: str) -> None:
    """Say how many of how many a choice left."""
    st.markdown(f":gray[{found} of {of} {word}{'' if of == 1 else 's'}]")


def legend() -> None:
    """Show every status and every reason for a missing figure with its shape and word."""
    with st.container(horizontal=True):
        for status in STATUS_MARKS:
            badge(status)
    st.markdown("Where there is no figure, the reason stands in its place. None of these is zero; zero is shown as 0.")
    with st.container(horizontal=True):
        for flag, mark in FLAG_MARKS.items():
            st.badge(f"{mark.glyph} {wording.FLAG_WORDS[flag]}", color=mark.tone)  # type: ignore[arg-type]
        st.badge(wording.MISSING, color="gray")


def totals(loads: pd.DataFrame, missing: pd.DataFrame) -> None:
    """Show what came in and what was held back, in four figures."""
    with st.container(horizontal=True):
        for words, figure in tables.totals(loads, missing):
            st.metric(words, figure, border=True, width=210)


def completeness(arrivals: pd.DataFrame) -> None:
    """Show which source answered for which month, or that nothing has arrived."""
    if arrivals.empty:
        st.info("Nothing has arrived yet.")
    else:
        draw(charts.completeness(arrivals, look()), charts.completeness_in_words(arrivals), "completeness")
