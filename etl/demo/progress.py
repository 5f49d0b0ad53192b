"""How the invented EHC cases go on after the last published year: all of it invented, month by month."""

from datetime import date

import numpy as np
import pandas as pd

from etl.demo.cases import END, until_decided, with_child
from etl.demo.children import drawn

_REQUESTS = 60  # a month; 2024 had 833 in all
_AGREED, _PLAN = 0.78, 0.96  # shares of decisions to assess, and of assessments that end in a plan
_EXCEPTED = 0.05
_WITHIN = 0.55  # share of plans issued within 20 weeks
_NO_LATER = 0.4  # share of plans whose review is overdue already and is not caught up with
_CEASED = 0.035
_SOON = 0.58  # share of reviews decided in four weeks
_OUTCOMES = {"A": 0.24, "C": 0.02, "M": 0.74}


def going_on(cases: pd.DataFrame, last: date, rng: np.random.Generator) -> pd.DataFrame:
    """Return the cases with what happened from the end of the last published year to `last`, and requests made since.

    One row a request. `met_again`, `reviewed_again`, `outcome_again` and `amended` tell of the review of that time;
    the return's last review is filled in where it left older plans without one, `reviewed_before` is the one before.
    """
    end, day = pd.Timestamp(END), pd.Timestamp(last)
    months = (last.year - END.year) * 12 + last.month - END.month
    found = pd.concat([cases, _requests(end, day, months * _REQUESTS, int(cases["number"].max()), rng)])
    return _reviewed_again(_assessed(found.reset_index(drop=True), end, rng), end, day, rng)


def known_on(cases: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the cases as they stood at the end of a day: what lay ahead is not known yet."""
    now = pd.Timestamp(day)
    known = cases[cases["received"].isna() | (cases["received"] <= now)].copy()
    decided, issued = known["decided"] <= now, known["issued"] <= now
    fresh = known["received"] > pd.Timestamp(END) - pd.DateOffset(years=2)
    known["outcome"] = known["outcome"].mask(fresh & known["decided"].notna() & ~decided, "A")
    known["assessed"] = known["assessed"].mask(fresh & known["issued"].notna() & ~issued, "A")
    known["assessed"] = known["assessed"].mask(known["outcome"].isin(["A", "N", "W"]), "")
    for step in ("decided", "issued", "ceased", "met_again", "reviewed_again", "amended", "plan"):
        known[step] = known[step].where(known[step] <= now)
    return known


def _requests(end: pd.Timestamp, last: pd.Timestamp, count: int, number: int, rng: np.random.Generator) -> pd.DataFrame:
    received = pd.Series(end + pd.to_timedelta(rng.integers(1, (last - end).days + 1, count), unit="D"))
    numbers = number + np.arange(1, count + 1)
    frame = pd.DataFrame({"received": received, "outcome": "A", "assessed": "", "excepted": False, "number": numbers})
    return with_child(frame, received, rng)


def _assessed(found: pd.DataFrame, end: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Return the cases with the decisions and plans that were still to come at the end of the published year."""
    count = len(found)
    open_ = found["outcome"] == "A"
    decided = found["received"] + pd.to_timedelta(until_decided(count, rng), unit="D")
    decided = decided.where(decided > end, end + pd.to_timedelta(rng.integers(1, 20, count), unit="D"))
    agreed = open_ & (rng.random(count) < _AGREED)
    outcome = found["outcome"].mask(agreed, "Y").mask(open_ & ~agreed, "N")
    assessing = agreed | (found["assessed"] == "A")
    days = np.where(rng.random(count) < _WITHIN, rng.integers(84, 141, count), rng.integers(141, 330, count))
    issued = found["received"] + pd.to_timedelta(days, unit="D")
    long = found["received"] < end - pd.Timedelta(days=330)
    overdue = np.where(long, rng.integers(20, 300, count), rng.integers(1, 110, count))
    issued = issued.where(issued > end, end + pd.to_timedelta(overdue, unit="D"))
    planned = assessing & (rng.random(count) < _PLAN)
    excepted = found["excepted"].mask(assessing, pd.Series(rng.random(count) < _EXCEPTED, index=found.index))
    return found.assign(
        decided=found["decided"].mask(open_, decided),
        outcome=outcome,
        issued=found["issued"].mask(assessing, issued),
        assessed=found["assessed"].mask(planned, "Y").mask(assessing & ~planned, "N"),
        plan=found["plan"].mask(planned, issued),
        excepted=excepted,
    )


def _reviewed_again(
    found: pd.DataFrame, end: pd.Timestamp, last: pd.Timestamp, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the cases with the review held since, a year after the last one or when it was caught up with."""
    count = len(found)
    held = found["plan"].notna() & found["ceased"].isna() & (found["plan"] <= end)
    older = held & found["issued"].isna() & found["reviewed"].isna() & found["meeting"].isna()
    long_ago = end - pd.Series(pd.to_timedelta(rng.integers(380, 800, count), unit="D"))
    reviewed = found["reviewed"].mask(older, long_ago)
    due = reviewed.fillna(found["meeting"]).fillna(found["plan"]) + pd.Timedelta(days=365)
    around = due + pd.to_timedelta(rng.normal(0, 24, count).round(), unit="D")
    caught_up = pd.Series(end + pd.to_timedelta(rng.integers(5, (last - end).days + 1, count), unit="D"))
    late = around <= end
    meeting = around.mask(late, caught_up)
    pending = found["meeting"].notna() & found["reviewed"].isna()
    happens = held & ~pending & ~(late & (rng.random(count) < _NO_LATER))
    days = np.where(rng.random(count) < _SOON, rng.integers(7, 29, count), rng.integers(29, 115, count))
    met = meeting.where(happens, found["meeting"].where(pending)).astype("datetime64[s]")
    decided = met + pd.to_timedelta(days, unit="D")
    soon = pd.Series(end + pd.to_timedelta(rng.integers(1, (last - end).days + 60, count), unit="D"))
    decided = decided.mask(pending & (decided <= end), soon)
    outcome = drawn(_OUTCOMES, count, rng).set_axis(found.index)
    before = reviewed - pd.to_timedelta(rng.integers(330, 410, count), unit="D")
    ceasing = pd.Series(rng.random(count) < _CEASED, index=found.index) & held
    return found.assign(
        reviewed=reviewed,
        met_again=met,
        reviewed_again=decided,
        outcome_again=outcome,
        amended=pd.Series(decided + pd.to_timedelta(rng.integers(30, 90, count), unit="D")).where(outcome == "A"),
        reviewed_before=before.where(before > found["issued"].fillna(pd.Timestamp("2018-12-31"))),
        ceased=found["ceased"].mask(ceasing, caught_up),
    )
