"""How actions stood at a moment: overdue by hand-worked months, conflicts, dates in force, history."""

from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd
import pytest

from etl.plan_record import PlanRecord
from etl.record_tables import ACTIONS, CHECK_INS, ESCALATIONS, EXCEPTION_RESPONSES, IMPACT_MEASURES
from etl.settings import SHIPPED
from metrics import reminders
from metrics.action_links import Link, action_links, events, links
from metrics.course_tables import SIGNALS
from metrics.definition import load_definitions
from metrics.edition_tables import CHARTS, SCORECARD
from metrics.plan_edition import PlanInEdition, escalations_for_board, plan_in_edition
from metrics.plan_folder import LocalPlan, load_plan
from metrics.plan_gaps import unbacked, without_signal
from metrics.plan_measures import strict_leads, with_plan_measures
from metrics.plan_state import Standing, as_they_stood, end_of, with_folder
from metrics.reviews import reviews

Row = Mapping[str, object]
EMPTY = PlanRecord(*(t.empty() for t in (ACTIONS, IMPACT_MEASURES, CHECK_INS, EXCEPTION_RESPONSES, ESCALATIONS)))


@pytest.fixture(scope="module")
def local() -> LocalPlan:
    return load_plan(SHIPPED / "plan")


def check_in(number: int, at: str, rag: str = "G", action: str = "A001", **more: object) -> Row:
    return {
        "check_in_id": f"{action}.{number}", "action_id": action, "at": datetime.fromisoformat(at), "by": "B",
        "role": "Programme lead", "rag": rag, "progress": f"step {number}", "source": "page", **more,
    }  # fmt: skip


def recorded(
    local: LocalPlan, *entries: Row, versions: tuple[Row, ...] = (), escalations: tuple[Row, ...] = ()
) -> PlanRecord:
    """Return the shipped plan with check-ins, further versions of actions and escalations."""
    base = with_folder(EMPTY, local.tables)
    actions = base.actions.assign(at=pd.Timestamp("2023-05-01"), by="B", source="actions.csv")
    later = ACTIONS.frame([dict(row) for row in versions])
    return PlanRecord(
        ACTIONS.typed(pd.concat([actions, later], ignore_index=True)) if versions else ACTIONS.typed(actions),
        base.impact_measures,
        CHECK_INS.frame([dict(row) for row in entries]),
        base.responses,
        ESCALATIONS.frame([dict(row) for row in escalations]),
    )


def version(local: LocalPlan, action_id: str, at: str, number: int = 2, **changes: object) -> Row:
    """Return a later version of an action of the shipped plan."""
    base = with_folder(EMPTY, local.tables).actions
    first = base[base["action_id"] == action_id].iloc[0].to_dict()
    return {**first, "version": number, "at": datetime.fromisoformat(at), "by": "B", "source": "plan.xlsx", **changes}


def one(record: PlanRecord, action_id: str = "A001", until: str | None = None) -> Standing:
    moment = pd.Timestamp(until) if until else None
    return next(s for s in as_they_stood(record, moment) if s.version["action_id"] == action_id)


# Firm dates of the plan (domain plan, by_when): April 2023 four, July two, September eight, April 2024 three. An action
# is overdue from the month after its own: none in April 2023, 4 in May, 6 in August, 14 in October, 17 in May 2024.
@pytest.mark.parametrize(
    ("month", "late"),
    [("2023-04", 0), ("2023-05", 4), ("2023-08", 6), ("2023-09", 6), ("2023-10", 14), ("2024-04", 14), ("2024-05", 17)],
)
def test_the_plan_without_a_check_in_is_overdue_by_its_firm_dates_alone(
    local: LocalPlan, month: str, late: int
) -> None:
    day = date.fromisoformat(f"{month}-01")
    standings = as_they_stood(with_folder(EMPTY, local.tables))
    assert sum(s.overdue(day) for s in standings) == late
    assert len(standings) == 105


def test_a_finished_a_retired_and_a_redated_action_are_not_overdue(local: LocalPlan) -> None:
    october = date(2023, 10, 1)
    record = recorded(
        local, check_in(1, "2023-06-01", "C"), check_in(1, "2023-06-01", "A", "A002", by_when="Dec-23",
                                                       by_when_kind="month", due_on=date(2023, 12, 31), reason="Staff"),
        versions=(version(local, "A003", "2023-09-01", retired_why="Merged"),),
    )  # fmt: skip
    assert [one(record, a).overdue(october) for a in ("A001", "A002", "A003", "A005")] == [False, False, False, True]
    assert one(record, "A002").overdue(date(2024, 1, 1))
    assert one(record, "A003", "2023-08-01").overdue(october)  # before it was retired


