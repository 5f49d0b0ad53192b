"""The plan itself in a hand-built edition: four invented actions, one in each state that screens tell apart."""

from datetime import datetime

from tests.pages.contract_rows import EHC, Row, Rows, month

AREA = "5. Quality of EHC plans and annual reviews"


def action(number: int, ref: str, title: str | None, **more: object) -> Row:
    """Return an ACTIONS row without date, lead or check-in."""
    return {
        "action_id": f"A{number:03}",
        "position": number,
        "ref": ref,
        "first_ref": ref,
        "priority_area": AREA,
        "theme": "5.T1",
        "theme_title": "Better quality EHC plans",
        "outcome": "Quality of EHC plans",
        "title": title,
        "by_when_kind": "blank",
        "first_kind": "blank",
        "placeholder": False,
        "retired": False,
        "in_conflict": False,
        "check_ins": 0,
        "overdue": False,
        **more,
    }


def check_in(one: str, rag: str, at: datetime, standing: str, **more: object) -> Row:
    """Return a CHECK_INS row."""
    return {
        "check_in_id": one,
        "action_id": one[:4],
        "ref": "5.1.2",
        "at": at,
        "role": "SEND Team Manager",
        "rag": rag,
        "progress": "Standards agreed with health",
        "standing": standing,
        **more,
    }


def rows() -> Rows:
    """Return the rows of every table of the plan."""
    seen = datetime(2025, 9, 12, 10)
    told = {"checked_at": seen, "checked_by": "SEND Team Manager", "progress": "Standards agreed with health"}
    dated = {"by_when": "Sep-25", "by_when_kind": "month", "due_on": month("2025-09").replace(day=30)}
    unsure = {"by_when": "?Dec 2025", "by_when_kind": "month_uncertain", "due_on": month("2025-12").replace(day=31)}
    done = {"rag": "C", "completed_on": month("2024-01"), "by_when": "Completed", "by_when_kind": "status_completed"}
    reviewed = {"label": "6 months", "month": month("2023-10"), "in_conflict": False, "overdue": False}
    waits = {
        "organisation": "RRE",
        "cohort": "nd_5_18",
        "cohort_title": "Autism and ADHD, ages 5 to 18",
        "month": month("2025-09"),
        "threshold_weeks": 52,
        "escalated_on": month("2025-10"),
        "role": "Commissioner",
        "to_role": "CYP System Board",
        "at": seen,
        "current": True,
    }
    return {
        "actions": [
            action(
                1,
                "5.1.2",
                "Refresh the standards",
                rag="A",
                overdue=True,
                check_ins=2,
                owner_role="SEND Team Manager",
                owner_confirmed=True,
                first_by_when="Sep-23",
                **{**dated, "first_kind": "month"},
                **told,
            ),
            action(2, "5.1.3", "Set standards for advice", in_conflict=True, check_ins=2, **unsure, **told),
            action(
                3, "5.1.4", "Report the waits", check_ins=1, evidence="https://evidence.example/5.1.4", **done, **told
            ),
            action(4, "5.1.5", None, retired=True, retired_why="Merged with 5.1.4"),
        ],
        "check_ins": [
            check_in("A001.91", "G", datetime(2025, 3, 4, 9), "earlier", evidence="Minutes of March"),
            check_in(
                "A001.92",
                "A",
                seen,
                "current",
                follows="A001.91",
                by_when="Sep-25",
                by_when_kind="month",
                due_on=month("2025-09"),
                reason="Two posts are empty",
            ),
            check_in("A002.91", "G", seen, "in_conflict"),
            check_in("A002.92", "R", seen, "in_conflict"),
            check_in("A003.91", "C", datetime(2024, 1, 9, 9), "current"),
        ],
        "impact_measures": [
            {
                "impact_measure": "IM5.01",
                "position": 1,
                "priority_area": AREA,
                "themes": "5.T1",
                "status": "defined",
                "title": "Families know what is decided",
                "method": "New survey",
                "baseline": "To be found",
            }
        ],
        "action_links": [
            {"kpi": EHC, "action_id": "A001", "ref": "5.1.2", "direct": True, "since": "not_complete"},
            {
                "kpi": EHC,
                "action_id": "A003",
                "ref": "5.1.4",
                "direct": True,
                "since": "better",
                "mean_before": 40.0,
                "figures_before": 9,
                "mean_after": 52.5,
                "figures_after": 8,
                "rebase": "{kpi: x, month: 2024-01}",
            },
        ],
        "events": [
            {
                "kpi": EHC,
                "month": month("2024-01"),
                "kind": "completed",
                "action_id": "A003",
                "ref": "5.1.4",
                "words": "Action 5.1.4 completed in January 2024",
            },
            {
                "kpi": EHC,
                "month": month("2025-09"),
                "kind": "due",
                "action_id": "A001",
                "ref": "5.1.2",
                "words": "Action 5.1.2 due in September 2025",
            },
        ],
        "exceptions": [
            {
                "exception_id": f"{EHC}.2024-12.newly_off",
                "kpi": EHC,
                "title": "EHC plans in time",
                "kind": "newly_off",
                "month": month("2024-12"),
                "raised_in": month("2025-10"),
                "sentence": "36.5 % in 2024.",
                "answered": False,
                "reason": "Newly off its trajectory",
            },
            {
                "exception_id": f"{EHC}.2023-12.worse",
                "kpi": EHC,
                "title": "EHC plans in time",
                "kind": "worse",
                "month": month("2023-12"),
                "raised_in": month("2024-02"),
                "sentence": "38.3 % in 2023.",
                "answered": True,
                "reason": "Worse by more than chance",
                "response": "Two more officers",
                "owner": "SEND Team Manager",
                "due_on": month("2024-06"),
                "answered_at": datetime(2024, 3, 1, 9),
                "answered_by": "Programme lead",
            },
        ],
        "reviews": [
            {
                "position": 1,
                **reviewed,
                "label": "3 months",
                "month": month("2023-07"),
                "action_id": "A001",
                "ref": "5.1.2",
            },
            {
                "position": 2,
                **reviewed,
                "action_id": "A001",
                "ref": "5.1.2",
                "rag": "A",
                "previous_rag": "G",
                "overdue": True,
                "changed": "rated A, before G",
                "progress": "Half done",
                "evidence": "12 Sep 2023: Minutes\n2 Oct 2023: Map",
            },
            {"position": 2, **reviewed, "action_id": "A003", "ref": "5.1.4", "rag": "G", "previous_rag": "G"},
        ],
        "escalations": [
            {"escalation_id": "E0001", "children": 40, "escalated": 31, "risk_recorded": 20, **waits, "current": False},
            {"escalation_id": "E0002", "children": 40, "escalated": 36, **waits, "follows": "E0001"},
        ],
        "ratings": [
            {"rag": rag, "meaning": words}
            for rag, words in (("R", "Late"), ("A", "In doubt"), ("G", "On course"), ("C", "Finished"))
        ],
    }
