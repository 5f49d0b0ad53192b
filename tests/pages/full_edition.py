"""The full edition, row by row.

EHC plan figures are DfE's for Shropshire and England (EHC plans within 20 weeks, excluding exceptions, calendar years
2019 to 2024); speech and language therapy figures are NHS England's Community Health Services SitRep for Shropshire
Community Health NHS Trust. Both: Open Government Licence v3.0. What a comment or a name calls made up is made up.
"""

from itertools import pairwise

import pandas as pd

from tests.pages import arrival_rows, plan_rows, survey_edition
from tests.pages.contract_rows import (
    EHC,
    ENGLAND,
    LOCAL,
    NEIGHBOUR,
    PLANNED,
    REVIEWS,
    SHARE,
    SLT,
    TRUST,
    Row,
    Rows,
    kpi,
    milestones,
    month,
    result,
    scored,
    share,
)

YEARS = {2019: (95, 116), 2020: (115, 175), 2021: (125, 184), 2022: (124, 270), 2023: (250, 652), 2024: (251, 687)}
NATIONAL = {2019: 60.4, 2020: 58.0, 2021: 59.9, 2022: 49.2, 2023: 50.3, 2024: 46.4}
MONTHS = [f"2023-{m:02}" for m in range(1, 11)]
LIST = [859, 876, 816, 760, 697, 690, 664, 610, 571, 623]
OVER_18 = [50.9, 52.5, 44.1, 42.6, 38.7, 35.9, 35.1, 40.5, 43.6, 38.8]
WITHIN = [round(n * (100 - p) / 100) for n, p in zip(LIST, OVER_18, strict=True)]
WAITS = [*zip(MONTHS, WITHIN, LIST, strict=True), ("2025-10", 862 - 366, 862)]  # month, within 18 weeks, waiting


def rows() -> Rows:
    """Return every table's rows."""
    return {
        "areas": [
            {"area": LOCAL, "level": "local_authority", "name": "Shropshire", "role": "local"},
            {"area": TRUST, "level": "provider", "name": "Shropshire Community Health NHS Trust", "role": "local"},
            {"area": ENGLAND, "level": "national", "name": "England", "role": "comparator"},
            {"area": NEIGHBOUR, "level": "local_authority", "name": "Neighbour (made up)", "role": "comparator"},
        ],
        "kpis": _kpis(),
        "read_beside": [
            {"kpi": EHC, "position": 0, "beside": SLT},
            {"kpi": EHC, "position": 1, "beside": REVIEWS},
            {"kpi": EHC, "position": 2, "beside": "no_longer_defined"},
        ],
        "differences": [
            {"kpi": EHC, "number": 0, "words": "Authorities class exceptions differently."},
            {"kpi": EHC, "number": 1, "area": NEIGHBOUR, "words": "Neighbour counts drafts."},
            {"kpi": EHC, "number": 1, "area": "E06000020", "words": "Neighbour counts drafts."},
            {"kpi": EHC, "number": 2, "area": "E06000020", "words": "Telford is not in this comparison."},
        ],
        "results": [*_ehc_results(), *_slt_results(), *_review_results()],
        "milestones": [*_ehc_milestones(), *_slt_milestones(), *milestones(REVIEWS, {})],
        "path": [*_ehc_path(), *_slt_path(), *_review_path()],
        "scorecard": _scorecard(),
        "summary": [
            {
                "position": 1,
                "sentence": "EHC plans in time have moved away from the plan: 36.5 % in 2024, 45.9 % before.",
            },
            {
                "position": 2,
                "sentence": "The speech and language therapy list is 862 children, 102 more than at the start.",
            },
            {"position": 3, "sentence": "1 of 4 scored KPIs has milestones in numbers; it is off its trajectory."},
        ],
        **arrival_rows.rows(MONTHS),
        **survey_edition.rows(),
        **plan_rows.rows(),
    }