def test_a_conflict_has_no_rating_until_it_is_settled(local: LocalPlan) -> None:
    entries = [
        check_in(1, "2023-06-01"), check_in(2, "2023-07-01 09:00", "C", follows="A001.1"),
        check_in(3, "2023-07-01 09:01", "R", follows="A001.1"),
        check_in(4, "2023-07-05", "C", follows="A001.3", settles="A001.2"),
    ]  # fmt: skip
    open_ = one(recorded(local, *entries[:3]))
    assert (open_.rag, open_.in_conflict, open_.completed_on()) == (None, True, None)
    settled = one(recorded(local, *entries))
    assert (settled.rag, settled.in_conflict, settled.completed_on()) == ("C", False, date(2023, 7, 5))
    assert one(recorded(local, *entries), until="2023-07-02").in_conflict
    agreeing = one(recorded(local, entries[0], entries[1], {**entries[2], "rag": "C"}))
    assert (agreeing.rag, agreeing.in_conflict) == ("C", True)


def test_complete_counts_from_the_first_of_the_last_unbroken_ratings(local: LocalPlan) -> None:
    course = [("2023-06-01", "C"), ("2023-07-01", "A"), ("2023-08-01", "C"), ("2023-09-01", "C")]
    entries = [
        check_in(n, at, rag, follows=f"A001.{n - 1}" if n > 1 else None) for n, (at, rag) in enumerate(course, 1)
    ]
    assert one(recorded(local, *entries)).completed_on() == date(2023, 8, 1)


def test_the_date_in_force_is_the_one_given_last(local: LocalPlan) -> None:
    moved = check_in(1, "2023-06-01", by_when="Dec-23", by_when_kind="month", due_on=date(2023, 12, 31), reason="Staff")
    later = version(
        local, "A001", "2023-08-01", by_when="?Mar 2024", by_when_kind="month_uncertain", due_on=date(2024, 3, 31)
    )
    record = recorded(local, moved, versions=(later,))
    assert [one(record, until=day).when["by_when"] for day in ("2023-05-15", "2023-07-01", "2023-09-01")] == [
        "Apr-23", "Dec-23", "?Mar 2024",
    ]  # fmt: skip
    renumbered = version(local, "A001", "2023-08-01", ref="3.1.9")  # says nothing new of the date
    assert one(recorded(local, moved, versions=(renumbered,))).when["by_when"] == "Dec-23"


def test_an_action_keeps_its_kpis_under_another_number(local: LocalPlan) -> None:
    kpis = load_definitions().values()
    named = {link.kpi for link in links(recorded(local), kpis) if link.action_id == "A101" and link.direct}
    first = with_folder(EMPTY, local.tables).actions.set_index("action_id")["ref"]
    record = recorded(
        local,
        versions=(
            version(local, "A101", "2023-08-01", ref="5.9.9"),
            {**version(local, "A001", "2023-08-01", 1), "action_id": "A106", "ref": str(first["A101"])},
        ),
    )
    found = links(record, kpis)
    assert named
    assert {link.kpi for link in found if link.action_id == "A101" and link.direct} == named
    assert [link for link in found if link.action_id == "A106" and link.direct] == []


