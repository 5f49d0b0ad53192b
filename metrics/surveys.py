"""Surveys from counts to what can be said of them: shares with intervals, change between waves, who answered.

Counts come first (`counted`), everything else is derived from them (`derived`), so that the board's tables follow from
its own hidden and rounded counts by the same rules. Instruments are never pooled, positions on a scale never averaged.
Source of the rules: domain rules, section 4.
"""

from collections.abc import Iterable, Mapping
from math import isnan, sqrt
from statistics import NormalDist

import pandas as pd

from etl.tables import ANSWERED, EVERYONE, LEFT_OUT, PROFILE, SEVERAL, Table
from metrics.definition import Definition
from metrics.intervals import newcombe, wilson_ends
from metrics.survey_tables import SURVEY_ANSWERS, SURVEY_GROUPS, SURVEY_PROFILE, SURVEY_QUESTIONS, SURVEY_WAVES
from metrics.survey_words import sentence

LEAST_BASE, SMALL_BASE = 10, 30
NO_ANSWER, NOT_SUPPLIED = "no answer", "not supplied"
POPULATION = "ehc_active_plans"
WAVE = ["survey", "wave", "respondent_group", "area"]
QUESTION = [*WAVE, "question"]
_SURE = 0.05

Frames = dict[str, pd.DataFrame]


def counted(counts: pd.DataFrame, waves: pd.DataFrame, questions: pd.DataFrame) -> Frames:
    """Return the tables of surveys with their counts and words, nothing derived yet.

    `counts` is the fact answer_counts, `waves` and `questions` the facts of those names.
    """
    counts = counts[counts["month"].isin(waves["month"])] if len(waves) else counts.iloc[:0]
    whole = counts[(counts["breakdown"] == EVERYONE) & (counts["scale"] != PROFILE).fillna(True)]
    asked = questions.merge(waves[[*WAVE, "month"]], on=["survey", "wave", "respondent_group"])
    profile = counts[(counts["breakdown"] == EVERYONE) & (counts["scale"] == PROFILE).fillna(False)]
    split = counts[(counts["breakdown"] != EVERYONE) & (counts["scale"] != PROFILE).fillna(True)]
    answers = _answers(whole)
    # Everyone has one row a question, a blank included, so any question tells how many answered.
    single = whole[(whole["scale"] != SEVERAL).fillna(True)]
    per_question = single.groupby(QUESTION)["children"].sum().reset_index()
    respondents = per_question.groupby(WAVE)["children"].max().rename("respondents").reset_index()
    groups = profile.assign(breakdown=profile["question"], group=profile["answer"].fillna(NOT_SUPPLIED))
    return {
        "survey_waves": waves.merge(respondents, on=WAVE, how="left"),
        "survey_questions": asked.merge(_bases(whole, QUESTION), on=QUESTION, how="left"),
        "survey_answers": answers,
        "survey_groups": _bases(split[split["scale"] != SEVERAL], [*QUESTION, "breakdown", "group"]),
        "survey_profile": groups.groupby([*WAVE, "breakdown", "group"])["children"].sum().rename("respondents")
        .reset_index(),
    }  # fmt: skip


