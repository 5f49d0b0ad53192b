"""Surveys as tables of words: what changed, who answered, and what a group says."""

import pandas as pd

from metrics import wording
from metrics.survey_words import change_words, share_words

GROUP_WORDS = {
    "parents_and_carers": "Parents and carers",
    "children_and_young_people": "Children and young people",
    "professionals": "Professionals",
    "setting_staff": "Staff of schools and settings",
}


def asked_groups(waves: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Return survey, group asked and area of every instrument by its words, the largest first."""
    keys = ["survey", "respondent_group", "area"]
    size = waves.groupby(keys)["respondents"].max().fillna(0).sort_values(ascending=False)
    several = len({(survey, group) for survey, group, _ in size.index}) < len(size)
    named: dict[str, tuple[str, str, str]] = {}
    for survey, group, area in size.index:
        words = GROUP_WORDS.get(group, wording.group_words(group).capitalize())
        alike = [other for other in size.index if other[1] == group]
        words += f", {wording.group_words(survey)}" if len(alike) > 1 else ""
        named[f"{words}, {area}" if several else words] = (survey, group, area)
    return named


def of(frame: pd.DataFrame, one: tuple[str, str, str]) -> pd.DataFrame:
    """Return the rows of one instrument."""
    return frame[(frame["survey"] == one[0]) & (frame["respondent_group"] == one[1]) & (frame["area"] == one[2])]


def changes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per question of the latest wave that asks it: each wave's share, the difference, the verdict."""
    waves = list(dict.fromkeys(rows.sort_values("month")["wave"]))
    told = []
    for _, same in _by_question(rows):
        latest = same.iloc[-1]
        row = {"Question": latest["text"]}
        for wave in waves:
            held = same[same["wave"] == wave]
            row[wave] = "not asked" if held.empty else _share(held.iloc[0])
        verdict = latest["verdict"] if pd.notna(latest["verdict"]) else ""
        told.append({**row, "Difference": change_words(latest), "In a word": verdict})
    return pd.DataFrame(told, columns=pd.Index(["Question", *waves, "Difference", "In a word"]), dtype="str")


def _by_question(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    groups = [(str(name), same.sort_values("month")) for name, same in rows.groupby("question")]
    return sorted(groups, key=lambda group: int(group[1]["position"].iloc[-1]))


def _share(row: pd.Series) -> str:
    small = ", small base" if row["is_small"] and pd.notna(row["value"]) else ""
    return share_words(row["value"], row["base"], row["flag"]) + small


def tally(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return how many questions of the latest wave are better, worse, cannot be told, and are not compared."""
    latest = rows[rows["month"] == rows["month"].max()]
    verdicts = latest["verdict"].fillna("not compared").value_counts()
    names = {"better": "Better", "worse": "Worse", "cannot tell": "Cannot tell", "not compared": "Not compared"}
    return [(words, f"{int(verdicts.get(name, 0))}") for name, words in names.items()]


def tally_words(rows: pd.DataFrame) -> str:
    """Return the tally in one sentence a parent can read."""
    counts = {name: int(count) for name, count in tally(rows)}
    asked = sum(counts.values())
    parts = [f"{counts['Better']} got better", f"{counts['Worse']} got worse"]
    parts.append(f"for {counts['Cannot tell']} we cannot tell")
    if counts["Not compared"]:
        parts.append(f"{counts['Not compared']} cannot be compared")
    return f"Of {asked} questions asked last, {', '.join(parts)}."


def profile(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per wave and group of those who answered, beside the children with an EHC plan."""
    out = []
    for _, row in rows.sort_values(["breakdown", "wave", "group"]).iterrows():
        plans = ""
        if pd.notna(row["population_share"]):
            plans = wording.number(float(row["population_share"]), "percent")
            plans += f" ({wording.month_words(row['population_month'])})"
        shown = "suppressed" if pd.isna(row["respondents"]) else f"{int(row['respondents']):,}"
        share = "" if pd.isna(row["share"]) else wording.number(float(row["share"]), "percent")
        out.append(
            {"Split by": wording.group_words(row["breakdown"]), "Group": wording.group_words(row["group"]),
             "Wave": row["wave"], "Answered": shown, "Share": share, "Of children with a plan": plans}
        )  # fmt: skip
    return pd.DataFrame(
        out, columns=pd.Index(["Split by", "Group", "Wave", "Answered", "Share", "Of children with a plan"])
    )


def answers(rows: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Return one row per answer of a question, a column a wave: how many gave it, and their share of the base.

    `asked` has the question's own row of each wave; of one with too few answers no answer is listed at all.
    """
    waves = list(dict.fromkeys(asked["wave"].sort_values()))
    flags = dict(zip(asked["wave"], asked["flag"], strict=True))
    order = rows.sort_values(["position", "answer"]).drop_duplicates("answer")
    out = []
    for _, one in order.iterrows():
        row = {"Answer": one["answer"] if one["is_valid"] else f"{one['answer']} (not in the base)"}
        for wave in waves:
            held = rows[(rows["wave"] == wave) & (rows["answer"] == one["answer"])]
            row[wave] = _count(held.iloc[0]) if len(held) else _none(flags[wave], rows[rows["wave"] == wave])
        out.append(row)
    return pd.DataFrame(out, columns=pd.Index(["Answer", *waves]), dtype="str")


def _none(flag: object, told: pd.DataFrame) -> str:
    """Return what an answer that is not listed means: nobody gave it, or nothing is said of the wave's answers."""
    if len(told):
        return "0"
    return {"small_base": "fewer than ten answers", "no_base": "no valid answer"}.get(str(flag), "suppressed")


def _count(row: pd.Series) -> str:
    if pd.isna(row["respondents"]):
        return "suppressed"
    share = "" if pd.isna(row["share"]) else f" ({wording.number(float(row['share']), 'percent')})"
    return f"{int(row['respondents']):,}{share}"


def wave_words(row: pd.Series) -> str:
    """Return a wave in a sentence: who answered, when, how they came to it, and that nobody knows how many did not."""
    who = "an unknown number" if pd.isna(row["respondents"]) else f"{int(row['respondents']):,}"
    days = f"{wording.day_words(row['fieldwork_from'])} to {wording.day_words(row['fieldwork_to'])}"
    channel = f"; {row['channel']}" if pd.notna(row["channel"]) else ""
    rate = "no response rate, since nobody knows how many were asked"
    if pd.notna(row["response_rate"]):
        rate = f"{wording.number(float(row['response_rate']), 'percent')} of the {int(row['invited']):,} who were asked"
    return f"{row['title']}: {who} answered, {days}{channel}; {rate}."
