"""What arrived: loads with their senders' names, the calendar of each source, and which load fed which KPI."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pandas as pd

from etl.documents import read_mapping
from etl.errors import DocumentError
from etl.warehouse import Reader
from metrics.definition import Definition
from metrics.edition_tables import ARRIVALS, EDITION_FINDINGS, EDITION_LOADS, FEEDS, REJECTED
from metrics.warehouse_facts import select_fact

# How long the periods of a load's figures are; lists and bands have none, whatever is counted from them.
_PERIODS = (
    "SELECT load_id, month, MAX(period_months) AS period_months FROM measures "
    "WHERE load_id NOT IN (SELECT load_id FROM pathways) GROUP BY load_id, month"
)
# A row of several faults counts once a rule.
_REJECTED = (
    "SELECT load_id, rule, COUNT(*) AS held_back FROM "
    '(SELECT DISTINCT load_id, rule, sheet, "row" FROM rejects) AS held GROUP BY load_id, rule'
)


def read_arrived(reader: Reader, loads: pd.DataFrame, names: dict[str, str]) -> dict[str, pd.DataFrame]:
    """Return the tables loads, findings, rejected and arrivals. `names` has the name of an organisation by its code."""
    covered = reader.query("SELECT source, organisation, month, load_id FROM coverage")
    periods = reader.query(_PERIODS)
    lengths = loads["load_id"].map(periods.groupby("load_id")["period_months"].agg(_length)).fillna(0)
    code = loads["organisation"].str.split(" ").str[-1]  # after its area's, in a roll-up
    sender = code.map(names).fillna(loads["publisher"])
    return {
        "loads": EDITION_LOADS.typed(loads.assign(period_months=lengths, sender=sender)),
        "findings": EDITION_FINDINGS.typed(reader.query("SELECT * FROM findings")),
        "rejected": REJECTED.typed(reader.query(_REJECTED)),
        "arrivals": arrivals(covered.merge(periods, on=["load_id", "month"], how="left")),
    }


def arrivals(covered: pd.DataFrame) -> pd.DataFrame:
    """Return the arrivals contract from coverage with `period_months`, missing for lists and bands.

    A source whose figures are for a year has one row a year, at its last month, and no gap between two of them; one
    that mixes months, quarters and years answers for every month.
    """
    rows: list[dict[str, object]] = []
    for (source, organisation), held in covered.groupby(["source", "organisation"]):
        length = _length(held["period_months"])
        have = held if length <= 1 else held[held["period_months"] == length]
        by_month = dict(zip(have["month"], have["load_id"], strict=True))
        for month in pd.date_range(min(by_month), max(by_month), freq=f"{max(length, 1)}MS"):
            load = by_month.get(month)
            rows.append(
                {"source": source, "organisation": organisation, "month": month, "period_months": length,
                 "arrived": load is not None, "load_id": load}
            )  # fmt: skip
    return ARRIVALS.frame(rows)


def _length(periods: pd.Series) -> int:
    """Return the length of the periods in months where all have one, a month where they differ, 0 without any."""
    known = periods.dropna().unique()
    return 0 if len(known) == 0 else int(known[0]) if len(known) == 1 else 1


def read_feeds(reader: Reader) -> pd.DataFrame:
    """Return one row per clock, survey or measure, area, load and month: columns lead, name, area, load_id, month."""
    return reader.query(select_fact("feeds"))


def feeds(
    fed: pd.DataFrame, observed: pd.DataFrame, kpis: Iterable[Definition], areas: Iterable[str], as_of: date
) -> pd.DataFrame:
    """Return which loads feed which KPI of these areas, up to a month: the feeds contract.

    `observed` is the fact of that name; bands whose every month a list of children answers for are set aside.
    """
    asked: list[dict[str, object]] = []
    for kpi in kpis:
        names = [(kpi.lead, kpi.select[kpi.lead]), *([("measure", kpi.population)] if kpi.population else [])]
        asked += [{"kpi": kpi.id, "lead": what, "name": name} for what, name in names]
    known = fed[fed["area"].isin(list(areas)) & (fed["month"] <= pd.Timestamp(as_of))]
    keys = ["name", "area", "month"]
    listed = observed.rename(columns={"clock": "name"})[keys].drop_duplicates().assign(lead="clock", listed=True)
    known = known.merge(listed.astype(known[keys].dtypes.to_dict()), on=["lead", *keys], how="left")
    known = known.assign(set_aside=known["listed"].notna() & ~known["load_id"].isin(observed["load_id"]))
    rows = pd.DataFrame(asked, columns=["kpi", "lead", "name"]).merge(known, on=["lead", "name"])
    made = rows.groupby(["kpi", "area", "load_id"], sort=True).agg(
        first_month=("month", "min"), last_month=("month", "max"), set_aside=("set_aside", "all")
    )
    return FEEDS.typed(made.reset_index())


def latest_source(fed: pd.DataFrame, loads: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return the title of the source that last fed a KPI, by KPI and area."""
    named = fed.merge(loads[["load_id", "title"]], on="load_id").sort_values("last_month")
    last = named.drop_duplicates(["kpi", "area"], keep="last")
    return {(str(r["kpi"]), str(r["area"])): str(r["title"]) for r in last.to_dict("records")}


def sender_names(plan: Path, reference: Path) -> dict[str, str]:
    """Return names by ODS code: the plan's own providers first, then the reference list, oldest name last."""
    names: dict[str, str] = {}
    providers = plan / "providers.yaml"
    for code, entry in (read_mapping(providers) if providers.is_file() else {}).items():
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise DocumentError(f"providers.yaml: {code}: give its name")
        names[str(code)] = entry["name"]
    listed = reference / "organisations.csv"
    if listed.is_file():
        with listed.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                names.setdefault(row["code"], row["name"])
    return names
