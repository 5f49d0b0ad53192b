"""Exception reports: raised once, open until a role answers, whatever the figure does since."""

from datetime import date, datetime

import pandas as pd

from etl.record_tables import EXCEPTION_RESPONSES
from metrics.course_tables import CHARTS
from metrics.edition_tables import KPIS, PATH, SCORECARD
from metrics.exceptions import exceptions

KPI = "ehc_plans_within_20_weeks"
MONTHS = {"2025-08": date(2025, 8, 1), "2025-09": date(2025, 9, 1), "2025-10": date(2025, 10, 1)}


def edition(
    status: str, variation: str = "common_cause", month: str = "2025-09", before: str = "near"
) -> dict[str, pd.DataFrame]:
    path = [{"kpi": KPI, "month": MONTHS["2025-08"], "actual": 60.0, "status": before},
            {"kpi": KPI, "month": MONTHS[month], "actual": 40.0, "status": status}]  # fmt: skip
    return {
        "kpis": KPIS.frame([{"kpi": KPI, "title": "Plans in time"}]),
        "scorecard": SCORECARD.frame([{"kpi": KPI, "month": MONTHS[month], "status": status, "sentence": "40 %."}]),
        "charts": CHARTS.frame([{"kpi": KPI, "variation": variation}]),
        "path": PATH.frame(path),
    }


NONE = EXCEPTION_RESPONSES.empty()


def test_a_kpi_newly_off_is_raised_once_and_stays_open_after_it_has_recovered() -> None:
    first = edition("off")
    raised = exceptions(first, None, NONE, MONTHS["2025-09"])
    assert raised[["exception_id", "answered"]].to_numpy().tolist() == [[f"{KPI}.2025-09.newly_off", False]]
    published = {**first, "exceptions": raised}
    again = exceptions(first, published, NONE, MONTHS["2025-09"])
    pd.testing.assert_frame_equal(again, raised)  # the same figures again raise nothing new
    recovered = edition("met", month="2025-10")
    kept = exceptions(recovered, published, NONE, MONTHS["2025-10"])
    assert kept["exception_id"].tolist() == raised["exception_id"].tolist()
    fell_again = exceptions(edition("off", month="2025-10"), {**recovered, "exceptions": kept}, NONE, MONTHS["2025-10"])
    assert fell_again["exception_id"].tolist() == [f"{KPI}.2025-09.newly_off", f"{KPI}.2025-10.newly_off"]


def test_a_kpi_that_was_off_before_is_not_newly_so() -> None:
    assert exceptions(edition("off", before="off"), None, NONE, MONTHS["2025-09"]).empty
    assert exceptions(edition("near"), None, NONE, MONTHS["2025-09"]).empty


def test_worse_by_more_than_chance_is_raised_beside_the_trajectory() -> None:
    worse = edition("near", "special_cause_concern")
    raised = exceptions(worse, None, NONE, MONTHS["2025-09"])
    assert raised["kind"].tolist() == ["worse"]
    later = edition("near", "special_cause_concern", month="2025-10")
    kept = exceptions(later, {**worse, "exceptions": raised}, NONE, MONTHS["2025-10"])
    assert kept["exception_id"].tolist() == [f"{KPI}.2025-09.worse"]  # the concern goes on: one report


def test_the_latest_answer_closes_a_report_and_an_earlier_month_does_not_know_it() -> None:
    first = edition("off")
    raised = exceptions(first, None, NONE, MONTHS["2025-09"])
    one = {"exception_id": raised["exception_id"].iloc[0], "by": "B", "role": "Lead", "owner": "Service manager"}
    answers = EXCEPTION_RESPONSES.frame(
        {**one, "response_id": f"x.{n}", "at": datetime(2025, 10, n), "response": words, "due_on": date(2026, 1, 31)}
        for n, words in ((2, "Three more officers"), (1, "Two more officers"))
    )
    told = exceptions(first, {**first, "exceptions": raised}, answers, MONTHS["2025-09"])
    assert told[["answered", "response", "owner"]].to_numpy().tolist() == [
        [True, "Three more officers", "Service manager"]
    ]
    assert exceptions(edition("near", month="2025-08"), {**first, "exceptions": raised}, NONE, MONTHS["2025-08"]).empty
