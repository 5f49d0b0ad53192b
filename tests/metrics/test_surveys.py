"""What is said of surveys: shares, change between waves, small bases, groups, who answered; the board attacked."""

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metrics.definition import load_definitions
from metrics.disclosure_policy import Policy
from metrics.disclosure_surveys import board_counts
from metrics.edition_tables import RESULTS
from metrics.surveys import counted, derived, two_shares

POINTS = ["strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"]
WHO = {"survey": "parent_carer_survey", "respondent_group": "parents_and_carers"}
MONTHS = {"2023": pd.Timestamp("2023-07-01"), "2024": pd.Timestamp("2024-07-01")}
# One respondent: a group, and an answer (None: blank) to the one question.
Answers = list[tuple[str, str | None]]


def counts(waves: dict[str, Answers], question: str = "nd_support_known", reverse: bool = False) -> pd.DataFrame:
    """Return the fact answer_counts of these respondents, counted in plain Python."""
    rows = []
    for wave, people in waves.items():
        groups = sorted({group for group, _ in people})
        for breakdown, group in [("all", "all"), *(("need", group) for group in groups)]:
            own = [answer for mine, answer in people if group in ("all", mine)]
            for answer in set(own):
                at = POINTS.index(answer) + 1 if answer in POINTS else None
                good = None if at is None else (at <= 2 if reverse else at >= 4)
                told = {"scale": "agree_5", "scale_position": at, "favourable": good, "children": own.count(answer)}
                place = {"breakdown": breakdown, "group": group, "wave": wave, "question": question}
                rows.append({**place, "answer": answer, **told})
        for group in groups:
            rows.append({"breakdown": "all", "group": "all", "wave": wave, "question": "need", "answer": group,
                         "scale": "profile", "children": len([1 for mine, _ in people if mine == group])})  # fmt: skip
    frame = pd.DataFrame(rows).assign(**WHO, area="X", flag=None)
    return frame.assign(month=frame["wave"].map(MONTHS), scale_position=frame["scale_position"].astype("Int64"),
                        favourable=frame["favourable"].astype("boolean"))  # fmt: skip


def tables(
    waves: dict[str, Answers],
    within: float = 0,
    policy: Policy | None = None,
    reverse: bool = False,
    results: pd.DataFrame | None = None,
    **asked: object,
) -> dict[str, pd.DataFrame]:
    """Return the edition's tables of these waves, the board's where a policy is given."""
    always = {**WHO, "area": "X", "title": "A wave", "channel": None, "invited": None}
    days = {
        wave: {"month": MONTHS[wave], "fieldwork_from": MONTHS[wave], "fieldwork_to": MONTHS[wave]} for wave in waves
    }
    said = [{**always, **days[wave], "wave": wave} for wave in waves]
    words = {
        "position": 1,
        "text": "I know",
        "scale": "agree_5",
        "reversed": reverse,
        "reworded": None,
        "comparable": True,
    }
    last = list(waves)[-1]
    questions = [{**WHO, "wave": wave, "question": "nd_support_known", **words, **(asked if wave == last else {})}
                 for wave in waves]  # fmt: skip
    frames = counted(counts(waves, reverse=reverse), pd.DataFrame(said), pd.DataFrame(questions))
    if policy is not None:
        frames, within = board_counts(frames, policy), policy.rounding_base // 2
    return derived(frames, load_definitions(), RESULTS.empty() if results is None else results, within)


def people(good: int, base: int, group: str = "autism") -> Answers:
    return [(group, "agree")] * good + [(group, "disagree")] * (base - good)


def latest(found: dict[str, pd.DataFrame]) -> pd.Series:
    return found["survey_questions"].sort_values("month").iloc[-1]


