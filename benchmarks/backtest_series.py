"""The series of the back-test: simulated ones that need no file, and public ones when they lie in the shared folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

_MIN_USUAL = 5  # series that usually count fewer children say more about chance than about a forecast
_LENGTH = 60


@dataclass(frozen=True)
class Case:
    """One series on a complete calendar, gaps as missing; `step` months between its figures."""

    group: str
    name: str
    unit: str
    values: pd.Series
    step: int = 1


def everything(shared: Path) -> list[tuple[Case, int, int]]:
    """Return every case with its first origin and the steps between origins."""
    cases = [(case, 10, 7) for case in simulated(12, "taught")] + [(case, 10, 7) for case in simulated(12, "held out")]
    cases += [(case, 10, 15) for case in camhs(shared / "data" / "other" / "scotland_camhs")]
    cases += [(case, 8, 1) for case in sitrep(shared / "data" / "nhs_community")]
    cases += [(case, 8, 1) for case in yearly(shared / "data" / "benchmarks" / "lait_bds_long.parquet")]
    return cases


def simulated(each: int, purpose: str) -> list[Case]:
    """Return `each` series of every kind; "taught" and "held out" never share a seed."""
    seed = {"taught": 1, "held out": 2}[purpose]
    calendar = pd.Index([d.date() for d in pd.date_range("2019-01-01", periods=_LENGTH, freq="MS")])
    made = []
    for number, (kind, unit, build) in enumerate(_KINDS):
        for i in range(each):
            rng = np.random.default_rng([seed, number, i])
            made.append(
                Case(f"simulated {unit}", f"{kind} {i}, {purpose}", unit, pd.Series(build(rng), index=calendar))
            )
    return made


def _drifting(rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(np.exp(np.log(rng.uniform(20, 300)) + np.cumsum(rng.normal(0, 0.05, _LENGTH)))).astype(float)


def _seasonal(rng: np.random.Generator) -> np.ndarray:
    year = 0.25 * np.sin(2 * np.pi * (np.arange(_LENGTH) + rng.integers(12)) / 12)
    return rng.poisson(np.exp(np.log(rng.uniform(40, 200)) + year + np.cumsum(rng.normal(0, 0.02, _LENGTH)))).astype(
        float
    )


def _list_size(rng: np.random.Generator) -> np.ndarray:
    rate = rng.uniform(40, 120)
    slots = rate * (1 + rng.uniform(-0.03, 0.03) + np.cumsum(rng.normal(0, 0.01, _LENGTH)))
    change = rng.poisson(rate, _LENGTH) - rng.poisson(np.maximum(slots, 1))
    return np.maximum(rng.uniform(6, 12) * rate + np.cumsum(change), 0.0)


def _share(rng: np.random.Generator) -> np.ndarray:
    level = rng.normal(0.3, 0.8) + np.cumsum(rng.normal(0, 0.12, _LENGTH))
    cases = rng.integers(30, 120, _LENGTH)
    return 100 * rng.binomial(cases, 1 / (1 + np.exp(-level))) / cases


def _improving_share(rng: np.random.Generator) -> np.ndarray:
    start, rise = rng.uniform(-1, 0.5), rng.uniform(0.5, 2.5)
    level = start + rise / (1 + np.exp(-(np.arange(_LENGTH) - rng.uniform(20, 45)) / 6))
    cases = rng.integers(30, 120, _LENGTH)
    return 100 * rng.binomial(cases, 1 / (1 + np.exp(-level))) / cases


def _shifting(rng: np.random.Generator) -> np.ndarray:
    level = np.where(np.arange(_LENGTH) < rng.integers(20, 45), 1.0, rng.uniform(0.6, 1.5)) * rng.uniform(30, 150)
    return rng.poisson(level * np.exp(np.cumsum(rng.normal(0, 0.02, _LENGTH)))).astype(float)


_KINDS = (
    ("drifting referrals", "children", _drifting),
    ("seasonal referrals", "children", _seasonal),
    ("list size", "children", _list_size),
    ("drifting share", "percent", _share),
    ("improving share", "percent", _improving_share),
    ("shifted count", "children", _shifting),
)


def camhs(folder: Path) -> Iterator[Case]:
    """Return list size, share within 18 weeks, children seen and referrals accepted per board of Scottish CAMHS."""
    wanted = {
        "camhs-adjusted-patients-waiting.csv": ("waiting", "TotalPatientsWaiting", "NumberOfPatientsWaiting0To18Weeks"),
        "camhs-adjusted-patients-seen.csv": ("seen", "TotalPatientsSeen", "NumberOfPatientsSeen0To18Weeks"),
        "camhs-referrals.csv": ("accepted", "ReferralsAccepted", None),
    }
    for file, (name, total, within) in wanted.items():
        if not (folder / file).exists():
            continue
        frame = pd.read_csv(folder / file)
        frame = frame.drop_duplicates(
            ["HB", "Month"], keep=False
        )  # one month is printed twice, with two values: neither counts
        frame["month"] = pd.to_datetime(frame["Month"].astype(str), format="%Y%m")
        for board, part in frame.groupby("HB"):
            part = part.set_index("month").sort_index()
            yield from _cleaned("Scottish CAMHS counts", f"{board} {name}", "children", part[total])
            if within:
                share = 100 * part[within] / part[total].where(part[total] > 0)
                yield from _cleaned("Scottish CAMHS shares", f"{board} {name} within 18 weeks", "percent", share)


def sitrep(folder: Path) -> Iterator[Case]:
    """Return England's list size per service line, 2022/23 to October 2023, from the workbooks' Table 2."""
    found: dict[str, dict[pd.Timestamp, float]] = {}
    for path in sorted(folder.glob("community_health_2023-*.xlsx")):
        sheets = pd.read_excel(path, sheet_name=None, header=None, engine="calamine")
        sheet = next(frame for name, frame in sheets.items() if name.strip().startswith("Table 2"))
        months: dict[int, pd.Timestamp] = {}
        for line in sheet.itertuples(index=False):
            heading = {i: m for i, cell in enumerate(line) if (m := _month(cell)) is not None}
            if len(heading) >= 3:
                months = heading
                continue
            labels = [cell for cell in line[:2] if isinstance(cell, str)]  # early layouts keep the level in front
            if not labels:
                continue
            service = " ".join(labels[-1].lower().replace("–", "-").split())
            for i, month in months.items():
                if isinstance(line[i], int | float) and not pd.isna(line[i]):
                    found.setdefault(service, {})[month] = float(line[i])
    for service, values in found.items():
        yield from _cleaned("NHS England SitRep, short", service, "children", pd.Series(values).sort_index())


def _month(cell: object) -> pd.Timestamp | None:
    if isinstance(cell, datetime) and not pd.isna(cell):
        return pd.Timestamp(cell).normalize().replace(day=1)
    if isinstance(cell, str):
        try:
            return pd.Timestamp(datetime.strptime(cell.strip(), "%b-%y"))
        except ValueError:
            return None
    return None


def yearly(path: Path) -> Iterator[Case]:
    """Return the yearly share of EHC plans within 20 weeks per local authority, all years, from DfE's LAIT."""
    if not path.exists():
        return
    frame = pd.read_parquet(path)
    frame = frame[frame["Short Desc"] == "SEN_EHC_All_20wks"]
    frame = frame.assign(
        year=pd.to_numeric(frame["Years"].str.slice(0, 4), errors="coerce"),
        figure=pd.to_numeric(frame["Values"], errors="coerce"),
    ).dropna(subset=["year", "figure"])
    for area, part in frame[frame["year"] >= 2010].groupby("LA and Regions"):
        values = part.drop_duplicates("year").set_index("year")["figure"].sort_index()
        index = pd.to_datetime([f"{int(y)}-12-01" for y in values.index])
        series = pd.Series(values.to_numpy(), index=index)
        if len(series) >= 9:
            full = series.reindex(pd.date_range(index[0], index[-1], freq="12MS"))
            full.index = pd.Index([d.date() for d in full.index])
            yield Case("DfE 20 weeks, yearly", str(area), "percent", full, 12)


def _cleaned(group: str, name: str, unit: str, values: pd.Series) -> Iterator[Case]:
    values = pd.to_numeric(values, errors="coerce").astype(float)
    known = values.dropna()
    if known.empty or (unit == "children" and known.median() < _MIN_USUAL):
        return
    full = values.reindex(pd.date_range(known.index[0], known.index[-1], freq="MS"))
    full.index = pd.Index([d.date() for d in full.index])
    yield Case(group, name, unit, full)