def test_the_plans_own_measures_by_hand(local: LocalPlan) -> None:
    """105 references: 80 blank, uncertain or to be confirmed; 99 with text; 14 past a firm date in October 2023."""
    first = {
        "organisation": "RRE", "cohort": "nd_5_18", "month": date(2023, 10, 1), "threshold_weeks": 52, "children": 40,
        "escalated": 30, "escalated_on": date(2023, 11, 3), "to_role": "Board", "at": datetime(2023, 11, 4),
        "by": "B", "role": "Commissioner", "source": "page",
    }  # fmt: skip
    entered = (
        {**first, "escalation_id": "E0001"}, {**first, "escalation_id": "E0002", "escalated": 36, "follows": "E0001"},
        {**first, "escalation_id": "E0003", "organisation": "R1D", "cohort": "nd_0_5", "children": 10, "escalated": 4},
        {**first, "escalation_id": "E0004", "cohort": "slt_cyp"},
        {**first, "escalation_id": "E0005", "threshold_weeks": 104},
    )  # fmt: skip
    dated = {"by_when": "Aug-23", "by_when_kind": "month", "due_on": date(2023, 8, 31), "reason": "Agreed"}
    rows = with_folder(EMPTY, local.tables).actions.set_index("ref")["action_id"]
    record = recorded(
        local, check_in(1, "2023-06-10", "C"), check_in(1, "2023-07-10", "G", rows["4.14.1"], **dated),
        check_in(1, "2023-07-11", "A", rows["4.14.8"], **dated), escalations=entered,
    )  # fmt: skip
    numbers = dict.fromkeys(("numerator", "denominator", "value"), "Float64")
    kinds = {"measure": "str", "area": "str", "month": "datetime64[s]", "period_months": "Int64", "breakdown": "str"}
    kinds |= {"group": "str", **numbers, "flag": "str"}
    held = pd.DataFrame(columns=pd.Index(list(kinds))).astype(kinds)
    facts = with_plan_measures({"measure_values": held}, local.plan, record, load_definitions(), date(2023, 10, 1))
    got = {}
    for row in facts["measure_values"].to_dict("records"):
        base = None if pd.isna(row["denominator"]) else row["denominator"]
        got[row["measure"], f"{row['month']:%Y-%m}"] = (row["numerator"], base)
    assert got["plan_actions_overdue", "2023-10"] == (15, None)  # 14, less A001, which is finished, and two of August
    assert got["plan_actions_without_a_confirmed_date", "2023-06"] == (80, None)
    assert got["plan_actions_without_a_confirmed_date", "2023-10"] == (78, None)  # two were given firm dates
    assert got["plan_actions_complete", "2023-10"] == (1, 99)
    assert ("plan_actions_complete", "2023-05") not in got  # nobody had judged anything
    assert got["joint_commissioning_milestones_delivered", "2023-09"] == (1, 2)  # G counts, A does not
    assert ("joint_commissioning_milestones_delivered", "2023-06") not in got  # none was due
    assert got["nd_long_waits_escalated", "2023-10"] == (
        40,
        50,
    )  # 36 + 4 of 40 + 10
    assert ("nd_long_waits_escalated/1", "E06000051") in strict_leads(local.plan)


def test_what_a_kpi_did_since_an_action_was_completed(local: LocalPlan) -> None:
    standings = as_they_stood(recorded(local, check_in(1, "2023-06-10", "C")))
    months = pd.date_range("2022-08-01", "2024-03-01", freq="MS")  # ten before June 2023, ten from it on

    def since(meaning: str, figures: int) -> pd.Series:
        held = months[: 10 + figures]
        told = [meaning if month >= pd.Timestamp("2023-12-01") else "common_cause" for month in held]
        rows = [{"kpi": "k", "month": m, "value": 50.0 + (m >= pd.Timestamp("2023-06-01")), "meaning": t}
                for m, t in zip(held, told, strict=True)]  # fmt: skip
        return action_links([Link("k", "A001", True, ())], standings, SIGNALS.frame(rows)).iloc[0]

    better = since("special_cause_improvement", 10)
    assert (better["since"], better["mean_before"], better["mean_after"], better["figures_after"]) == (
        "better",
        50,
        51,
        10,
    )
    assert better["rebase"] == "{kpi: k, month: 2023-06, decided_by: , reason: 'Action 3.1.1 was completed'}"
    assert since("special_cause_concern", 10)[["since", "rebase"]].tolist()[0] == "worse"
    assert pd.isna(since("special_cause_concern", 10)["rebase"])  # a turn for the worse is not to be hidden
    assert since("common_cause", 10)["since"] == "no_signal"
    assert since("common_cause", 3)["since"] == "too_few"
    assert action_links([Link("k", "A001", True, ())], standings, SIGNALS.empty())["since"].tolist() == ["no_chart"]
    assert action_links([Link("k", "A002", True, ())], standings, SIGNALS.empty())["since"].tolist() == ["not_complete"]
    told = events([Link("k", "A001", True, ()), Link("other", "A001", False, ("IM3.01",))], standings)
    assert told[["kpi", "kind", "words"]].to_numpy().tolist() == [
        ["k", "completed", "Action 3.1.1 completed in June 2023"], ["k", "due", "Action 3.1.1 due in April 2023"],
    ]  # fmt: skip


def in_edition(local: LocalPlan, record: PlanRecord, until: datetime | None = None) -> PlanInEdition:
    return plan_in_edition(local, record, load_definitions().values(), date(2023, 10, 1), until)


