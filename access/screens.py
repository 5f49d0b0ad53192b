"""Every screen: its file in pages/, its title, and the right it needs. Navigation and gate read this one list."""

from dataclasses import dataclass

from etl.roles import Right


@dataclass(frozen=True)
class Screen:
    """One screen; `name` is its file and, but for the first, its address."""

    name: str
    title: str
    needs: Right = "read"


SCREENS = (
    Screen("scorecard", "Scorecard"),
    Screen("kpi", "KPI"),
    Screen("waiting_times", "Waiting times"),
    Screen("ehc_plans", "EHC plans"),
    Screen("surveys", "Surveys"),
    Screen("capacity", "What would it take?"),
    Screen("action_plan", "Action plan"),
    Screen("review", "Review"),
    Screen("changes", "What changed?"),
    Screen("definitions", "Definitions"),
    Screen("data_quality", "Data quality"),
    Screen("upload", "Upload", "load"),
)
