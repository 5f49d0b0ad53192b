"""Targets and baselines change only by an amendment that says who, when and why; what stood before stays visible."""

import shutil
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from etl.audit import Act
from etl.errors import DocumentError
from etl.pipeline import load_files
from etl.settings import SHIPPED
from etl.warehouse import Warehouse
from metrics.definition import load_definitions
from metrics.edition import Manifest
from metrics.edition_tables import RESULTS
from metrics.plan import Baseline, Milestone, Scorecard, ScorecardRow, months_later
from metrics.plan_amendments import Amendment, Amendments, amended, amendment_faults, loosens
from metrics.plan_history import amendments_table, another_plan, clock_rewritten, rewritten, with_originals
from metrics.publish import publish
from metrics.scorecard import score
from metrics.trajectory import milestones, planned, points
from tests import release
from tests.conftest import NOW
from tests.metrics.test_trajectory import CHILDREN, LIST, PERCENT, PLAN, TIMELY, month

KPIS = load_definitions()
CARD = Scorecard(rows=[TIMELY, LIST])
BASE = {"value": 752, "month": "2023-04", "period_months": 0, "source": "revised"}


def amendment(kpi: str = PERCENT.id, **more: object) -> Amendment:
    content = {"kpi": kpi, "kind": "change", "decided_on": "2024-03-20", "decided_by": "SEND partnership board",
               "reason": "Two of five psychologists left.", **more}  # fmt: skip
    return Amendment.model_validate(content)


LOWER = amendment(slot=4, target=90)


def test_the_path_follows_the_amended_target_from_the_month_it_was_decided_in() -> None:
    before, none = amended(PLAN, CARD, [LOWER], month(2024, 2))
    after, changes = amended(PLAN, CARD, [LOWER], month(2024, 3))
    assert (len(none), len(changes)) == (0, 1)
    assert planned(points(PLAN, before.rows[0]), month(2024, 7)) == 87.5  # halfway from 75 to 100
    assert planned(points(PLAN, after.rows[0]), month(2024, 7)) == 82.5  # halfway from 75 to 90
    assert after.rows[1] == LIST


def test_the_latest_of_several_amendments_holds_and_the_first_number_stays_visible() -> None:
    later = amendment(slot=4, target=95, decided_on="2024-05-01", reason="A post was filled again.")
    card, changes = amended(PLAN, CARD, [LOWER, later], month(2024, 6))
    table = amendments_table(changes, KPIS)
    rows = with_originals(milestones(PLAN, card.rows[0], PERCENT, [], month(2024, 6)), table).set_index("position")
    assert table[["before", "after", "loosens"]].values.tolist() == [[100, 90, True], [90, 95, False]]
    assert (rows.loc[4, "target"], rows.loc[4, "original"]) == (95, 100)
    assert rows.loc[4, "amended"] == (
        "18 months: changed from 100.0 % to 90.0 % on 20 March 2024. This asks for less than before. "
        "Decided by: SEND partnership board. Reason: Two of five psychologists left. "
        "18 months: changed from 90.0 % to 95.0 % on 1 May 2024. This asks for more than before. "
        "Decided by: SEND partnership board. Reason: A post was filled again."
    )
    assert rows["amended"].isna().tolist() == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("made", "kpi", "looser"),
    [
        (amendment(slot=4, target=90), PERCENT, True),  # higher is better
        (amendment(slot=4, statement="All plans in time"), PERCENT, True),  # a number given up
        (amendment(slot=4, withdrawn=True), PERCENT, True),
        (amendment(slot=1, target=50), PERCENT, None),  # words before: nothing to compare
        (amendment(LIST.kpi, slot=4, target=500), CHILDREN, True),  # lower is better
        (amendment(LIST.kpi, slot=4, target=300), CHILDREN, False),
        (amendment(LIST.kpi, slot=4, target=400), CHILDREN, None),
        (amendment(LIST.kpi, kind="correction", baseline=BASE), CHILDREN, False),  # 760 to 752
    ],
)
def test_what_loosens_is_known_by_the_way_that_is_better(made: Amendment, kpi: object, looser: bool | None) -> None:
    [change] = amended(PLAN, CARD, [made], month(2024, 3))[1]
    assert loosens(change, kpi.better) is looser  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (amendment(slot=4, withdrawn=True),
         "18 months: changed from 100.0 % to no figure on 20 March 2024. This asks for less than before."),
        (amendment(slot=1, target=50, kind="correction"),
         "3 months: corrected from “reporting reviewed” to 50.0 % on 20 March 2024. Decided by"),
        (amendment(LIST.kpi, kind="correction", baseline=BASE),
         "Baseline: corrected from 760 children to 752 children on 20 March 2024. "
         "Progress since then looks smaller than before."),
    ],
)  # fmt: skip
def test_an_amendment_in_words(made: Amendment, words: str) -> None:
    table = amendments_table(amended(PLAN, CARD, [made], month(2024, 3))[1], KPIS)
    assert table["sentence"].iloc[0].startswith(words)


