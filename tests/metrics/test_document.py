"""docs/kpis.md is what the definitions say, and every KPI is in it; both directions of better are judged."""

from datetime import date
from pathlib import Path

import pytest

from metrics.definition import Definition, load_definitions
from metrics.document import document
from metrics.plan import ScorecardRow
from metrics.trajectory import Reading, gap, status

ROOT = Path(__file__).resolve().parent.parent.parent
KPIS = load_definitions()


def test_the_page_of_kpis_is_current() -> None:
    assert (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8") == document()


def test_every_kpi_is_on_the_page_once() -> None:
    page = document()
    assert [kpi.id for kpi in KPIS.values() if page.count(f"\n`{kpi.id}` (") != 1] == []


def test_every_entry_of_the_catalogue_has_a_kpi() -> None:
    # domain kpis.json: 64 entries
    counts = {"ND": 13, "ED": 4, "MH": 1, "SL": 9, "SV": 19, "EH": 11, "AR": 6, "PL": 1}
    wanted = {f"{group}{n:02}" for group, count in counts.items() for n in range(1, count + 1)}
    assert len(wanted) == 64
    assert {entry for kpi in KPIS.values() for entry in kpi.catalogue} == wanted


def test_what_stands_beside_is_known() -> None:
    assert {name for kpi in KPIS.values() for name in kpi.beside} <= set(KPIS)


def test_the_20_week_rate_stands_beside_what_it_hides_and_dfes_review_rate_beside_the_second_form() -> None:
    hidden = {"ehc_open_over_20_weeks", "ehc_mean_weeks_to_issue", "ehc_plans_with_exceptions"}
    rates = [kpi for name, kpi in KPIS.items() if name.startswith("ehc_plans_within_20_weeks")]
    now = [kpi for kpi in rates if not kpi.id.endswith("_until_2018")]  # today's backlog says nothing of those years
    assert len(now) == 7
    assert all(hidden <= set(kpi.beside) for kpi in now)
    assert KPIS["annual_review_decisions_within_4_weeks"].beside == [
        "annual_review_decisions_within_4_weeks_of_all_due"
    ]


def test_waits_outside_rtt_say_so() -> None:
    for kpi in KPIS.values():
        waits = kpi.select.get("clock") in ("nd_assessment", "slt", "slt_treatment", "community_paediatrics")
        if waits and kpi.select.get("state") == "waiting" and kpi.kind != "share" and kpi.over is None:
            assert "RTT-style" in (kpi.caveats or ""), kpi.id


@pytest.mark.parametrize("kpi", KPIS.values(), ids=lambda kpi: kpi.id)
def test_better_is_never_judged_worse(kpi: Definition) -> None:
    row = ScorecardRow(kpi=kpi.id, area="X", priority_area=5, outcome="5.O1", tolerance=1)
    verdicts = [status(Reading(date(2024, 1, 1), 1, value), 50, 40, row, kpi) for value in (0.0, 30.0, 50.0, 90.0)]
    if kpi.better == "neither":
        assert set(verdicts) == {"no_target"}
    else:
        order = ["off", "near", "on_trajectory", "met"]
        steps = [order.index(verdict) for verdict in verdicts]
        assert steps == sorted(steps, reverse=kpi.better == "lower")
        assert steps[0] != steps[-1]
        assert (gap(60, 50, kpi.better) > 0) == (kpi.better == "higher")