def _kpis() -> list[Row]:
    return [
        kpi(
            EHC,
            "EHC plans issued within 20 weeks, excluding exceptions",
            "Do children get their EHC plan in time?",
            "percent",
            "higher",
            fact="measures",
            numerator_in_words="new EHC plans issued within 20 weeks of the request",
            denominator_in_words="all new EHC plans issued in the year, without those where an exception applied",
            standard_value=100.0,
            standard_source="SEND Regulations 2014, regulation 13(2)",
            caveats="The year is the year the plan was issued.",
        ),
        kpi(
            SLT,
            "Children waiting for speech and language therapy",
            "Is the speech and language therapy list getting shorter?",
            "children",
            "lower",
            plan_refs="4.14.3, 4.14.4",
            numerator_in_words="children on the list at month end",
            caveats="The trust also serves Telford and Wrekin.",
        ),
        kpi(
            SHARE,
            "Children waiting 18 weeks or less for speech and language therapy",
            "Can children who need specialist therapy get it in time?",
            "percent",
            "higher",
            plan_refs="4.14.3",
            numerator_in_words="children on the list at month end who have waited 18 weeks or less",
            denominator_in_words="all children on the list at month end",
            standard_value=80.0,
            standard_source="Community services ambition for 2028/29",
        ),
        kpi(
            REVIEWS,
            "Annual reviews decided within 4 weeks of the meeting",
            "Do families hear in time what follows from the annual review?",
            "percent",
            "higher",
            fact="measures",
        ),
    ]


def _ehc_results() -> list[Row]:
    mine = [share(EHC, LOCAL, f"{year}-12", 12, *counts) for year, counts in YEARS.items()]
    england = [result(EHC, ENGLAND, f"{year}-12", 12, value) for year, value in NATIONAL.items()]
    return [*mine, *england, share(EHC, NEIGHBOUR, "2024-12", 12, 141, 262)]


def _slt_results() -> list[Row]:
    lists = [result(SLT, TRUST, m, 0, float(n)) for m, _, n in WAITS]
    shares = [share(SHARE, TRUST, m, 0, within, n) for m, within, n in WAITS]
    made_up = [
        share(SHARE, TRUST, "2025-10", 0, 212, 381, breakdown="age_band", group="0 to 4"),
        share(SHARE, TRUST, "2025-10", 0, 230, 398, breakdown="age_band", group="5 to 10"),
        result(SHARE, TRUST, "2025-10", 0, None, flag="suppressed", breakdown="age_band", group="11 to 18"),
        result(SHARE, TRUST, "2025-10", 0, None, flag="not_supplied", breakdown="locality", group="Oswestry"),
        share(SHARE, TRUST, "2025-10", 0, 0, 14, breakdown="locality", group="Ludlow"),
        share(SHARE, ENGLAND, "2025-10", 0, 38211, 71902),
    ]
    return [*lists, *shares, *made_up]


def _review_results() -> list[Row]:
    return [
        result(REVIEWS, LOCAL, "2022-12", 12, None, flag="not_available"),
        share(REVIEWS, LOCAL, "2023-12", 12, 41, 512),  # made up
        share(REVIEWS, LOCAL, "2024-12", 12, 50, 658),
    ]


def _ehc_milestones() -> list[Row]:
    out = milestones(EHC, PLANNED, reading_period_months=12)
    for row, year in zip(out, (2022, 2022, 2022, 2023, 2023), strict=True):
        above, base = YEARS[year]
        row |= {"reading": 100 * above / base, "reading_month": month(f"{year}-12")}
    out[0]["source"] = "DfE, calendar year 2022"
    out[1] |= {"reading": None, "reading_month": None}
    return out