@pytest.mark.parametrize(
    "content",
    [
        {"slot": 4},  # says nothing
        {"slot": 4, "target": 90, "statement": "both"},
        {"slot": 4, "target": 90, "kind": "correction", "baseline": BASE},
        {"baseline": BASE},  # a baseline can only be corrected
        {"slot": 4, "target": 90, "reason": "why not"},
        {"slot": 4, "target": 90, "decided_by": ""},
    ],
)
def test_an_amendment_without_its_parts_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        amendment(**content)


def test_what_contradicts_the_plan_is_told_with_its_remedy() -> None:
    over = amendment(slot=2, target=50)  # October 2023, decided in March 2024
    made = Amendments.model_validate(
        {
            "amendments": [LOWER, over, amendment(slot=9, target=5), amendment("nothing", slot=4, target=5),
                           amendment(slot=4, target=80, decided_on="2024-03-01")],
            "rebases": [{"kpi": LIST.kpi, "month": "2024-01", "decided_by": "board", "reason": "Two lists joined"}] * 2,
        }
    )  # fmt: skip
    told = amendment_faults(PLAN, CARD, made)
    assert [fault.partition(": ")[0] for fault in told] == [
        f"amendments.1 ({PERCENT.id}).slot", f"amendments.2 ({PERCENT.id}).slot", "amendments.3 (nothing).kpi",
        f"amendments.4 ({PERCENT.id}).decided_on", f"rebases.1 ({LIST.kpi}).month",
    ]  # fmt: skip
    assert "was over when this was decided, so it stands" in told[0]
    assert "kind: correction" in told[0]


def test_a_milestone_that_is_over_can_be_corrected() -> None:
    assert amendment_faults(PLAN, CARD, Amendments(amendments=[amendment(slot=2, target=50, kind="correction")])) == []


def published(card: Scorecard, made: list[Amendment]) -> dict[str, pd.DataFrame]:
    """Return the tables of an edition read in June 2024: the milestones of 3, 6 and 12 months are over."""
    return score(PLAN, card, KPIS, RESULTS.empty(), month(2024, 6), Amendments(amendments=made))


def faults(card: Scorecard, made: list[Amendment], tables: dict[str, pd.DataFrame]) -> list[str]:
    return rewritten(PLAN, card, Amendments(amendments=made), tables, month(2024, 6))


def with_row(row: ScorecardRow, **other: object) -> Scorecard:
    """Return the scorecard with one row written otherwise."""
    return Scorecard(rows=[old.model_copy(update=other) if old.kpi == row.kpi else old for old in CARD.rows])


def test_what_an_edition_published_cannot_be_rewritten() -> None:
    tables = published(CARD, [LOWER])
    assert faults(CARD, [LOWER], tables) == []
    easier = TIMELY.model_copy(update={"milestones": {**TIMELY.milestones, 3: Milestone(target=70)}})
    restated = LIST.model_copy(update={"baseline": None})
    told = faults(Scorecard(rows=[easier, restated]), [], tables)
    assert [fault.split(":")[1].strip() for fault in told] == [
        f"{PERCENT.id}, 12 months", f"{LIST.kpi}, Baseline", PERCENT.id
    ]  # fmt: skip
    assert all("amendment" in fault for fault in told)
    assert len(faults(Scorecard(rows=[TIMELY]), [LOWER], tables)) == 3  # baseline and two targets of the list


@pytest.mark.parametrize(
    "other",
    [{"target": 80}, {"decided_on": date(2024, 2, 1)}, {"decided_by": "Somebody else"}, {"kind": "correction"},
     {"reason": "For no reason at all."}, {"slot": 3}, {"target": None, "statement": "Most plans"}],
)  # fmt: skip
def test_a_published_amendment_cannot_be_edited(other: dict[str, object]) -> None:
    told = faults(CARD, [LOWER.model_copy(update=other)], published(CARD, [LOWER]))
    assert f"amendments.yaml: {PERCENT.id}: an amendment that was published is changed or gone; put it back" in told


@pytest.mark.parametrize(
    ("other", "place"),
    [
        ({"baseline": Baseline(value=760, month="2023-05", period_months=0, source="invented")}, ", Baseline"),
        ({"baseline": Baseline(value=760, month="2023-04", period_months=1, source="invented")}, ", Baseline"),
        ({"baseline": Baseline(value=760, month="2023-04", period_months=0, source="another")}, ", Baseline"),
        ({"tolerance": 50}, ".tolerance"),
        ({"area": "Y"}, ".area"),
    ],
)
def test_what_a_published_figure_is_judged_by_cannot_be_rewritten(other: dict[str, object], place: str) -> None:
    [told] = faults(with_row(LIST, **other), [], published(CARD, []))
    assert told.startswith(f"scorecard.yaml: {LIST.kpi}{place}: ")


def test_a_published_correction_of_a_baseline_stands_with_its_month_and_source() -> None:
    made = amendment(LIST.kpi, kind="correction", baseline=BASE)
    tables = published(CARD, [made])
    assert faults(CARD, [made], tables) == []
    [told] = faults(CARD, [made.model_copy(update={"baseline": Baseline(**{**BASE, "source": "other"})})], tables)
    assert "source was published as something else" in told


