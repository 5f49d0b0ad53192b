"""Where plan and figures do not meet: a KPI off course with nothing being done, an action done with nothing to show."""

from collections.abc import Mapping

import pandas as pd

from metrics.reminders import open_actions

_WORSE = "special_cause_concern"


def unbacked(scorecard: pd.DataFrame, charts: pd.DataFrame, found: pd.DataFrame, actions: pd.DataFrame) -> list[str]:
    """Return the scored KPIs that are off course without an action behind them that is still being worked on.

    `found` are ACTION_LINKS rows. Off course: off the trajectory, or worse by more than chance.
    """
    worse = set(charts.loc[charts["variation"] == _WORSE, "kpi"])
    off = [str(row["kpi"]) for _, row in scorecard.iterrows() if row["status"] == "off" or row["kpi"] in worse]
    worked_on = found["action_id"].isin(open_actions(actions)["action_id"])
    backed = set(found.loc[found["direct"].astype("bool") & worked_on, "kpi"])
    return [kpi for kpi in off if kpi not in backed]


def without_signal(found: pd.DataFrame, actions: pd.DataFrame) -> Mapping[str, list[str]]:
    """Return the KPIs, by completed action, whose charts have enough figures since and show no move."""
    rows = found[found["direct"].astype("bool") & (found["since"] == "no_signal")]
    held = rows[rows["action_id"].isin(actions["action_id"])]
    return {str(one): list(own["kpi"]) for one, own in held.groupby("action_id", sort=False)}
