"""Invented EHC cases: one row a request, so many issued a year within and beyond 20 weeks as DfE published.

Plans issued from 2019 to 2024, and the requests, six-week decisions and annual reviews of 2024 follow the release; what
became of earlier requests, and every date within its year, is invented.
"""

import csv
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.demo.children import drawn
from etl.settings import reference_folder

END = date(2024, 12, 31)
_COUNCIL, _FIRST_YEAR = "E06000051", 2019
_REFUSED = (60, 65, 75, 110, 160)  # requests of a year, 2019 to 2023, that were refused
_NEEDS = {"SEMH": 0.30, "SLCN": 0.22, "ASD": 0.21, "MLD": 0.13, "SPLD": 0.06, "PD": 0.04, "SLD": 0.04}
_DAYS = {"within": (70, 140), "late": (141, 364), "over_a_year": (367, 520)}  # from request to plan, both included
_LATE_DECISIONS = 0.3  # share of decisions whether to assess after more than six weeks
_CEASED = 0.04
_SIX_WEEKS = 42


def cases(rng: np.random.Generator) -> pd.DataFrame:
    """Return one row per request as known at the end of 2024: dates, outcomes, the plan and its last review."""
    requests = _release("ehc_requests.csv")[END.year]
    issued = _issued(rng)
    found = pd.concat([issued, *_without_plan(issued, requests, rng)], ignore_index=True)
    found = _decided_as_published(found, requests, rng)
    active = int((found["assessed"].eq("Y") & found["ceased"].isna()).sum())
    reviews = _release("ehc_annual_reviews.csv")[2024]
    found = pd.concat([found, _older(int(reviews["total_ehc_plans"]) - active, rng)], ignore_index=True)
    found = _reviewed(found, reviews, rng)
    count = len(found)
    reference = found["received"].fillna(found["plan"])
    return with_child(found.assign(number=np.arange(1, count + 1)), reference, rng)