def test_what_was_missing_may_be_filled_in_while_it_is_to_come() -> None:
    tables = published(with_row(LIST, milestones={}, baseline=None), [])
    late = with_row(LIST, milestones={4: Milestone(target=400)})
    assert faults(late, [], tables) == []
    [told] = faults(CARD, [], tables)  # October 2023 was over in June 2024
    assert told.startswith(f"scorecard.yaml: {LIST.kpi}, 6 months: was over without a target")
    mended = amendment(LIST.kpi, slot=2, target=700, kind="correction")
    assert faults(late, [mended], tables) == []


def test_a_change_with_an_earlier_day_cannot_reach_a_milestone_that_was_over_when_last_published() -> None:
    early = amendment(slot=3, target=70, decided_on="2024-04-01")  # April 2024, published in June without it
    tables = published(CARD, [])
    [told] = faults(CARD, [early], tables)
    assert "was over in June 2024" in told
    assert faults(CARD, [early.model_copy(update={"kind": "correction"})], tables) == []
    assert faults(CARD, [LOWER], tables) == []  # October 2024 is to come
    assert faults(CARD, [early], published(CARD, [early])) == []  # published in its time


def manifest(**other: object) -> Manifest:
    slots = [{"label": s.label, "months": s.months, "month": months_later(PLAN.start, s.months)} for s in
             PLAN.slots.values()]  # fmt: skip
    content = {
        "edition_id": "e", "content_sha256": "", "published_at": datetime(2024, 6, 3), "published_by": "A. Analyst",
        "area_name": PLAN.area_name, "plan_title": PLAN.title, "as_of": month(2024, 6), "plan_start": PLAN.start,
        "months_elapsed": 14, "milestones": slots, "demonstration": False, "version": "1", "rows": {},
    }  # fmt: skip
    return Manifest.model_validate({**content, **other})


@pytest.mark.parametrize(
    ("other", "another"),
    [
        ({}, False),
        ({"plan_title": "Old title"}, False),
        ({"area_name": "Elsewhere"}, False),
        ({"plan_start": month(2022, 4)}, False),
        ({"plan_title": "Old title", "plan_start": month(2020, 4)}, True),
        ({"plan_title": "Old title", "area_name": "Elsewhere"}, True),
    ],
)
def test_a_plan_is_another_one_by_its_title_and_its_area_or_start(other: dict[str, object], another: bool) -> None:
    assert another_plan(PLAN, manifest(**other)) is another


def test_the_published_clock_stands_and_may_grow() -> None:
    assert clock_rewritten(PLAN, manifest()) == []
    assert clock_rewritten(PLAN, manifest(milestones=[])) == []  # every milestone is new
    [told] = clock_rewritten(PLAN, manifest(plan_start=month(2023, 1)))
    assert told.startswith("plan.yaml: starts: was published as 2023-01; put it back")
    gone = {"label": "18 months", "months": 17, "month": month(2024, 9)}
    [told] = clock_rewritten(PLAN, manifest(milestones=[gone]))
    assert told.startswith("plan.yaml: slots: “18 months”, 17 months after the start, was published and is gone")


def test_publishing_refuses_a_target_edited_in_place_and_takes_an_amendment(
    warehouse: Warehouse, act: Act, data_folder: Path, tmp_path: Path
) -> None:
    plan = shutil.copytree(SHIPPED / "plan", tmp_path / "plan")
    list(load_files(warehouse, [release.write(tmp_path / "release.csv", [release.row()])], act, explanations={}))
    publish(warehouse, data_folder / "editions", plan, by="A. Analyst", note="", at=NOW)
    path = plan / "scorecard.yaml"
    written = path.read_text(encoding="utf-8")
    path.write_text(written.replace("{target: 100}", "{target: 90}"), encoding="utf-8")
    again = datetime(2026, 11, 22, 9, 0)
    with pytest.raises(DocumentError, match="18 months: was published as something else or is gone"):
        publish(warehouse, data_folder / "editions", plan, by="A. Analyst", note="", at=again)
    path.write_text(written, encoding="utf-8")
    entry = {"kpi": PERCENT.id, "kind": "correction", "slot": 4, "target": 90, "decided_on": date(2025, 3, 20),
             "decided_by": "SEND partnership board", "reason": "Two of five psychologists left"}  # fmt: skip
    (plan / "amendments.yaml").write_text(yaml.safe_dump({"amendments": [entry]}), encoding="utf-8")
    clock = plan / "plan.yaml"
    said = clock.read_text(encoding="utf-8")
    title = str(yaml.safe_load(said)["title"])
    path.write_text(written.replace("{target: 100}", "{target: 90}"), encoding="utf-8")
    clock.write_text(said.replace(title, "The plan, renamed"), encoding="utf-8")
    with pytest.raises(DocumentError, match="18 months: was published as something else or is gone"):
        publish(warehouse, data_folder / "editions", plan, by="A. Analyst", note="", at=again)
    path.write_text(written, encoding="utf-8")
    clock.write_text(said, encoding="utf-8")
    done = publish(warehouse, data_folder / "editions", plan, by="A. Analyst", note="", at=again)
    assert done.changed
    assert done.manifest.rows["amendments"] == 1
