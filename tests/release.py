"""Small CSVs in the layout of DfE's EHC release, with invented counts."""

import csv
from pathlib import Path

HEADER = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "new_la_code",
    "old_la_code",
    "la_name",
    "breakdown_topic",
    "breakdown",
    "plans_issued_den",
    "plans_issued_den_ex",
    "plans_issued_within_20_weeks",
    "plans_issued_20_weeks_ex",
    "pc_plans_issued_within_20_weeks",
    "PC_plans_issued_20_weeks_ex",
    "plans_issued_gt20weeks_ltYear",
    "plans_issued_gt20weeks_ltYear_ex",
    "pc_plans_issued_gt20weeks_ltYear",
    "PC_plans_issued_gt20weeks_ltYear_ex",
    "plans_issued_gt_1_year",
    "plans_issued_gt_1_year_ex",
    "pc_plans_issued_gt_1_year",
    "PC_plans_issued_gt_1_year_ex",
]
COUNTS = ["20", "18", "10", "9", "50", "50", "8", "7", "40", "38.9", "2", "2", "10", "11.1"]
SHROPSHIRE = ["Local authority", "E92000001", "England", "E12000005", "West Midlands", "E06000051", "893", "Shropshire"]


def row(year: str = "2024", topic: str = "All EHC plans issued", group: str = "All EHC plans issued") -> list[str]:
    """Return one line for Shropshire."""
    return [year, "Calendar year", *SHROPSHIRE, topic, group, *COUNTS]


def write(path: Path, rows: list[list[str]], header: list[str] | None = None, encoding: str = "utf-8-sig") -> Path:
    """Write the lines below a header; the published files carry a byte order mark."""
    with path.open("w", encoding=encoding, newline="") as target:
        csv.writer(target).writerows([header or HEADER, *rows])
    return path