def test_reminders_and_gaps_by_hand(local: LocalPlan) -> None:
    record = recorded(local, check_in(1, "2023-10-20", "A"), check_in(1, "2023-08-01", "G", "A002"),
                      check_in(1, "2023-08-01", "C", "A003"))  # fmt: skip
    actions = in_edition(local, record).tables()["actions"]
    assert reminders.judged_on(date(2023, 10, 1), datetime(2026, 11, 21)) == date(2023, 10, 31)
    assert reminders.judged_on(date(2023, 10, 1), datetime(2023, 10, 12)) == date(2023, 10, 12)
    day = date(2023, 10, 31)
    assert len(reminders.overdue(actions)) == 13
    assert reminders.overdue(actions)["ref"].iloc[0] == "3.1.1"
    assert reminders.due_soon(actions, day)["ref"].tolist() == []
    assert reminders.due_soon(actions, date(2024, 3, 1))["ref"].tolist() == ["3.6.5", "5.1.6", "5.2.1"]
    quiet = reminders.silent(actions, day, 8)
    assert (len(quiet), quiet["ref"].iloc[0]) == (
        97,
        "3.1.2",
    )  # 99 with text, without 3.1.1 (heard of) and 3.1.3 (done)
    assert reminders.kinds_of_dates(actions)["month"] == 17
    links_ = action_links(
        [Link("off", "A003", True, ()), Link("ok", "A001", True, ())], as_they_stood(record), SIGNALS.empty()
    )
    scored = [
        {"kpi": kpi, "status": status}
        for kpi, status in (("off", "off"), ("ok", "off"), ("bare", "off"), ("fine", "met"))
    ]
    assert unbacked(SCORECARD.frame(scored), CHARTS.empty(), links_, actions) == ["off", "bare"]
    assert without_signal(links_.assign(since="no_signal"), actions) == {"A001": ["ok"], "A003": ["off"]}


def test_a_review_has_what_changed_since_the_one_before(local: LocalPlan) -> None:
    record = recorded(
        local,
        check_in(1, "2023-06-10", "G", evidence="Minutes of June"),
        check_in(2, "2023-09-10", "A", follows="A001.1", evidence="Minutes of September", by_when="Dec-23",
                 by_when_kind="month", due_on=date(2023, 12, 31), reason="Staff left"),
        check_in(3, "2023-11-02", "C", follows="A001.2"),
        versions=(version(local, "A002", "2023-09-01", ref="3.1.9"),
                  version(local, "A004", "2023-09-02", retired_why="Done elsewhere"),
                  {**version(local, "A003", "2023-10-02", 1), "action_id": "A106", "ref": "3.1.10"}),
    )  # fmt: skip
    made = reviews(local.plan, record, date(2023, 10, 1))
    assert made.groupby("label", sort=False).size().to_dict() == {"3 months": 105, "6 months": 106}
    six = made[made["position"] == 2].set_index("action_id")
    row = six.loc["A001"]
    assert (row["rag"], row["previous_rag"], row["overdue"]) == ("A", "G", False)
    assert row["changed"] == "rated A, before G; date from Apr-23 to Dec-23 (Staff left)"
    assert row["evidence"] == "10 Sep 2023: Minutes of September"
    assert six.loc["A002", "changed"] == "renumbered from 3.1.2"
    assert six.loc["A004", "changed"] == "left the plan: Done elsewhere"
    assert six.loc["A106", "changed"] == "new in the plan"
    assert pd.isna(six.loc["A005", "changed"])
    assert made[made["position"] == 1].set_index("action_id").loc["A001", "changed"] == "rated G, before not rated"


def test_an_edition_read_in_an_earlier_month_knows_nothing_entered_later(local: LocalPlan) -> None:
    record = recorded(local, check_in(1, "2023-10-10", "G"), check_in(2, "2023-11-10", "C", follows="A001.1"))
    earlier = in_edition(local, record, end_of(date(2023, 10, 1)).to_pydatetime()).tables()
    assert earlier["check_ins"]["check_in_id"].tolist() == ["A001.1"]
    assert earlier["actions"].set_index("action_id").loc["A001", "rag"] == "G"
    assert earlier["check_ins"]["standing"].tolist() == ["current"]
    whole = in_edition(local, record).tables()
    assert whole["actions"].set_index("action_id").loc["A001", ["rag", "check_ins"]].tolist() == ["C", 2]
    hidden = escalations_for_board(whole["escalations"])
    assert hidden[["children", "escalated", "risk_recorded"]].isna().all(axis=None)