def _slt_milestones() -> list[Row]:
    readings = dict(zip((0, 1, 2), ("2023-04", "2023-07", "2023-10"), strict=True))
    held = {m: (100 * within / n, float(n)) for m, within, n in WAITS}
    out = []
    for place, name in enumerate((SHARE, SLT)):
        for position, row in enumerate(milestones(name, {})):
            when = readings.get(position)
            reading = {"reading": held[when][place], "reading_month": month(when)} if when else {}
            out.append({**row, "reading_period_months": 0, "reading_flag": None if when else "not_supplied", **reading})
    return out


def _ehc_path() -> list[Row]:
    planned: dict[pd.Timestamp, float] = {}
    for (left, before), (right, after) in pairwise(sorted(PLANNED.items())):
        for n in range(left, right + 1):
            when = pd.Timestamp("2023-04-01") + pd.DateOffset(months=n)
            planned[when] = before + (after - before) * (n - left) / (right - left)
    actual = {pd.Timestamp(f"{year}-12-01"): 100 * a / b for year, (a, b) in YEARS.items()}
    out: list[Row] = []
    for when in sorted({*planned, *actual}):
        row: Row = {"kpi": EHC, "month": when.date(), "planned": planned.get(when)}
        row |= {"actual": actual[when], "period_months": 12} if when in actual else {}
        row |= {"gap": actual[when] - planned[when]} if when in actual and when in planned else {}
        out.append(row)
    return out


def _slt_path() -> list[Row]:
    lists: list[Row] = [{"kpi": SLT, "month": month(m), "actual": float(n), "period_months": 0} for m, _, n in WAITS]
    return lists + [
        {"kpi": SHARE, "month": month(m), "actual": 100 * within / n, "period_months": 0} for m, within, n in WAITS
    ]


def _review_path() -> list[Row]:
    fields = ("kpi", "month", "period_months", "flag")
    return [{**{f: row.get(f) for f in fields}, "actual": row["value"]} for row in _review_results()]


def _scorecard() -> list[Row]:
    slcn: Row = {"priority_area": "SLCN Pathways and Waiting Times", "outcome": "Timely SLT for those who need it"}
    slcn |= {"owner": "Commissioner for children's therapies"}
    slcn |= {"month": month("2025-10"), "period_months": 0, "previous_month": month("2023-10"), "plan_ref": "4.14.3"}
    ehc: Row = {"month": month("2024-12"), "period_months": 12, "value": 100 * 251 / 687, "numerator": 251}
    ehc |= {"denominator": 687, "low": 33.0, "high": 40.2, "last_label": "18 months", "plan_ref": "5.3.1"}
    ehc |= {"previous_month": month("2023-12"), "previous_value": 100 * 250 / 652, "planned": 100.0}
    ehc |= {
        "gap": 100 * 251 / 687 - 100.0,
        "attention": 1,
        "attention_reason": "63.5 points short of plan, and falling.",
    }
    reviews: Row = {"month": month("2024-12"), "period_months": 12, "value": 100 * 50 / 658, "numerator": 50}
    reviews |= {"denominator": 658, "outcome": "Timeliness and quality of annual reviews", "plan_ref": "5.2.1"}
    longer: Row = {"value": 862.0, "previous_value": 623.0, "attention": 2}
    longer |= {"attention_reason": "239 more children are waiting than in October 2023, and nothing came in between."}
    longer |= {"sentence": "862 children were waiting in October 2025, 239 more than in October 2023."}
    half: Row = {"value": 100 * 496 / 862, "numerator": 496, "denominator": 862, "previous_value": 100 * 381 / 623}
    half |= {"sentence": "Just over half of the children on the list had waited 18 weeks or less."}
    return [
        scored(1, SLT, TRUST, "no_target", **{**slcn, **longer}),
        scored(2, SHARE, TRUST, "no_target", **{**slcn, **half}),
        scored(3, EHC, LOCAL, "off", **{**ehc, "sentence": "About one in three plans came in time in 2024."}),
        scored(4, REVIEWS, LOCAL, "no_target", **{**reviews, "sentence": "Fewer than one in ten heard in 4 weeks."}),
    ]
