"""The pieces of one KPI in full: where it stands, over time, beside others, what is counted."""

import pandas as pd
import streamlit as st

from metrics.definition import worked_example as worked_example_of
from pages.components import charts, phrases, tables
from pages.components.queries import Edition
from pages.components.text import plain
from pages.components.tiles.basics import drawn, facts, table
from pages.components.tiles.beside import differences
from pages.components.tiles.course import signals
from pages.components.tiles.scorecard import latest_figure, plan_of


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
        signals(edition, kpi)


def over_time(kpi: pd.Series, results: pd.DataFrame) -> None:
    """Show a KPI's figures over time with its standard, or that there is no figure."""
    if results.empty:
        st.info("No figure has come for this KPI yet. Nothing is drawn, because no figure is not the same as zero.")
    else:
        unit, standard = str(kpi["unit"]), kpi["standard_value"]
        line = None if pd.isna(standard) else float(standard)
        words = charts.over_time_in_words(str(kpi["title"]), results, unit)
        drawn(f"over time {kpi['kpi']}", lambda look: (charts.over_time(results, unit, look, line), words))


def comparison(edition: Edition, kpi: str, title: str, unit: str) -> None:
    """Show the local figure beside its comparators, if any has one for the same period, and where they differ."""
    rows, names = edition.beside(kpi), edition.area_names()
    local = edition.local_area(kpi) or ""
    if rows.empty:
        st.markdown("No comparator has a figure for the same period.")
    else:
        st.markdown(f":gray[{plain(phrases.period_and_base(rows.iloc[0]).partition(' · ')[0])}]")
        words = charts.comparison_in_words(title, rows, names, unit)
        drawn(f"comparison {kpi}", lambda look: (charts.comparison(rows, names, local, unit, look), words))
    if len(rows) or edition.place_among_others(kpi) is not None:
        differences(edition, kpi, [local, *rows["area"]])


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
    """Show the example worked by hand, its rows and what they give, and the definition file as it stood."""
    example = worked_example_of(str(kpi["definition"]))
    if example is not None:
        st.markdown("**A worked example: from these rows …**")
        for number, rows in enumerate(example.tables()):
            table(pd.DataFrame(rows, dtype="str"), "Rows of the worked example", f"example {kpi['kpi']} {number}")
        st.markdown(f"… comes **{plain(phrases.expected_words(example.expect, str(kpi['unit'])))}**")
    st.markdown("**The definition file, worked example included**")
    st.code(str(kpi["definition"]), language=None, wrap_lines=True)


def sources(edition: Edition, kpi: str) -> None:
    """Show which loads fed a KPI's figures, and the definition file."""
    rows = edition.loads_behind(kpi)
    st.markdown("**Which files fed these figures**")
    if rows.empty:
        st.markdown("No file has fed this KPI for the local area yet.")
    else:
        columns = ["Source", "Sent by", "Period", "Covers", "File", "Loaded on"]
        table(tables.loads(rows)[columns], "The loads that fed these figures", "sources")
    if edition.has_bands_beside(kpi):
        st.markdown(
            "Lists of children and a published table answer for the same months. The lists count; the table stands "
            "beside them and is never added."
        )
    with st.expander("Definition file"):
        row = edition.kpi(kpi)
        if row is not None:
            worked_example(row)
