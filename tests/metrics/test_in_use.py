"""What a new edition is held against."""

from datetime import datetime
from pathlib import Path

from etl.settings import SHIPPED
from metrics.in_use import tables_in_use
from metrics.plan_folder import load_plan
from tests.pages import editions
from tests.pages.contract_rows import EHC, month


def report(exception_id: str, found_in: str) -> dict[str, object]:
    """Return a row of an open exception report."""
    return {
        "exception_id": exception_id, "kpi": EHC, "title": "Plans", "kind": "newly_off", "month": month(found_in),
        "raised_in": month(found_in), "sentence": "It fell.", "reason": "Newly off", "answered": False,
    }  # fmt: skip


def test_open_reports_outlive_an_edition_read_in_an_earlier_month(tmp_path: Path) -> None:
    local = load_plan(SHIPPED / "plan")
    assert tables_in_use(local, tmp_path, "restricted") is None
    early, late = report("a", "2023-06"), report("b", "2024-06")
    plan = {"plan_title": local.plan.title}
    editions.publish(tmp_path, {"exceptions": [early, late]}, "first", **plan)
    again = {"as_of": month("2023-10"), "published_at": datetime(2026, 12, 1)}
    editions.publish(tmp_path, {"exceptions": [early]}, "second", **plan, **again)
    found = tables_in_use(local, tmp_path, "restricted")
    assert found is not None
    assert sorted(found["exceptions"]["exception_id"]) == ["a", "b"]
    editions.publish(tmp_path, {"exceptions": [early]}, "third", **plan, published_at=datetime(2026, 12, 2))
    found = tables_in_use(local, tmp_path, "restricted")
    assert found is not None
    assert list(found["exceptions"]["exception_id"]) == ["a"]