def test_the_domains_own_examples() -> None:
    """Definitions, section 4: 81/270 is 24.8 to 35.7 %; 62/210 to 90/205 is +14.4 points, 5.1 to 23.3."""
    one = latest(tables({"2023": people(81, 270)}))
    assert [round(one[part], 1) for part in ("value", "low", "high")] == [30.0, 24.8, 35.7]
    two = latest(tables({"2023": people(62, 210), "2024": people(90, 205)}))
    assert [round(two[part], 1) for part in ("difference", "difference_low", "difference_high")] == [14.4, 5.1, 23.3]
    assert two["verdict"] == "better"
    assert two["p_value"] == pytest.approx(0.0024, abs=0.0005)  # z = 0.14378 / 0.04727 = 3.04
    assert two["sentence"] == (
        "2024: 43.9 % of 205 answers are favourable; 2023: 29.5 % of 210. +14.4 points (5.1 to 23.3): better."
    )


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [((62, 210), (90, 205), "better"), ((90, 205), (62, 210), "worse"), ((62, 210), (66, 205), "cannot tell")],
)
def test_a_change_is_one_only_beyond_chance(before: tuple[int, int], after: tuple[int, int], verdict: str) -> None:
    assert latest(tables({"2023": people(*before), "2024": people(*after)}))["verdict"] == verdict


def test_agreeing_is_bad_where_the_question_is_reversed() -> None:
    one = latest(tables({"2023": people(81, 270)}, reverse=True))
    assert (one["favourable"], round(one["value"], 1)) == (189, 70.0)  # those who disagree


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"scale": "agree_4"}, "asked on another scale"),
        ({"reversed": True}, "asked on another scale"),
        ({"text": "I have heard of it"}, "asked in other words, and nobody has said whether they mean the same"),
        ({"text": "I know it", "reworded": "shorter", "comparable": False}, "asked in other words: shorter"),
    ],
)
def test_only_the_same_question_on_the_same_scale_is_compared(asked: dict[str, object], why: str) -> None:
    row = latest(tables({"2023": people(62, 210), "2024": people(90, 205)}, **asked))
    assert row["not_compared"] == why
    assert row[["difference", "p_value", "verdict"]].isna().all()
    assert row["previous_value"] == pytest.approx(100 * 62 / 210)


def test_the_same_meaning_in_plainer_words_is_compared() -> None:
    row = latest(tables({"2023": people(62, 210), "2024": people(90, 205)}, text="I do know", reworded="plainer"))
    assert row["verdict"] == "better"


@pytest.mark.parametrize(("base", "flag", "small"), [(9, "small_base", False), (10, None, True), (29, None, True),
                                                     (30, None, False)])  # fmt: skip
def test_bases_under_ten_are_not_shown_and_under_thirty_are_marked(base: int, flag: str | None, small: bool) -> None:
    found = tables({"2023": people(4, base)})
    row = latest(found)
    assert (row["flag"] if pd.notna(row["flag"]) else None, bool(row["is_small"])) == (flag, small)
    assert pd.isna(row["favourable"]) == pd.isna(row["value"]) == (flag is not None)
    # Not even which answers were given: of four all alike it would tell what everybody said.
    assert found["survey_answers"].empty == (flag is not None)


def test_a_small_group_does_not_follow_from_the_others() -> None:
    groups = [*people(20, 60, "autism"), *people(14, 40, "slcn"), *people(2, 6, "semh")]
    shown = tables({"2023": groups})["survey_groups"].set_index("group")
    assert shown.loc["semh", "flag"] == "small_base"
    assert shown.loc["slcn", "flag"] == "suppressed"  # 36 of 106 less 20 and 14 would leave 2
    assert shown["favourable"].isna().to_dict() == {"autism": False, "semh": True, "slcn": True}


def test_small_groups_do_not_follow_together_either() -> None:
    """25 of 65 less 20 of 60 would say that all five in the two small groups agreed."""
    shown = tables({"2023": [*people(20, 60, "autism"), *people(3, 3, "slcn"), *people(2, 2, "semh")]})["survey_groups"]
    assert shown["favourable"].isna().all()