def with_child(requests: pd.DataFrame, reference: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Return the requests with birth, sex, ethnic group and need; the child is 3 to 13 on the day of reference."""
    count = len(requests)
    return requests.assign(
        born=reference - pd.to_timedelta(rng.integers(3 * 365, 14 * 365, count), unit="D"),
        sex=drawn({"M": 0.71, "F": 0.29}, count, rng),
        ethnic=drawn({"WBRI": 0.93, "WOTH": 0.03, "MOTH": 0.02, "REFU": 0.02}, count, rng),
        need=drawn(_NEEDS, count, rng),
    )


def _release(name: str) -> dict[int, dict[str, str]]:
    """Return the council's line of a DfE release by year."""
    with (reference_folder() / name).open(encoding="utf-8", newline="") as lines:
        return {int(line["time_period"]): line for line in csv.DictReader(lines) if line["new_la_code"] == _COUNCIL}


def _issued(rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    for year, line in _release("ehc_timeliness_20_week.csv").items():
        for excepted, (within, late, over_a_year) in _classes(line).items():
            for speed, count in (("within", within), ("late", late), ("over_a_year", over_a_year)):
                issued = _days_of(year, count, rng)
                received = issued - pd.to_timedelta(rng.integers(*_DAYS[speed], count, endpoint=True), unit="D")
                parts.append(pd.DataFrame({"received": received, "issued": issued, "excepted": excepted}))
    frame = pd.concat(parts, ignore_index=True)
    decided = frame["received"] + pd.to_timedelta(until_decided(len(frame), rng), unit="D")
    ceased = frame["issued"] + pd.to_timedelta(rng.integers(200, 1800, len(frame)), unit="D")
    ceased = ceased.where((rng.random(len(frame)) < _CEASED) & (ceased <= pd.Timestamp(END)))
    return frame.assign(decided=decided, outcome="Y", assessed="Y", plan=frame["issued"], ceased=ceased)


def _classes(line: dict[str, str]) -> dict[bool, tuple[int, int, int]]:
    """Return plans issued within 20 weeks, within a year and later, without exceptions and with them.

    DfE prints the last two apart since 2023; before, all that were late are taken to be within a year.
    """
    every: list[int] = []
    plain: list[int] = []
    for counts, suffix in ((every, ""), (plain, "_ex")):
        issued = int(line[f"plans_issued_den{suffix}"])
        within = int(line["plans_issued_20_weeks_ex" if suffix else "plans_issued_within_20_weeks"])
        over_a_year = line[f"plans_issued_gt_1_year{suffix}"]
        longest = int(over_a_year) if over_a_year.isdigit() else 0
        counts += [within, issued - within - longest, longest]
    within, late, longest = (a - b for a, b in zip(every, plain, strict=True))
    return {False: (plain[0], plain[1], plain[2]), True: (within, late, longest)}


def _without_plan(issued: pd.DataFrame, line: dict[str, str], rng: np.random.Generator) -> list[pd.DataFrame]:
    """Return requests refused, withdrawn, not decided yet, and assessments that go on; 2024 as DfE counted it."""
    end = pd.Timestamp(END)
    refused = [*_REFUSED, int(line["requests_decided_not_to_assess"])]
    days = [_days_of(_FIRST_YEAR + n, count, rng) for n, count in enumerate(refused)]
    received = pd.concat(days, ignore_index=True)
    received = received.mask(received > end - pd.Timedelta(days=70), end - pd.Timedelta(days=70))
    parts = [_decided(received, rng).assign(outcome="N")]
    for name, outcome in (("requests_decision_not_made", "A"), ("requests_withdrawn", "W")):
        ago = pd.to_timedelta(rng.integers(0, 40, int(line[name])), unit="D")
        parts.append(pd.DataFrame({"received": end - ago, "outcome": outcome}))
    # Assessments that go on make up the requests of the year that were agreed, and the decisions made in it.
    agreed = int(line["requests_decided_to_assess"]) - int((issued["received"].dt.year == END.year).sum())
    ongoing = [_decided(end - pd.Series(pd.to_timedelta(rng.integers(75, 230, agreed), unit="D")), rng)]
    decided = pd.concat([issued["decided"], *(part["decided"] for part in (parts[0], ongoing[0]))])
    made = int(line["request_outcome_six_weeks"]) + int(line["request_outcome_over_6_weeks"])
    missing = made - int((decided.dt.year == END.year).sum())
    begin = pd.Timestamp(END.year, 1, 1)
    before = pd.Series(begin - pd.to_timedelta(rng.integers(1, 14, missing), unit="D"))
    ongoing.append(_decided(before, rng))
    return [*(part.assign(assessed="") for part in parts), *(o.assign(outcome="Y", assessed="A") for o in ongoing)]


def _decided(received: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {"received": received, "decided": received + pd.to_timedelta(until_decided(len(received), rng), unit="D")}
    )


def _decided_as_published(found: pd.DataFrame, line: dict[str, str], rng: np.random.Generator) -> pd.DataFrame:
    """Return the requests with as many decisions of 2024 made within six weeks as published; the year of none moves."""
    waited = (found["decided"] - found["received"]).dt.days
    of_year = found["decided"].dt.year == END.year
    short = int(line["request_outcome_six_weeks"]) - int((of_year & (waited <= _SIX_WEEKS)).sum())
    days = rng.integers(*((14, 43) if short > 0 else (43, 66)), len(found))
    moved = found["received"] + pd.to_timedelta(days, unit="D")
    other = (waited > _SIX_WEEKS) if short > 0 else (waited <= _SIX_WEEKS)
    may = np.flatnonzero(of_year & other & (moved.dt.year == END.year) & (moved <= pd.Timestamp(END)))
    changed = rng.permutation(may)[: abs(short)]
    decided = found["decided"].copy()
    decided.iloc[changed] = moved.iloc[changed]
    return found.assign(decided=decided)


def _older(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return plans in force that were issued before the first year: their requests are history in the return."""
    plan = pd.Timestamp(f"{_FIRST_YEAR}-01-01") - pd.to_timedelta(rng.integers(1, 1_400, count), unit="D")
    received = plan - pd.to_timedelta(rng.integers(*_DAYS["within"], count), unit="D")
    return pd.DataFrame({"received": received, "outcome": "H", "assessed": "H", "plan": plan})


def _reviewed(found: pd.DataFrame, line: dict[str, str], rng: np.random.Generator) -> pd.DataFrame:
    """Return the cases with last year's review: the meeting, its outcome and the decision, as DfE counted them."""
    end = pd.Timestamp(END)
    count = {name: int(line[name]) for name in line if line[name].isdigit()}
    before = (found["plan"] < "2024-01-01") & found["ceased"].isna()
    longer = rng.permutation(np.flatnonzero(before & (found["plan"] < "2023-06-01")))
    prior = longer[: count["review_meeting_prior_24"]]
    others = np.setdiff1d(np.flatnonzero(before), prior)
    this = rng.permutation(others)[: count["review_meeting_24"]]
    met = np.concatenate([prior, this])
    soon, late = count["number_decsion_4weeks"], count["number_decision_gt_4weeks"]
    early = count["review_decision_prior24"]
    meeting = pd.Series(pd.NaT, index=found.index, dtype="datetime64[s]")
    decision, outcome = meeting.copy(), pd.Series("", index=found.index, dtype="str")
    not_due = this[-count["review_decision_not_due"] :]
    # Days of the meeting, so that decisions of this year and of the year before lie where DfE counted them.
    meeting[prior] = pd.Timestamp("2023-07-01") + pd.to_timedelta(rng.integers(0, 60, len(prior)), unit="D")
    meeting[this] = pd.Timestamp("2024-01-08") + pd.to_timedelta(rng.integers(0, 240, len(this)), unit="D")
    meeting[not_due] = end - pd.to_timedelta(rng.integers(0, 27, len(not_due)), unit="D")
    decided = np.concatenate([prior[:early], this[: soon + late - early]])
    waited = np.where(np.arange(len(decided)) < len(decided) - soon, 0, 1)
    days = np.where(waited, rng.integers(7, 29, len(decided)), rng.integers(29, 115, len(decided)))
    decision[decided] = meeting[decided] + pd.to_timedelta(days, unit="D")
    words = np.repeat(["A", "C", "M"], [count["outcome_amend"], count["outcome_cease"], count["outcome_maintan"]])
    known = np.concatenate([decided, np.setdiff1d(met, np.concatenate([decided, not_due]))])[: len(words)]
    outcome[known] = rng.permutation(words)
    amended = decision + pd.to_timedelta(rng.integers(30, 90, len(found)), unit="D")
    plan = found["plan"].mask((outcome == "A") & (amended <= end) & (rng.random(len(found)) < 0.5), amended)
    return found.assign(plan=plan, meeting=meeting, reviewed=decision, review_outcome=outcome)


def _days_of(year: int, count: int, rng: np.random.Generator) -> pd.Series:
    """Return days of a year, more of them late than early: the work grew."""
    days = (365 * rng.random(count) ** 0.85).astype(np.int64)
    return pd.Series(pd.Timestamp(f"{year}-01-01") + pd.to_timedelta(days, unit="D"), dtype="datetime64[s]")


def until_decided(count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return days from request to the decision whether to assess: most within six weeks."""
    return np.where(rng.random(count) < _LATE_DECISIONS, rng.integers(43, 66, count), rng.integers(14, 43, count))
