"""The pieces of the surveys page: the choice of survey and group, bars, changes, one question, who answered."""

import pandas as pd
import streamlit as st

from pages.components import charts, filters, surveys
from pages.components.queries import Edition
from pages.components.text import plain
from pages.components.tiles.basics import download, drawn, facts, table
from pages.components.tiles.scorecard import to_kpi

One = tuple[str, str, str]
_BOARD = (
    "Figures by group of respondents are not told here: most groups are too small. Where counts are rounded, intervals "
    "are wider, so that they hold for all counts the rounded ones can stand for."
)


def choose(edition: Edition) -> One | None:
    """Ask whose survey to show; None where the edition holds none."""
    named = surveys.asked_groups(edition.tables["survey_waves"])
    return filters.survey(named) if named else None


def waves(edition: Edition, one: One) -> None:
    """Say of every wave who answered, when and how."""
    for _, row in surveys.of(edition.tables["survey_waves"], one).sort_values("month").iterrows():
        st.markdown(plain(surveys.wave_words(row)))


def tally(edition: Edition, one: One) -> None:
    """Say how many questions got better, worse, or neither that can be told."""
    rows = surveys.of(edition.tables["survey_questions"], one)
    if len(rows):
        st.markdown(f"**{plain(surveys.tally_words(rows))}**")


def opinions(edition: Edition, one: One) -> None:
    """Show every question's waves as bars to either side; choices of several are further down."""
    rows = surveys.of(edition.tables["survey_questions"], one)
    rows = rows[rows["scale"] != "several"]
    answers = surveys.of(edition.tables["survey_answers"], one)
    if rows.empty:
        st.markdown("No question with one answer was asked.")
        return
    words = charts.opinions_in_words(rows)
    drawn(f"opinions {one}", lambda look: (charts.opinions(rows, answers, look), words))


def changes(edition: Edition, one: One) -> None:
    """Show what changed as a table: everyone, or one group of those who answered."""
    rows = surveys.of(edition.tables["survey_questions"], one)
    groups = surveys.of(edition.tables["survey_groups"], one)
    chosen = filters.respondents(groups)
    if chosen is not None:
        rows = groups[(groups["breakdown"] == chosen[0]) & (groups["group"] == chosen[1])]
        rows = rows.merge(edition.tables["survey_questions"][["survey", "wave", "respondent_group", "area", "question",
                          "text", "position", "month"]], how="left")  # fmt: skip
    elif groups.empty and len(rows):
        st.markdown(f":gray[{plain(_BOARD)}]")
    shown = surveys.changes(rows)
    if shown.empty:
        st.markdown("Nobody of this group answered.")
        return
    table(shown, "Questions, waves side by side", "survey changes", tuple(shown.columns[1:-2]), long_text=True)
    download(rows, "waymark-survey", "Download these figures (CSV)")


def question(edition: Edition, one: One) -> None:
    """Show one question (`?question=`) in full: its words, sentence, answers, and what it is evidence for."""
    rows = surveys.of(edition.tables["survey_questions"], one).sort_values(["month", "position"])
    latest = rows.drop_duplicates("question", keep="last").sort_values("position")
    chosen = filters.question(dict(zip(latest["question"], latest["text"], strict=True)))
    row = latest[latest["question"] == chosen].iloc[0]
    same = rows[rows["question"] == chosen]
    for _, asked in same.iterrows():
        facts([(f"Asked in {asked['wave']}", asked["text"])])
    st.markdown(plain(row["sentence"]))
    if row["reversed"]:
        st.markdown(":gray[Reverse scored: disagreeing is the favourable answer.]")
    shown = surveys.answers(_of_question(edition, one, chosen), same)
    if shown.empty:
        st.markdown("How the answers were given is not told: they are too few, or hidden.")
    else:
        table(shown, f"Answers to: {row['text']}", "survey answers", tuple(shown.columns[1:]))
    _evidence(edition, row)


def _of_question(edition: Edition, one: One, chosen: str) -> pd.DataFrame:
    rows = surveys.of(edition.tables["survey_answers"], one)
    return rows[rows["question"] == chosen]


def _evidence(edition: Edition, row: pd.Series) -> None:
    """Link the KPIs a question feeds, and name the actions they are evidence for."""
    if pd.isna(row["kpis"]):
        st.markdown(":gray[No KPI reads this question.]")
        return
    for name in str(row["kpis"]).split(", "):
        kpi = edition.kpi(name)
        if kpi is not None:
            to_kpi(name, str(kpi["title"]))
    if pd.notna(row["plan_refs"]):
        facts([("Evidence for the plan's actions", row["plan_refs"])])


def profile(edition: Edition, one: One) -> None:
    """Show who answered beside the children with an EHC plan."""
    rows = surveys.of(edition.tables["survey_profile"], one)
    if rows.empty:
        st.markdown("This survey asks nothing about who answers.")
        return
    shown = surveys.profile(rows)
    table(shown, "Who answered, beside the children with a plan", "survey profile",
          ("Answered", "Share", "Of children with a plan"))  # fmt: skip
    download(rows, "waymark-survey-profile", "Download who answered (CSV)")
