"""What boards of other local areas are shown, to stand beside ours and to be added up: their board files, nothing else.

An area's exact figures never leave its own data folder. What is made of board files alone can say no more than they do.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.tables import EVERYONE
from metrics.definition import Definition
from metrics.edition import EditionError, Manifest, pointed_at, read_manifest, read_tables, refuse_changed
from metrics.edition_tables import EDITION_AREAS, RESULTS


@dataclass(frozen=True)
class Beside:
    """The board file of another area's edition in use."""

    manifest: Manifest
    tables: Mapping[str, pd.DataFrame]

    @property
    def area(self) -> str:
        """Return the code of the area."""
        return self.manifest.local_area


def read_beside(folders: Iterable[Path], *, but: str, demonstration: bool) -> tuple[list[Beside], list[str]]:
    """Return other areas' board files, and a sentence for each data folder that has none to stand beside ours.

    `but` is our own area. Demonstration data stands beside demonstration data alone.
    """
    found: dict[str, Beside] = {}
    left_out = []
    for folder in folders:
        try:
            one = _read(folder / "editions")
        except EditionError as error:
            left_out.append(f"{folder}: {error}")
            continue
        except OSError:
            left_out.append(f"{folder}: it cannot be read.")
            continue
        if not one.area:
            left_out.append(f"{folder}: its edition does not say whose it is; publish there again.")
        elif one.area in (but, *found):
            left_out.append(f"{folder}: it is of {one.area}, as another one is.")
        elif one.manifest.demonstration != demonstration:
            left_out.append(f"{folder}: demonstration data and real figures do not stand beside each other.")
        else:
            found[one.area] = one
    return list(found.values()), left_out


def _read(editions: Path) -> Beside:
    """Return the board file of the edition in use. Raises EditionError, OSError."""
    if not editions.is_dir():
        raise EditionError("There is no folder of editions there.")
    current = pointed_at(editions)
    if current is None:
        raise EditionError("Nothing is published there yet.")
    manifest = read_manifest(editions, current)
    refuse_changed(editions / current, manifest, "board")
    return Beside(manifest, read_tables(editions, current, "board"))


def without_others(
    results: pd.DataFrame, others: Sequence[Beside], kpis: Mapping[str, Definition], strict: Set[tuple[str, str]]
) -> pd.DataFrame:
    """Return the results without what our own lists say of areas that stand beside us: they know better.

    `strict` are leads and areas with figures that are not published.
    """
    leads = results["kpi"].map({name: str(kpi.select[kpi.lead]) for name, kpi in kpis.items()})
    listed = pd.MultiIndex.from_arrays([leads, results["area"]]).isin(list(strict))
    return results[~(listed & results["area"].isin([other.area for other in others]))].reset_index(drop=True)


def results_beside(
    others: Sequence[Beside], results: pd.DataFrame, kpis: Mapping[str, Definition], as_of: pd.Timestamp
) -> pd.DataFrame:
    """Return other areas' figures, not broken down, of KPIs that they count as we do: the results contract.

    A published figure of theirs that we have already is not taken a second time.
    """
    frames = [RESULTS.empty()]
    for other in others:
        rows = comparable(other, kpis)
        rows = rows[(rows["breakdown"] == EVERYONE) & (rows["month"] <= as_of)]
        known = results.loc[results["area"] == other.area, "kpi"].unique()
        frames.append(rows[~rows["kpi"].isin(known)])
    return RESULTS.typed(pd.concat(frames, ignore_index=True))


def comparable(other: Beside, kpis: Mapping[str, Definition]) -> pd.DataFrame:
    """Return an area's own results of the KPIs whose definition is word for word ours."""
    told = other.tables["kpis"]
    same = [kpi for kpi, text in zip(told["kpi"], told["definition"], strict=True)
            if kpi in kpis and kpis[kpi].text == text]  # fmt: skip
    rows = other.tables["results"]
    return rows[(rows["area"] == other.area) & rows["kpi"].isin(same)]


def areas_beside(others: Sequence[Beside]) -> pd.DataFrame:
    """Return the areas of these board files, one row each: area, level, name."""
    held = [(other.area, other.tables["areas"]) for other in others]
    rows = [areas.loc[areas["area"] == own, ["area", "level", "name"]] for own, areas in held]
    return pd.concat([EDITION_AREAS.empty()[["area", "level", "name"]], *rows], ignore_index=True)
