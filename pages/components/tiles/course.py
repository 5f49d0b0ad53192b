"""The pieces on where a KPI is heading: signals, forecast, chances, pace, and what the icons mean."""

import pandas as pd
import streamlit as st

from metrics import wording
from pages.components import charts, course, icons
from pages.components.queries import Edition
from pages.components.text import plain
from pages.components.theme import ASSURANCE_MARKS, MEANING_MARKS
from pages.components.tiles.basics import drawn, facts, look

_ICON = 34  # pixels


def signals(edition: Edition, kpi: str) -> None:
    """Show both icons of a KPI's control chart with their words; nothing where it has no chart."""
    chart, row = edition.one("charts", kpi), edition.kpi(kpi)
    if chart is None or row is None:
        return
    better = str(row["better"])
    meaning = None if pd.isna(chart["variation"]) else str(chart["variation"])
    _icon(icons.variation(meaning, better, look()), wording.MEANING_WORDS[meaning or "not_assessed"])
    if pd.notna(chart["assurance"]):
        assured = str(chart["assurance"])
        _icon(icons.assurance(assured, better, look()), wording.ASSURANCE_WORDS[assured])


def icons_explained() -> None:
    """Show every icon once with what it means."""
    with st.expander("What the icons mean"):
        st.markdown("**A circle looks at the latest figure.** Is it more than the usual ups and downs?")
        with st.container(horizontal=True):
            for meaning in MEANING_MARKS:
                if meaning != "not_assessed":
                    _icon(icons.variation(meaning, "higher", look()), wording.MEANING_WORDS[meaning])
            _icon(icons.variation(None, "higher", look()), wording.MEANING_WORDS["not_assessed"])
        st.markdown(
            "**A square looks at the target of the month** (the dashed line) beside the usual range of the figures. If "
            "nothing changes, will it be met? P, pass: every time. F, fail: never. ?: sometimes. After a real change "
            "the usual range still holds the old figures until somebody sets it anew and says why."
        )
        with st.container(horizontal=True):
            for assured in ASSURANCE_MARKS:
                _icon(icons.assurance(assured, "higher", look()), wording.ASSURANCE_WORDS[assured])
        st.markdown(
            "The line in an icon runs the way the figures run; where lower is better, better runs down. Both rest on a "
            "control chart under a named rule set, shown with each KPI in full. From 13 figures on there are icons."
        )


def outlook(edition: Edition, kpi: str, unit: str) -> None:
    """Show how likely each coming milestone is, or why nobody can tell yet."""
    pace, milestones = edition.one("pace", kpi), edition.of_kpi("milestones", kpi)
    reason = course.why_no_forecast(pace)
    if reason:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**Where is it heading? {course.CANNOT_TELL}.**")
            st.markdown(f"{plain(reason[:1].upper() + reason[1:])} So no line is drawn beyond the figures we have.")
        return
    told = course.chances(milestones, unit)
    if told:
        st.markdown("**How likely is each coming milestone?**")
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in told))
    else:
        st.markdown("No milestone with a number lies ahead, so there is no chance to give.")
    if pace is not None:
        st.markdown(f":gray[:small[Forecast: {plain(pace['method'])}. The shaded range holds four of five futures.]]")


def pace(edition: Edition, kpi: str, unit: str, better: str) -> None:
    """Show how fast a KPI moves beside how fast it would have to."""
    row = edition.one("pace", kpi)
    if row is None:
        st.markdown("This edition has no pace for this KPI.")
        return
    facts(list(course.pace_facts(row, unit, better)))


def control(edition: Edition, kpi: str, title: str, unit: str) -> None:
    """Show the control chart of a KPI with its sentences and its rule set, or that there is none."""
    chart, points = edition.one("charts", kpi), edition.of_kpi("signals", kpi)
    if chart is None or points.empty:
        st.markdown("A control chart needs at least one figure. There is none yet.")
        return
    said = str(chart["words"])
    st.markdown(plain(said))
    step = str(chart["step"])
    words, events = charts.control_in_words(title, said), edition.of_kpi("events", kpi)
    drawn(
        f"control {kpi}",
        lambda look: charts.with_events(charts.control(points, step, unit, look), words, events, look),
    )
    with st.container(horizontal=True, gap="small"):
        for meaning in charts.meanings(points):
            mark = MEANING_MARKS[meaning]
            st.badge(f"{mark.glyph} {wording.MEANING_WORDS[meaning]}", color=mark.tone)  # type: ignore[arg-type]
    st.markdown(f":gray[:small[{plain(charts.rules_in_words(chart))}]]")


def _icon(svg: str, words: str) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", width="content"):
        st.image(svg, width=_ICON, alt="")
        st.markdown(plain(words), width="content")