def _bases(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return base and favourable per key: valid answers, and the good ones; of a choice of several who chose at all."""
    valid = rows["scale_position"].notna() | (rows["answer"] == ANSWERED).fillna(False)
    good = rows["favourable"].fillna(False).astype("bool")
    parts = rows.assign(base=rows["children"].where(valid, 0), favourable=rows["children"].where(good, 0))
    return parts.groupby(keys)[["base", "favourable"]].sum().reset_index()


def _answers(whole: pd.DataFrame) -> pd.DataFrame:
    rows = whole[(whole["answer"] != ANSWERED).fillna(True)]
    answer = rows["answer"].fillna(NO_ANSWER)
    several = (rows["scale"] == SEVERAL).fillna(False) & ~answer.isin([*LEFT_OUT, NO_ANSWER])
    last = answer.map({name: 100 + at for at, name in enumerate([*LEFT_OUT, NO_ANSWER])})
    position = rows["scale_position"].astype("Int64").fillna(last.astype("Int64")).fillna(50)
    valid = rows["scale_position"].notna() | several
    told = rows.assign(answer=answer, position=position, is_valid=valid).rename(columns={"children": "respondents"})
    return told[[*QUESTION, "answer", "position", "is_valid", "favourable", "respondents"]].reset_index(drop=True)


def derived(frames: Frames, kpis: Mapping[str, Definition], results: pd.DataFrame, within: float = 0) -> Frames:
    """Return the tables of surveys whole, from their counts; a count that is missing carries its flag already.

    Below LEAST_BASE answers no count of them is left, whoever reads. `results` is that edition's own; counts are right
    `within` so many, as rounding left them, and a change is one only where it is for all counts they can stand for.
    """
    asked = _judged(frames["survey_questions"])
    questions = _linked(_compared(asked, QUESTION, SURVEY_QUESTIONS, within), kpis)
    questions["sentence"] = [sentence(row) for _, row in questions.iterrows()]
    waves = frames["survey_waves"]
    flagged = waves.assign(
        response_rate=100 * waves["respondents"].astype("Float64") / waves["invited"].astype("Float64"),
        flag=waves.get("flag"),
    )
    return {
        "survey_waves": SURVEY_WAVES.typed(flagged),
        "survey_questions": SURVEY_QUESTIONS.typed(questions.sort_values([*WAVE, "position"], ignore_index=True)),
        "survey_answers": _shares(frames["survey_answers"], questions),
        "survey_groups": _groups(frames["survey_groups"], asked),
        "survey_profile": _profile(frames["survey_profile"], waves, results),
    }


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with flag, value, interval and is_small."""
    base, good = rows["base"].astype("Float64"), rows["favourable"].astype("Float64")
    flag = rows["flag"] if "flag" in rows else pd.Series(None, index=rows.index, dtype="str")
    own = flag.isna()
    flag = flag.mask(own & (base == 0).fillna(False), "no_base")
    flag = flag.mask(own & ((base > 0) & (base < LEAST_BASE)).fillna(False), "small_base")
    if "scale" in rows:
        several = flag.isna() & (rows["scale"] == SEVERAL)
        flag, good = flag.mask(several, "not_applicable"), good.mask(rows["scale"] == SEVERAL)
    good = good.where(flag.isna())
    low, high = wilson_ends(good, base)
    return rows.assign(
        flag=flag, favourable=good, value=100 * good / base.where(base > 0), low=100 * low, high=100 * high,
        is_small=((base >= LEAST_BASE) & (base < SMALL_BASE)).fillna(False),
    )  # fmt: skip


def _compared(rows: pd.DataFrame, keys: list[str], table: Table, within: float = 0, least: int = 0) -> pd.DataFrame:
    """Return rows with the wave before that asked the same, and the change since where it can be told."""
    made = []
    for _, same in rows.groupby([key for key in keys if key != "wave"], sort=False):
        before: pd.Series | None = None
        for _, row in same.sort_values("month").iterrows():
            made.append({**row, **(_change(before, row, within, least) if before is not None else {})})
            before = row
    return pd.DataFrame(made, columns=pd.Index(dict.fromkeys([*table.names(), *rows.columns])))


def _change(before: pd.Series, now: pd.Series, within: float, least: int) -> dict[str, object]:
    told: dict[str, object] = {"previous_wave": before["wave"], "previous_base": before["base"]}
    told["previous_value"] = before["value"]
    if why := _not_comparable(before, now, least):
        return {**told, "not_compared": why}
    then, since = ((float(row["favourable"]), float(row["base"])) for row in (before, now))
    # The least and the most it can have risen: with exact counts the same.
    lowest = (*_moved(then, within), *_moved(since, -within))
    highest = (*_moved(then, -within), *_moved(since, within))
    low, high = newcombe(*lowest)[1], newcombe(*highest)[2]
    difference = _rise((*then, *since))
    straddles = _rise(lowest) <= 0 <= _rise(highest)
    p_value = 1.0 if straddles else two_shares(*(lowest if difference > 0 else highest))
    sure = p_value < _SURE and (low > 0 or high < 0)
    verdict = ("better" if difference > 0 else "worse") if sure else "cannot tell"
    return {
        **told, "difference": 100 * difference, "difference_low": 100 * low, "difference_high": 100 * high,
        "p_value": p_value, "verdict": verdict,
    }  # fmt: skip


def _rise(counts: tuple[float, float, float, float]) -> float:
    return counts[2] / counts[3] - counts[0] / counts[1]


def _moved(share: tuple[float, float], by: float) -> tuple[float, float]:
    """Return a count and its base, the count so much larger and the base so much smaller, never impossible."""
    base = max(share[1] - by, 1.0)
    return min(max(share[0] + by, 0.0), base), base


def _not_comparable(before: pd.Series, now: pd.Series, least: int) -> str | None:
    if now["scale"] == SEVERAL:
        return "a choice of several has no one share"
    if before["scale"] != now["scale"] or bool(before["reversed"]) != bool(now["reversed"]):
        return "asked on another scale"
    if not bool(now["comparable"]):
        return f"asked in other words: {now['reworded']}"
    if _plain(before["text"]) != _plain(now["text"]) and pd.isna(now["reworded"]):
        return "asked in other words, and nobody has said whether they mean the same"
    if pd.isna(before["value"]) or pd.isna(now["value"]):
        return "too few answers, or hidden"
    if min(before["base"], now["base"]) < least:
        return f"fewer than {least} answers in one of the waves"
    return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .:?")


def two_shares(count_1: float, base_1: float, count_2: float, base_2: float) -> float:
    """Return how likely a difference of two shares at least as large is by chance, were there none: pooled z test."""
    pooled = (count_1 + count_2) / (base_1 + base_2)
    spread = sqrt(pooled * (1 - pooled) * (1 / base_1 + 1 / base_2))
    return 1.0 if spread == 0 else 2 * NormalDist().cdf(-abs(count_2 / base_2 - count_1 / base_1) / spread)


def _linked(questions: pd.DataFrame, kpis: Mapping[str, Definition]) -> pd.DataFrame:
    """Return questions with the KPIs that read them, and those KPIs' actions."""
    links: dict[tuple[str, str, str], list[Definition]] = {}
    for kpi in kpis.values():
        if kpi.fact == "answer_counts":
            key = (str(kpi.select["survey"]), str(kpi.select.get("question")), str(kpi.select.get("respondent_group")))
            links.setdefault(key, []).append(kpi)
    keys = zip(questions["survey"], questions["question"], questions["respondent_group"], strict=True)
    found = [links.get(key, []) for key in keys]
    return questions.assign(
        kpis=_joined([kpi.id for kpi in own] for own in found),
        plan_refs=_joined([ref for kpi in own for ref in kpi.plan_refs] for own in found),
    )


def _joined(names: Iterable[list[str]]) -> pd.Series:
    return pd.Series([", ".join(dict.fromkeys(own)) or None for own in names], dtype="str")


def _shares(answers: pd.DataFrame, questions: pd.DataFrame) -> pd.DataFrame:
    of_question = questions[[*QUESTION, "base"]].assign(few=questions["flag"].isin(["small_base", "no_base"]))
    hidden = questions["flag"] == "suppressed"
    of_question = of_question.assign(base_hidden=hidden & questions["base"].isna())
    rows = answers.merge(of_question, on=QUESTION, how="left")
    few = rows["few"].astype("bool")
    own = rows["flag"] if "flag" in answers else pd.Series(None, index=rows.index, dtype="str")
    respondents = rows["respondents"].astype("Int64").where(own.isna())
    base = rows["base"].astype("Float64")
    share = (100 * respondents.astype("Float64") / base.where(base > 0)).where(rows["is_valid"].astype("bool"))
    # Of rounded counts a part can come out larger than its whole; more than everyone is nobody's share.
    made = rows.assign(respondents=respondents, share=share.clip(upper=100), flag=own)
    # Of a few answers even the list of those given tells what nobody said, or what all did.
    made = made[~few & ~rows["base_hidden"].astype("bool")]
    return SURVEY_ANSWERS.typed(made.sort_values([*QUESTION, "position", "answer"], ignore_index=True))


def _groups(rows: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Return the groups' shares and their change; beside small groups the next smallest is hidden where need be.

    Else they could be had by subtraction from everyone's figure. Groups are compared from SMALL_BASE answers on.
    """
    judged = _judged(rows)
    few = judged["flag"] == "small_base"
    places = [judged[name] for name in (*QUESTION, "breakdown")]
    count = few.groupby(places).transform("sum")
    together = judged["base"].where(few, 0).groupby(places).transform("sum")
    alone = (count == 1) | ((count > 1) & (together < LEAST_BASE))
    rest = judged[alone & judged["flag"].isna()].sort_values(["base", "group"])
    hidden = judged.index.isin(rest.drop_duplicates([*QUESTION, "breakdown"]).index)
    parts = {name: judged[name].mask(hidden) for name in ("favourable", "value", "low", "high")}
    judged = judged.assign(**parts, flag=judged["flag"].mask(hidden, "suppressed"))
    words = ["month", "position", "text", "scale", "reversed", "reworded", "comparable"]
    judged = judged.merge(asked[[*QUESTION, *words]], on=QUESTION, how="left")
    return SURVEY_GROUPS.typed(_compared(judged, [*QUESTION, "breakdown", "group"], SURVEY_GROUPS, 0, SMALL_BASE))


def _profile(rows: pd.DataFrame, waves: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Return who answered beside the children with an EHC plan, counted at the latest time before the wave ended.

    Where all plans are known from later on alone, the first such month stands in, with its own date.
    """
    said = rows["group"] != NOT_SUPPLIED
    count = rows["respondents"].astype("Float64")
    total = count.where(said).groupby([rows[name] for name in (*WAVE, "breakdown")]).transform("sum")
    flag = rows["flag"] if "flag" in rows else pd.Series(None, index=rows.index, dtype="str")
    own = rows.assign(share=(100 * count / total.where(total > 0)).where(said), flag=flag)
    own = own.merge(waves[[*WAVE, "month"]], on=WAVE, how="left")
    plans = results[(results["kpi"] == POPULATION) & (results["breakdown"] != EVERYONE)]
    made = []
    for (area, month, breakdown), group in own.groupby(["area", "month", "breakdown"], sort=False):
        these = plans[(plans["area"] == area) & (plans["breakdown"] == breakdown)]
        told = these[(these["group"] != NOT_SUPPLIED) & (these["value"].astype("Float64") > 0).fillna(False)]
        months = sorted(told["month"].unique())  # not those in which nobody's group was known
        when = next((m for m in reversed(months) if m <= month), months[0] if months else None)
        known = these[(these["month"] == when) & (these["group"] != NOT_SUPPLIED)].set_index("group")["value"]
        population = group["group"].map(known).astype("Float64")
        whole = float(known.astype("Float64").sum()) if len(known) else float("nan")
        part = 100 * population / whole if not isnan(whole) and whole > 0 else population * float("nan")
        since = pd.Series(when, index=group.index).where(population.notna())
        made.append(group.assign(population=population, population_share=part, population_month=since))
    whole_frame = pd.concat(made) if made else own.assign(population=None, population_share=None, population_month=None)
    return SURVEY_PROFILE.typed(whole_frame.sort_values([*WAVE, "breakdown", "group"], ignore_index=True))
