"""A published table beside the one loaded before it: areas that vanished, figures that fell or rose beyond belief."""

from collections.abc import Sequence

import pandas as pd

from etl.examine import Examination
from etl.finding import Finding
from etl.organisations import kind_of
from etl.warehouse import Reader

# Sums and numbers of figures of one clock or measure move by less from one release to the next; single areas by more.
_LEAST, _MOST = 0.7, 1.3
_LEAST_HERE, _MOST_HERE = 0.5, 2.0
_ENOUGH = 50  # children or plans in one area; below, halves and doubles happen
_GONE_SHARE = 0.1  # single providers come and go; a tenth of all areas does not
_NAMED = 5
_MONTHS = 13  # between two releases of a year; over longer gaps figures move by themselves

_BEFORE = """
SELECT load_id, month FROM loads
WHERE state = 'current' AND source = ? AND organisation = ? AND month <= ? ORDER BY month DESC, loaded_at DESC LIMIT 1
"""
_FIGURES = {
    "band_counts": "SELECT clock AS what, area, month, children AS figure FROM band_counts JOIN loads USING (load_id) "
    "WHERE load_id = ?",
    "measures": "SELECT measure AS what, area, month, numerator AS figure FROM measures WHERE load_id = ?",
}


def beside_published(reader: Reader, found: Examination, areas: Sequence[str]) -> list[Finding]:
    """Return what is odd about a published table beside the last load of its source; `areas` are the plan's."""
    assert found.source
    earlier = reader.query(_BEFORE, [found.source.kept_as, found.organisation, found.month])
    name = next((table for table in _FIGURES if table in (found.frames or {})), None)
    if earlier.empty or name is None:
        return []
    load_id, when = str(earlier["load_id"].iloc[0]), f"{earlier['month'].iloc[0]:%B %Y}"
    listed = reader.query("SELECT area, level FROM areas WHERE load_id = ?", [load_id])
    before = reader.query(_FIGURES[name], [load_id])
    now = _figures(found, name)
    return [*_gone(listed, now, when), *_moved(before, now, when), *_moved_here(before, now, when, areas)]


def _figures(found: Examination, name: str) -> pd.DataFrame:
    frame = (found.frames or {})[name]
    if name == "measures":
        return frame.rename(columns={"measure": "what", "numerator": "figure"})
    return frame.rename(columns={"clock": "what", "children": "figure"}).assign(month=pd.to_datetime(str(found.month)))


def _gone(areas: pd.DataFrame, now: pd.DataFrame, when: str) -> list[Finding]:
    """Ask about areas that vanished: any but a single provider, or many of them. Names without codes are no areas."""
    coded = areas[~areas["area"].str.startswith("name:")]
    gone = coded[~coded["area"].isin(set(now["area"]))]
    if gone.empty or not coded["area"].isin(set(now["area"])).any():
        return []
    first = sorted(gone["area"], key=lambda code: (kind_of(code).startswith("provider"), code))[:_NAMED]
    more = f" and {len(gone) - _NAMED:,} more" if len(gone) > _NAMED else ""
    problem = f"{len(gone):,} areas of {when} are not in this file: {', '.join(first)}{more}"
    grave = bool((gone["level"] != "provider").any()) or len(gone) > _GONE_SHARE * len(coded)
    remedy = "Ask the publisher whether the file is whole." if grave else ""
    return [Finding("AREA_GONE", "query" if grave else "note", problem, remedy, count=len(gone))]


def _moved(before: pd.DataFrame, now: pd.DataFrame, when: str) -> list[Finding]:
    """Ask where the newest month of a clock or measure has far fewer or more figures, or a far other sum."""
    findings = []
    for what, last, this in _sums(before, now, ["what"]).itertuples(name=None):
        findings += _beyond(what, last, this, (_LEAST, _MOST), "children or plans in all", when)
    counted, counts = (frame.assign(figure=frame["figure"].notna().astype("int64")) for frame in (before, now))
    for what, last, this in _sums(counted, counts, ["what"]).itertuples(name=None):
        findings += _beyond(what, last, this, (_LEAST, _MOST), "figures", when)
    return findings


def _moved_here(before: pd.DataFrame, now: pd.DataFrame, when: str, areas: Sequence[str]) -> list[Finding]:
    old, new = (frame[frame["area"].isin(areas)] for frame in (before, now))
    findings = []
    for (what, area), last, this in _sums(old, new, ["what", "area"]).itertuples(name=None):
        findings += _beyond(what, last, this, (_LEAST_HERE, _MOST_HERE), f"in {area}", when)
    return findings


def _beyond(what: str, last: float, this: float, limits: tuple[float, float], words: str, when: str) -> list[Finding]:
    if last < _ENOUGH or limits[0] * last <= this <= limits[1] * last:
        return []
    rule = "VOLUME_DROP" if this < last else "VOLUME_JUMP"
    problem = f"{what.replace('_', ' ')}: {this:,.0f} {words}, beside {last:,.0f} in {when}"
    return [Finding(rule, "query", problem, "Ask the publisher whether the file is whole, or say what changed.")]


def _sums(before: pd.DataFrame, now: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return, for what and where both have, the sums of the figures of their newest months; none over a long gap."""
    newest = [frame[frame["month"] == frame["month"].max()] for frame in (before, now)]
    if newest[1]["month"].max() > newest[0]["month"].max() + pd.DateOffset(months=_MONTHS):
        newest = [frame.head(0) for frame in newest]
    both_have = set(newest[0]["area"]) & set(newest[1]["area"])
    sums = [frame[frame["area"].isin(both_have)].groupby(by)["figure"].sum() for frame in newest]
    both: pd.DataFrame = pd.concat(sums, axis=1, join="inner").astype("float64")
    return both
