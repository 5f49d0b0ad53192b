"""Published percentages and totals recomputed from their parts: all rows of the public files, and hand-copied ones."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from metrics import kinds
from metrics.wording import rounded

PLACE = {"area": "X", "breakdown": "all", "group": "all", "month": pd.Timestamp("2024-12-01")}


def percentages(parts: list[tuple[str, str]]) -> list[str]:
    """Return the share of each numerator and denominator to one decimal place, as our kind computes and words it."""
    rows = [{**PLACE, "numerator": float(above), "denominator": float(below), "flag": None} for above, below in parts]
    values = kinds.share(pd.DataFrame(rows).astype({"numerator": "Float64", "denominator": "Float64"}))["value"]
    return ["z" if pd.isna(value) else str(rounded(float(value), 1)) for value in values]


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [  # DfE, EHC plans 2025: Shropshire and England 2024, Shropshire 2019, six-week decisions, four-week reviews
        ("268", "720", "37.2"), ("251", "687", "36.5"), ("41448", "90392", "45.9"), ("39407", "84866", "46.4"),
        ("95", "126", "75.4"), ("95", "116", "81.9"), ("614", "871", "70.5"), ("50", "658", "7.6"),
        ("154924", "348759", "44.4"),
    ],
)  # fmt: skip
def test_the_printed_percentage_follows_from_the_printed_parts(numerator: str, denominator: str, printed: str) -> None:
    assert percentages([(numerator, denominator)]) == [printed]


def test_every_published_20_week_percentage_comes_out(shared: Path) -> None:
    with (shared / "sen2" / "reference_timeliness_2019_2022.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    forms = {
        "all": ("plans_issued_within_20_weeks", "plans_issued_den", "pc_plans_issued_within_20_weeks", 963),
        "ex": ("plans_issued_20_weeks_ex", "plans_issued_den_ex", "PC_plans_issued_20_weeks_ex", 961),
    }
    with (shared / "sen2" / "timeliness_20_week.csv").open(encoding="utf-8-sig") as lines:
        whole = [r for r in csv.DictReader(lines) if r["breakdown_topic"] == "All EHC plans issued"]
    assert len(rows) == 646
    for numerator, denominator, printed, published in forms.values():
        told = [row for row in (*whole, *rows) if row[printed] not in ("x", "z", "")]
        ours = percentages([(row[numerator], row[denominator]) for row in told])
        assert [float(one) for one in ours] == [float(row[printed]) for row in told]
        assert sum(row[printed] not in ("x", "z", "") for row in whole) == published


BANDS = {"0-1w": (0, 1), "1-2w": (1, 2), "2-4w": (2, 4), "4-12w": (4, 12), "12-18w": (12, 18), "18-52w": (18, 52)}


def test_every_published_share_over_18_weeks_comes_out(shared: Path) -> None:
    path = shared / "nhs_community" / "reference_chs_slt_paediatrics.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 48
    for row in rows:
        over = sum(int(row[band]) for band in ("18-52w", ">52w", "52-104w", ">104w") if row[band])
        if row[">52w"] and row["52-104w"]:  # 2025 prints the top band split as well
            over -= int(row[">52w"])
        within = sum(int(row[band]) for band in BANDS if band != "18-52w")
        assert within + over == int(row["sum_bands"]), row
        assert str(rounded(100 * over / int(row["total"]), 2)) == str(rounded(float(row["pct_over_18w"]), 2)), row


@pytest.mark.parametrize(
    ("counts", "median", "p92"),
    [  # domain definitions 1.2: Shropshire CYP speech and language, January and October 2023
        ([41, 50, 76, 175, 80, 413, 24], "18.62", "48.32"),
        ([34, 48, 82, 142, 75, 242, 0], "12.44", "45.00"),
    ],
)
def test_percentiles_of_published_bands(counts: list[int], median: str, p92: str) -> None:
    edges = [*BANDS.values(), (52, None)]
    bands = pd.DataFrame(
        [
            {**PLACE, "weeks_from": a, "weeks_to": b, "children": n, "flag": None}
            for (a, b), n in zip(edges, counts, strict=True)
        ]
    ).astype({"weeks_from": "Int64", "weeks_to": "Int64", "children": "Int64", "flag": "str"})
    for p, printed in ((0.5, median), (0.92, p92)):
        assert str(rounded(float(kinds.percentile(bands, p)["value"].iloc[0]), 2)) == printed
