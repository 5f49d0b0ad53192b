"""Lists of children by week and group, and what the board may see of them: what disclosure is tested with."""

from typing import Any

import pandas as pd

from metrics.compute import Facts, compute_all
from metrics.definition import Definition, load_definitions
from metrics.disclosure import Protected, protected
from metrics.disclosure_policy import Policy
from metrics.edition_tables import BANDS

MONTH = pd.Timestamp("2024-05-01")
LISTED = ["list_size", "within_18_weeks", "over_18_weeks", "over_52_weeks", "median_wait", "92nd_percentile_wait"]
KPIS = {name: kpi for name, kpi in load_definitions().items() if name in {f"slt_{one}" for one in LISTED}}
LIST_SIZE = {"slt_list_size": KPIS["slt_list_size"]}
POLICY = Policy()


def cells(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return clock_counts of waiting children; a row has what differs from one child of everyone, waiting 3 weeks."""
    plain = {
        "month": MONTH, "clock": "slt", "state": "waiting", "excepted": False, "area": "X", "breakdown": "all",
        "group": "all", "weeks_from": 3, "in_time": pd.NA, "children": 1, "flag": None,
    }  # fmt: skip
    frame = pd.DataFrame([{**plain, **row} for row in rows])
    frame["weeks_to"] = frame["weeks_from"] + 1
    kinds = {"weeks_from": "Int64", "weeks_to": "Int64", "children": "Int64", "month": "datetime64[s]", "flag": "str"}
    return frame.astype({**kinds, "in_time": "boolean", "excepted": "boolean"})


def facts_of(counts: pd.DataFrame) -> Facts:
    observed = counts[["clock", "area", "month"]].drop_duplicates().assign(load_id="own", leaves=True)
    cohorts = counts.iloc[:0].drop(columns="state").assign(cohort="", observed_days=0)
    answers = ["month", "area", "breakdown", "group", "survey", "wave", "respondent_group", "question", "answer"]
    measures = ["measure", "area", "month", "period_months", "breakdown", "group", "numerator", "denominator", "value"]
    return {
        "clock_counts": counts,
        "clock_days": counts.iloc[:0].assign(days=0),
        "cohort_counts": cohorts,
        "answer_counts": pd.DataFrame(columns=[*answers, "scale", "scale_position", "favourable", "children", "flag"]),
        "measure_values": pd.DataFrame(columns=[*measures, "flag"]),
        "observed": observed,
    }


def split(groups: dict[str, dict[int, int]], breakdown: str = "age_band", **more: object) -> list[dict[str, Any]]:
    """Return rows of groups, each with children by weeks waited, and of the whole they add up to."""
    rows = [
        {"breakdown": breakdown, "group": group, "weeks_from": weeks, "children": n, **more}
        for group, waits in groups.items()
        for weeks, n in waits.items()
    ]
    whole = pd.DataFrame(rows).groupby("weeks_from")["children"].sum()
    return rows + [{"weeks_from": int(str(w)), "children": int(n), **more} for w, n in whole.items()]


def shown(
    rows: list[dict[str, Any]], kpis: dict[str, Definition] = KPIS, policy: Policy = POLICY, public: bool = False,
    before: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, Protected]:  # fmt: skip
    """Return exact results and what the board may see of them."""
    facts = facts_of(cells(rows))
    results = compute_all(kpis.values(), facts)
    counts = facts["clock_counts"]
    areas = set() if public else {(str(c), str(a)) for c, a in zip(counts["clock"], counts["area"], strict=True)}
    bands = BANDS.typed(
        counts[counts["breakdown"] == "all"]
        .groupby(["clock", "state", "area", "month", "weeks_from", "weeks_to"])["children"]
        .sum()
        .reset_index()
        .assign(flag=None)
    )
    return results, protected(results, bands, kpis, facts, areas, policy, before)


def one(results: pd.DataFrame, kpi: str, group: str = "all") -> pd.Series:
    rows = results[(results["kpi"] == kpi) & (results["group"] == group)]
    assert len(rows) == 1
    return rows.iloc[0]