def test_groups_are_compared_from_thirty_answers_on() -> None:
    waves = {"2023": [*people(8, 40), *people(8, 29, "slcn")], "2024": [*people(30, 40), *people(20, 29, "slcn")]}
    shown = tables(waves)["survey_groups"].set_index(["wave", "group"])
    assert shown.loc[("2024", "autism"), "verdict"] == "better"
    assert shown.loc[("2024", "slcn"), "not_compared"] == "fewer than 30 answers in one of the waves"


answered = st.lists(
    st.tuples(st.sampled_from(["autism", "slcn"]), st.sampled_from([*POINTS, "don't know", None])),
    min_size=1,
    max_size=60,
)


@settings(max_examples=10)
@given(people=answered)
def test_counts_are_those_of_plain_python(people: Answers) -> None:
    found = tables({"2023": people})
    valid = [answer for _, answer in people if answer in POINTS]
    good = sum(answer in ("agree", "strongly agree") for answer in valid)
    row = latest(found)
    assert row["base"] == len(valid)
    assert (row["favourable"] if len(valid) >= 10 else good) == good
    assert found["survey_waves"]["respondents"].iloc[0] == len(people)
    for _, cell in found["survey_answers"].iterrows():
        if pd.notna(cell["respondents"]):
            said = None if cell["answer"] == "no answer" else cell["answer"]
            assert cell["respondents"] == sum(answer == said for _, answer in people)
            assert bool(cell["is_valid"]) == (said in POINTS)
    assert dict(zip(found["survey_profile"]["group"], found["survey_profile"]["respondents"], strict=True)) == {
        group: sum(mine == group for mine, _ in people) for group in {group for group, _ in people}
    }


@given(x=st.integers(0, 40), n=st.integers(1, 40), y=st.integers(0, 40), m=st.integers(1, 40))
def test_the_test_is_the_same_both_ways_and_certain_without_a_difference(x: int, n: int, y: int, m: int) -> None:
    assume(x <= n and y <= m)
    assert two_shares(x, n, y, m) == pytest.approx(two_shares(y, m, x, n))
    assert two_shares(x, n, x, n) == 1.0


# --- the board --------------------------------------------------------------------------------------------------------

POLICY = Policy()
few = st.lists(st.tuples(st.sampled_from(["autism", "slcn", "semh"]), st.sampled_from([*POINTS, "don't know", None])),
               min_size=8, max_size=60)  # fmt: skip


