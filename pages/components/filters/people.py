"""What a reader asks of surveys, of the plan's actions and of its reviews; every choice is kept in the address."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metrics import wording

ALL_AREAS = "All priority areas"
ALL_OWNERS = "Everyone"
EVERY_RESPONDENT = "Everyone who answered"
WEEKS_SILENT = 8  # without a check-in, until a reader asks for another number


def survey(named: dict[str, tuple[str, str, str]]) -> tuple[str, str, str]:
    """Ask whose survey to show (`?asked=`) and return survey, group asked and area; one we lack means the first."""
    return named[st.selectbox("Asked of", list(named), key="asked", bind="query-params")]


def respondents(groups: pd.DataFrame) -> tuple[str, str] | None:
    """Ask for a group of those who answered (`?who=`), of SURVEY_GROUPS rows; None for everyone."""
    if groups.empty:
        return None
    pairs = groups[["breakdown", "group"]].drop_duplicates().sort_values(["breakdown", "group"])
    named = {f"{wording.group_words(b)}: {wording.group_words(g)}": (str(b), str(g)) for b, g in pairs.to_numpy()}
    return named.get(st.selectbox("Answers of", [EVERY_RESPONDENT, *named], key="who", bind="query-params"))


def question(texts: dict[str, str]) -> str:
    """Ask for a question (`?question=`) by its words and return its key; one we lack means the first."""
    keys = {text: key for key, text in texts.items()}
    return keys[st.selectbox("Question", list(keys), key="question", bind="query-params")]


def chosen_actions(actions: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Ask for area, theme, lead, rating and kind of date and return the ACTIONS rows that fit, in the plan's order.

    `words` has for the same rows, in columns lead, rag and date, what a reader chooses by.
    """
    told = words.assign(area=actions["priority_area"], theme=actions["theme"] + " " + actions["theme_title"])
    asked = (
        ("Priority area", ALL_AREAS, "area"), ("Theme", "All themes", "theme"), ("Lead", ALL_OWNERS, "lead"),
        ("RAG", "All ratings", "rag"), ("Date", "All dates", "date"),
    )  # fmt: skip
    fits = pd.Series(True, index=actions.index)
    for place, (label, everything, key) in zip(st.columns(len(asked)), asked, strict=True):
        with place:
            ordered = told[key] if key in ("area", "theme") else told[key].sort_values()
            chosen = one_of(label, list(dict.fromkeys(ordered)), everything, key)
        fits &= True if chosen is None else told[key] == chosen
    return actions[fits].sort_values("position")


def action(actions: pd.DataFrame) -> str | None:
    """Ask for an action (`?action=` and its reference) and return its id; None where none is chosen."""
    named = {str(row["ref"]): str(row["action_id"]) for _, row in actions.sort_values("position").iterrows()}
    titles = dict(zip(actions["ref"], actions["title"].fillna("the plan prints no text"), strict=True))
    asked = st.query_params.get("action")
    st.session_state["action chosen"] = asked if asked in named else None

    def follow() -> None:
        chosen = st.session_state["action chosen"]
        if chosen:
            st.query_params["action"] = chosen
        else:
            st.query_params.pop("action", None)

    chosen = st.selectbox(
        "Action", list(named), None, lambda ref: f"{ref} {titles[ref]}", key="action chosen", on_change=follow,
        placeholder="Choose an action by its reference",
    )  # fmt: skip
    if asked and asked not in named:
        st.warning("This edition has no action of the reference in the address. Choose one from the list above.")
    return named.get(str(chosen))


def weeks_silent() -> int:
    """Ask for how many weeks without a check-in are too many (`?weeks=`)."""
    return int(st.slider("Weeks without a check-in", 2, 52, WEEKS_SILENT, key="weeks", bind="query-params"))


def review(names: dict[str, int]) -> int:
    """Ask for a progress review (`?review=`) by its words and return its place; one we lack means the latest."""
    return names[st.selectbox("Review", list(names), key="review", bind="query-params")]


def view(names: list[str]) -> str:
    """Ask which part of a screen to show (`?view=`) and return it; one we lack means the first."""
    return str(st.segmented_control("Show", names, default=names[0], key="view", bind="query-params", required=True))


def one_of(label: str, options: Sequence[str], everything: str, key: str) -> str | None:
    """Ask for one of some words (`?<key>=`) and return it, None for all; one we lack means all."""
    chosen = st.selectbox(label, [everything, *options], key=key, bind="query-params")
    return None if chosen == everything else chosen
