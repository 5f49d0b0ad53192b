"""One published edition as screens and reports read it: its manifest, its tables, and what they ask of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from etl.tables import EVERYONE
from metrics import checks_view
from metrics.edition import Manifest
from pages.components import charts, tables


@dataclass(frozen=True)
class Edition:
    """One published edition: its manifest and its tables (metrics/edition_tables.py states their grain)."""

    manifest: Manifest
    tables: Mapping[str, pd.DataFrame]
    # A screen asks for the rows of a KPI two hundred times: a table is parted by KPI once.
    _parted: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def kpi(self, kpi: str) -> pd.Series | None:
        """Return the KPIS row of a KPI, or None where the edition has no such KPI."""
        return self.one("kpis", kpi)

    def one(self, table: str, kpi: str) -> pd.Series | None:
        """Return a KPI's row of a table that has one row a KPI, or None where it has none."""
        rows = self.of_kpi(table, kpi)
        return None if rows.empty else rows.iloc[0]

    def scored(self, kpi: str) -> pd.Series | None:
        """Return the SCORECARD row of a KPI, or None where the local plan does not score it."""
        return self.one("scorecard", kpi)

    def of_kpi(self, table: str, kpi: str) -> pd.DataFrame:
        """Return a table's rows of one KPI, in the table's own grain."""
        if table not in self._parted:
            self._parted[table] = {str(name): rows for name, rows in self.tables[table].groupby("kpi", sort=False)}
        rows = self._parted[table].get(kpi)
        return self.tables[table].iloc[:0] if rows is None else rows.copy(deep=False)

    def area_names(self) -> dict[str, str]:
        """Return the name of every area by its code."""
        areas = self.tables["areas"]
        return dict(zip(areas["area"], areas["name"], strict=True))

    def local_areas(self) -> list[str]:
        """Return the codes of the plan's own areas."""
        areas = self.tables["areas"]
        return list(areas.loc[areas["role"] == "local", "area"])

    def local_area(self, kpi: str) -> str | None:
        """Return the code of the area whose figure a KPI shows: the scored one, else the first local one with rows."""
        scored = self.scored(kpi)
        if scored is not None:
            return str(scored["area"])
        held = set(self.of_kpi("results", kpi)["area"])
        return next((area for area in self.local_areas() if area in held), None)

    def over_time(self, kpi: str) -> pd.DataFrame:
        """Return RESULTS rows of the local area, not broken down: one row per month, in order of time."""
        rows = self.of_kpi("results", kpi)
        rows = rows[(rows["area"] == self.local_area(kpi)) & (rows["breakdown"] == EVERYONE)]
        return rows.sort_values("month")

    def beside(self, kpi: str) -> pd.DataFrame:
        """Return RESULTS rows of the local area and its comparators for the local area's latest month, one per area.

        In order of value, areas without one last. Empty where no comparator has a row for that month.
        """
        mine = self.over_time(kpi)
        if mine.empty:
            return mine
        latest = mine.iloc[-1]
        areas = self.tables["areas"]
        others = list(areas.loc[areas["role"] == "comparator", "area"])
        rows = self.of_kpi("results", kpi)
        same = (rows["month"] == latest["month"]) & (rows["period_months"] == latest["period_months"])
        rows = rows[same & (rows["breakdown"] == EVERYONE) & rows["area"].isin([latest["area"], *others])]
        held: pd.DataFrame = rows.sort_values("value", ascending=False)
        return held if len(held) > 1 else held.iloc[:0]

    def newest(self, kpi: str) -> pd.Series | None:
        """Return the latest RESULTS row of the local area, not broken down, or None where it has none."""
        rows = self.over_time(kpi)
        return None if rows.empty else rows.iloc[-1]

    def read_beside(self, kpis: Iterable[str]) -> list[str]:
        """Return the KPIs without which these mislead and that are none of these, in the definitions' order."""
        own = list(kpis)
        rows = [self.of_kpi("read_beside", kpi).sort_values("position") for kpi in own]
        named = dict.fromkeys(name for of_one in rows for name in of_one["beside"])
        return [name for name in named if name not in own and self.kpi(name) is not None]

    def differences(self, kpi: str, areas: Collection[str]) -> list[str]:
        """Return where these areas do not count a KPI the same, in words."""
        rows = self.of_kpi("differences", kpi)
        told = rows[rows["area"].isna() | rows["area"].isin(areas)].sort_values("number")
        place = self.place_among_others(kpi)
        if self.tables["differences"].empty and place is not None and pd.notna(place["warning"]):
            return [str(place["warning"])]  # an edition from before they had a table of their own
        return list(dict.fromkeys(told["words"]))

    def checks_of(self, kpi: str) -> pd.DataFrame:
        """Return the CHECKS rows of the local list that a KPI counts, latest month first; none where it counts none."""
        row = self.kpi(kpi)
        definition = "" if row is None else str(row["definition"])
        return checks_view.of_kpi(self.tables["checks"], definition, self.local_area(kpi) or "")

    def place_among_others(self, kpi: str) -> pd.Series | None:
        """Return the COMPARATORS row of the local area's latest ranked period, or None where it is not ranked."""
        rows = self.of_kpi("comparators", kpi)
        rows = rows[rows["area"] == self.local_area(kpi)].sort_values("month")
        return None if rows.empty else rows.iloc[-1]

    def everyone(self, kpi: str) -> pd.DataFrame:
        """Return RESULTS rows that are not broken down: one row per area and month.

        Latest month first; within it the local area, then its comparators, then others by name.
        """
        rows = self.of_kpi("results", kpi)
        rows = rows[rows["breakdown"] == EVERYONE]
        roles = self.tables["areas"].set_index("area")["role"].map({"local": 0, "comparator": 1, "other": 2})
        rank = rows["area"].map(roles).fillna(3).where(rows["area"] != self.local_area(kpi), -1)
        ordered = rows.assign(rank=rank, name=rows["area"].map(self.area_names()))
        ordered = ordered.sort_values(["month", "rank", "name"], ascending=[False, True, True])
        return ordered[list(rows.columns)]

    def broken_down(self, kpi: str) -> pd.DataFrame:
        """Return RESULTS rows of the local area by breakdown and group, the latest month of each breakdown."""
        rows = self.of_kpi("results", kpi)
        rows = rows[(rows["area"] == self.local_area(kpi)) & (rows["breakdown"] != EVERYONE)]
        latest = rows.groupby("breakdown")["month"].transform("max")
        return rows[rows["month"] == latest].sort_values(["breakdown", "group"], key=_as_people_count)

    def scored_with_targets(self) -> list[str]:
        """Return the scored KPIs that have a numeric milestone and any figure, in the plan's order."""
        milestones, scorecard = self.tables["milestones"], self.tables["scorecard"]
        numeric = set(milestones.loc[milestones["kind"] == "number", "kpi"])
        held = scorecard[scorecard["no_figure"].isna()].sort_values("position")
        return [kpi for kpi in held["kpi"] if kpi in numeric]

    def source_titles(self) -> dict[str, str]:
        """Return the words for every source by its name, as its latest load has them."""
        loads = self.tables["loads"].sort_values("loaded_at")
        return dict(zip(loads["source"], loads["title"], strict=True))

    def senders(self) -> dict[str, str]:
        """Return who sent loads, name and code, by the code alone."""
        loads = self.tables["loads"].drop_duplicates("organisation")
        return {str(row["organisation"]): tables.sender_words(row) for _, row in loads.iterrows()}

    def has_bands_beside(self, kpi: str) -> bool:
        """Return whether published bands were set aside for the local area, because lists of children count."""
        fed = self.of_kpi("feeds", kpi)
        return bool(fed.loc[fed["area"] == self.local_area(kpi), "set_aside"].any())

    def loads_behind(self, kpi: str) -> pd.DataFrame:
        """Return the LOADS rows that fed the KPI's figures for the local area."""
        fed = self.of_kpi("feeds", kpi)
        loads = self.tables["loads"]
        held: pd.DataFrame = loads[loads["load_id"].isin(fed.loc[fed["area"] == self.local_area(kpi), "load_id"])]
        return held


def plan_of(edition: Edition, kpi: str) -> charts.Plan:
    """Return what a KPI's trajectory is drawn from."""
    row = edition.kpi(kpi)
    title, unit = (kpi, "") if row is None else (str(row["title"]), str(row["unit"]))
    tables = (edition.of_kpi(table, kpi) for table in ("path", "milestones", "forecast"))
    return charts.Plan(title, unit, *tables)


def _as_people_count(names: pd.Series) -> pd.Series:
    """Return sort keys that put "5 to 10" before "11 to 18"."""
    return names.str.replace(r"\d+", lambda digits: digits[0].zfill(6), regex=True)