def worlds(shown: object, low: int = 0, high: int = 70) -> set[int]:
    """Return the counts that would be shown so: the reader knows the rule and nothing else. Hidden is at least one."""
    if pd.isna(shown):  # type: ignore[call-overload]
        return set(range(1, high))
    return {n for n in range(low, high) if (n == 0 or n > 7) and 5 * ((2 * n + 5) // 10) == shown}


@settings(max_examples=10)
@given(people=few)
def test_a_reader_of_the_boards_file_cannot_tell_a_hidden_answer(people: Answers) -> None:
    """Attack one question's answers by trying every share of the hidden: written apart from the publisher."""
    found = tables({"2023": people}, policy=POLICY)
    assert found["survey_groups"].empty
    counted_in = {"survey_answers": "respondents", "survey_questions": "base", "survey_profile": "respondents"}
    for table, column in counted_in.items():
        told = found[table][column].dropna().astype("float64")
        assert ((told == 0) | ((told >= 10) & (told % 5 == 0))).all()
    row, cells = latest(found), found["survey_answers"]
    if row["flag"] == "small_base" or pd.isna(row["base"]):
        assert cells["respondents"].isna().all() or (cells["respondents"].fillna(0) == 0).all()
        return
    valid = cells[cells["is_valid"].astype("bool")].reset_index(drop=True)
    good = valid["favourable"].astype("bool")
    bases = worlds(row["base"])
    goods = worlds(row["favourable"]) if pd.notna(row["favourable"]) else set(range(70))
    choices = [worlds(shown) for shown in valid["respondents"]]
    hidden = [n for n, shown in enumerate(valid["respondents"]) if pd.isna(shown)]
    if not hidden:
        return
    possible: list[set[int]] = [set() for _ in choices]
    for n in hidden:
        others, across = (
            _sums([choices[k] for k in range(len(choices)) if k != n and bool(good[k] == good[n]) is same])
            for same in (True, False)
        )
        fits = {f for f in range(90) if any((f + g in bases) and ((f if good[n] else g) in goods) for g in across)}
        possible[n] = {own for own in choices[n] if any(own + same in fits for same in others)}
        true = sum(answer == valid["answer"][n] for _, answer in people)
        assert true in possible[n]
        assert len(possible[n]) >= POLICY.possible_values


def test_the_boards_verdict_holds_for_all_counts_that_its_rounded_ones_can_stand_for() -> None:
    """13 of 24 after 8 of 31 is better by exact counts; of 15 and 10, told as rounded, nobody can say."""
    waves = {"2023": people(8, 31), "2024": people(13, 24)}
    assert latest(tables(waves))["verdict"] == "better"
    assert latest(tables(waves, policy=POLICY))["verdict"] == "cannot tell"
    waves = {"2023": people(62, 210), "2024": people(90, 205)}
    board = latest(tables(waves, policy=POLICY))
    assert (board["base"], board["favourable"], board["verdict"]) == (205, 90, "better")


def test_where_a_difference_may_be_none_chance_is_certain() -> None:
    """8 of 26 and 10 of 25 are both told as 10 of 25: the reader cannot tell them apart at all."""
    row = latest(tables({"2023": people(8, 26), "2024": people(10, 25)}, policy=POLICY))
    assert (row["difference"], row["p_value"], row["verdict"]) == (0, 1, "cannot tell")


def test_options_of_a_choice_of_several_do_not_follow_from_how_many_chose() -> None:
    """18 chose, told as 20 (18 to 22), 12 of them one option, told as 10 (8 to 12): so the other is 6 or 7."""
    who = {**WHO, "wave": "2024", "area": "X"}
    asked = {**who, "question": "looked", "scale": "several", "base": 18, "favourable": 0}
    chosen = [{**who, "question": "looked", "answer": name, "is_valid": True, "favourable": None, "respondents": count}
              for name, count in (("School", 12), ("The local offer", 6))]  # fmt: skip
    board = board_counts(
        {"survey_waves": pd.DataFrame([{**who, "respondents": 18}]), "survey_questions": pd.DataFrame([asked]),
         "survey_answers": pd.DataFrame(chosen), "survey_groups": pd.DataFrame([who]),
         "survey_profile": pd.DataFrame([{**who, "breakdown": "need", "group": "slcn", "respondents": 18}])},
        POLICY,
    )  # fmt: skip
    assert board["survey_questions"]["base"].tolist() == [20]
    assert board["survey_answers"]["respondents"].isna().all()


def test_children_are_counted_where_their_group_was_known() -> None:
    """A month in which no child's area was known is passed over: nobody in an area is not what it says."""
    waves = {"2024": people(30, 60, "autism")}
    place = {"kpi": "ehc_active_plans", "area": "X", "breakdown": "need", "denominator": None}
    plans = pd.DataFrame([
        {**place, "group": group, "month": pd.Timestamp(month), "value": value}
        for month, group, value in (("2024-12-01", "autism", 0), ("2024-12-01", "not supplied", 3000),
                                    ("2025-01-01", "autism", 600), ("2025-01-01", "slcn", 200))
    ])  # fmt: skip
    row = tables(waves, results=plans)["survey_profile"].iloc[0]
    assert (row["population"], row["population_share"], row["population_month"]) == (
        600,
        75,
        pd.Timestamp("2025-01-01"),
    )


def _sums(choices: list[set[int]]) -> set[int]:
    found = {0}
    for those in choices:
        found = {a + b for a in found for b in those if a + b < 90}
    return found
