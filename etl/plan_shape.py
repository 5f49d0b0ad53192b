"""What plan.yaml says that a plan workbook and an entry are held to: themes, cohorts, when the plan starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.documents import read_mapping
from etl.errors import DocumentError


@dataclass(frozen=True)
class PlanShape:
    """Outcome and number of the priority area by theme, titles of cohorts by key, and the plan's first month."""

    outcomes: Mapping[str, str]
    areas: Mapping[str, int]
    cohorts: Mapping[str, str]
    start: date


def load_plan_shape(folder: Path) -> PlanShape:
    """Return the shape of the plan in a folder. Raises DocumentError; metrics/plan_folder.py checks the file whole."""
    content = read_mapping(folder / "plan.yaml")
    try:
        of_outcome = {
            str(outcome["key"]): int(number)
            for number, area in content["priority_areas"].items()
            for outcome in area["outcomes"]
        }
        outcomes = {str(theme["key"]): str(theme["outcome"]) for theme in content.get("themes", [])}
        return PlanShape(
            outcomes,
            {theme: of_outcome[outcome] for theme, outcome in outcomes.items()},
            {str(cohort["key"]): str(cohort["title"]) for cohort in content.get("cohorts", [])},
            date.fromisoformat(f"{content['starts']}-01"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentError(
            "plan.yaml: start, priority areas or themes cannot be read; python -m metrics publish says what is wrong."
        ) from error
