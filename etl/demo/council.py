"""What the council sends month by month: its case-management export, and its log of advice. All of it invented."""

from datetime import date

import numpy as np
import pandas as pd

from etl.demo.children import PLACES, drawn
from etl.demo.lists import written
from etl.demo.progress import known_on
from etl.demo.sen2 import upn

_REQUEST = {"Y": "Proceed", "N": "Refused", "A": "Not yet made", "W": "Withdrawn", "H": "Historical"}
_ASSESSMENT = {"Y": "Plan issued", "N": "No plan", "A": "Pending", "H": "Historical", "": ""}
_REVIEW = {"A": "Amend", "M": "Maintain", "C": "Cease", "": ""}
# Children in year 6 in 2024/25; 15 February is the last day for their plans (SEND Regulations 2014, regulation 18).
_LEAVING_PRIMARY = (pd.Timestamp("2013-09-01"), pd.Timestamp("2014-08-31"))
_PHASE_DUE = pd.Timestamp("2025-02-15")
_KEPT = pd.DateOffset(years=1)  # how long an export shows what is over
# Days until advice comes, typical and spread; the six weeks that the regulations give are 42.
_ADVICE = {"Education": (30, 0.35), "Educational psychology": (58, 0.5), "Health": (44, 0.5), "Social care": (36, 0.45)}


def case_management(cases: pd.DataFrame, end: date) -> pd.DataFrame:
    """Return the export of a month end (sen2_case_management): plans in force, and what was open within a year."""
    known = known_on(cases, end)
    since = pd.Timestamp(end) - _KEPT
    in_force = known["plan"].notna() & known["ceased"].isna()
    over = (
        known["ceased"]
        .fillna(known["issued"].where(known["assessed"] == "N"))
        .fillna(known["decided"].where(known["outcome"] == "N"))
    )
    open_ = known["outcome"].isin(["A", "Y"]) & known["assessed"].isin(["", "A"])
    rows = known[in_force | open_ | (over.fillna(known["received"]) > since)]
    again = rows["reviewed_again"].notna()
    amended = rows["amended"].where(again)
    outcome = rows["review_outcome"].mask(rows["met_again"].notna(), rows["outcome_again"].where(again))
    due, final = _phase_transfers(rows, end)
    return pd.DataFrame(
        {
            "UPN": rows["number"].map(upn),
            "Date of birth": written(rows["born"]),
            "Sex": rows["sex"],
            "Ethnic group": rows["ethnic"],
            "Locality": _drawn_by_number(PLACES, rows["number"]),
            "Primary need": rows["need"],
            "Request received date": written(rows["received"]),
            "Request outcome": rows["outcome"].map(_REQUEST),
            "Date of decision to assess": written(rows["decided"]),
            "Assessment outcome": rows["assessed"].map(_ASSESSMENT),
            "Date EHC plan issued": written(rows["issued"]),
            "Exceptions apply": np.where(rows["excepted"] == True, "Yes", "No"),  # noqa: E712 (missing for old cases)
            "Plan status": np.select([rows["plan"].isna(), rows["ceased"].isna()], ["Not issued", "Active"], "Ceased"),
            "EHC plan start date": written(rows["plan"]),
            "Plan cease date": written(rows["ceased"]),
            "Annual review meeting date": written(rows["met_again"].fillna(rows["meeting"])),
            "Annual review outcome": outcome.fillna("").map(_REVIEW),
            "Review decision date": written(rows["reviewed_again"].fillna(rows["reviewed"])),
            "Previous review decision date": written(rows["reviewed"].where(again, rows["reviewed_before"])),
            "Final amended plan date": written(amended),
            "Phase transfer due date": written(due),
            "Phase transfer final date": written(final),
            "Extract date": f"{end:%d/%m/%Y}",
        }
    )  # fmt: skip


def advice_log(cases: pd.DataFrame, end: date, rng: np.random.Generator) -> pd.DataFrame:
    """Return the log of a month end (ehc_advice_log): advice asked for in the year and a half before, four a child."""
    asked = cases[cases["outcome"].eq("Y") & cases["decided"].notna()]
    day = pd.Timestamp(end)
    parts = []
    for number, (name, (typical, spread)) in enumerate(_ADVICE.items(), start=1):
        requested = asked["decided"] + pd.to_timedelta(rng.integers(0, 8, len(asked)), unit="D")
        days = rng.lognormal(np.log(typical), spread, len(asked)).round()
        parts.append(
            pd.DataFrame(
                {
                    "Advice request ID": "DEMO-ADV-" + (10 * asked["number"] + number).astype("str"),
                    "Child ID": "DEMO-EHC-" + asked["number"].astype("str"),
                    "Snapshot date": f"{end:%d/%m/%Y}",
                    "Advice from": name,
                    "requested": requested,
                    "received": requested + pd.to_timedelta(days, unit="D"),
                    "Exception": np.where(rng.random(len(asked)) < 0.03, "Yes", "No"),
                }
            )
        )
    log = pd.concat(parts).sort_values(["requested", "Advice request ID"])
    log = log[(log["requested"] <= day) & (log["requested"] > day - pd.DateOffset(months=18))]
    received = log["received"].where(log["received"] <= day)
    dated = log.assign(
        **{"Advice requested date": written(log["requested"]), "Advice received date": written(received)}
    )
    return dated.drop(columns=["requested", "received"])


def _phase_transfers(rows: pd.DataFrame, end: date) -> tuple[pd.Series, pd.Series]:
    """Return when plans of children about to change school were due to be amended, and when they were."""
    born = rows["born"].between(*_LEAVING_PRIMARY) & (rows["plan"] < _PHASE_DUE)
    due = pd.Series(_PHASE_DUE, index=rows.index, dtype="datetime64[s]").where(born)
    late = rows["number"] % 9 < 2
    days = (rows["number"] * 7 % 40).where(~late, -1 - rows["number"] % 45)  # the same child, the same day, every month
    final = due - pd.to_timedelta(days, unit="D")
    return due, final.where(final <= pd.Timestamp(end))


def _drawn_by_number(shares: dict[str, float], numbers: pd.Series) -> pd.Series:
    """Return a word for each child, the same in every month."""
    every = drawn(shares, int(numbers.max()) + 1, np.random.default_rng(len(shares)))
    return every.take(numbers.to_numpy()).set_axis(numbers.index)
