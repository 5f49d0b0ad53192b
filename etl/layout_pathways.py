"""One row a child and referral: from a recognised list to pathways, with every identifier turned into a pseudonym."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce

import numpy as np
import pandas as pd

from etl.clean import Cleaned
from etl.clocks import Ticking, clocks
from etl.columns import (
    OTHER,
    age_columns,
    code_columns,
    compare_waits,
    date_columns,
    identifier_columns,
    people,
    refuse_month_first,
    word_columns,
)
from etl.derive import age_bands, day_numbers, day_texts
from etl.extract import Context, Extract, open_extract, refuse_structure
from etl.modules import open_modules, settle
from etl.plausible import say_implausible, say_swapped
from etl.pseudonym import Pseudonyms, load_pseudonyms
from etl.recognise import Match
from etl.repeats import Identity, hold_repeats, identity
from etl.settings import check_key_place
from etl.snapshot import Snapshot, find_snapshot
from etl.tables import AREAS, PATHWAYS
from etl.tally import tally_measures
from etl.who import area_of_lines, area_rows, organisation_of

Columns = Mapping[str, pd.Series]


def clean_pathways(match: Match, context: Context, uncalculated: set[int]) -> tuple[Cleaned, date | None]:
    """Return one row per clock and pathway, and the file's month. A file with an error comes back without rows.

    `uncalculated` are the columns, from 0, that hold formulas nobody calculated.
    """
    opening = open_modules if match.source.pathways and match.source.pathways.modules else open_extract
    extract = opening(match, context)
    refuse_structure(extract, uncalculated)
    snapshot = find_snapshot(extract)
    organisation = organisation_of(extract)
    extract.result.organisation = organisation
    if snapshot:
        _read(extract, snapshot, organisation)
    settle(extract)
    return extract.result, snapshot.month if snapshot else context.said


def _read(extract: Extract, snapshot: Snapshot, organisation: str) -> None:
    dates = date_columns(extract, snapshot)
    codes = code_columns(extract)
    words = word_columns(extract)
    ages = age_columns(extract, dates, snapshot.day)
    identifiers = identifier_columns(extract, dates)
    refuse_month_first(extract, dates, snapshot.day)
    if extract.refused:
        return
    _leave_out_of_scope(extract, codes)
    area = area_of_lines(extract, words)
    ticking = clocks(extract, dates, codes, snapshot.day)
    key = identity(extract, identifiers, codes, ticking)
    check_key_place(extract.context.key_file)
    pseudonyms = load_pseudonyms(extract.context.key_file)
    extract.result.key_id = pseudonyms.key_id
    lines = pd.DataFrame(
        {
            "person_id": people(extract, identifiers, organisation, pseudonyms),
            "area": area,
            "organisation": organisation,
            **_breakdowns(extract, codes, words, ages),
        },
        copy=False,
    )
    compare_waits(extract, ticking[0].started, ticking[0].stopped.fillna(pd.Timestamp(snapshot.day)))
    say_swapped(extract, dates)
    hold_repeats(extract, key, lines, ticking)
    say_implausible(extract, ticking, codes, lines["age_band"], snapshot.day)
    _fill(extract, lines, key, ticking, pseudonyms)
    if extract.layout.tallies:
        extract.result.frames["measures"] = tally_measures(extract, dates, lines, snapshot.month)
    extract.result.months = _months(extract, ticking, snapshot.month)


def _leave_out_of_scope(extract: Extract, codes: Columns) -> None:
    for key, words in extract.layout.only.items():
        if key not in codes:
            continue
        extract.hold(
            codes[key].isna(), key, "CODE_MISSING", "nothing says whether the row belongs to this list",
            "Fill in the code.",
        )  # fmt: skip
        extract.hold(~codes[key].isin(list(words)), key, "NOT_IN_SCOPE", "rows of other lists are left out", "", "note")


def _breakdowns(extract: Extract, codes: Columns, words: Columns, ages: Columns) -> dict[str, pd.Series]:
    """Return every breakdown; what the source does not supply, or this file lacks, is missing."""
    nothing = pd.Series(pd.NA, index=extract.index, dtype="str")
    found = dict.fromkeys(extract.layout.not_supplied, nothing)
    found |= {name: nothing.fillna(word) for name, word in extract.layout.fixed.items()}
    bands = {key: age_bands(years, extract.layout.ages) for key, years in ages.items()}
    typed = {**{key: column.mask(column == OTHER) for key, column in codes.items()}, **words, **bands}
    for name, breakdown in extract.layout.breakdowns.items():
        columns = [typed[key] for key in breakdown.columns if key in typed]
        if breakdown.together and len(columns) > 1:
            found[name] = _joined(columns, breakdown.together)
        else:
            found[name] = reduce(lambda first, then: first.where(first.notna(), then), columns or [nothing])
    return found


def _joined(columns: Sequence[pd.Series], together: Mapping[str, str]) -> pd.Series:
    """Return the different words of several columns joined by +, in alphabetical order, under the name they have."""
    coded = [pd.factorize(column.fillna("")) for column in columns]
    sizes = [max(len(words), 1) for _, words in coded]
    codes, sets = pd.factorize(np.ravel_multi_index([codes for codes, _ in coded], sizes))

    def word(places: Sequence[int]) -> str | None:
        found = {words[place] for (_, words), place in zip(coded, places, strict=True)}
        parts = "+".join(sorted(found - {""}))
        return together.get(parts, parts) or None

    names = pd.Series([word(places) for places in zip(*np.unravel_index(sets, sizes), strict=True)], dtype="str")
    return names.take(codes).set_axis(columns[0].index)


def _fill(
    extract: Extract, lines: pd.DataFrame, key: Identity, ticking: Sequence[Ticking], pseudonyms: Pseudonyms
) -> None:
    same = pseudonyms.of(key.text.where(extract.good, ""), "pathway")
    frames = []
    for clock in ticking:
        fed = extract.good & clock.applies
        started, stopped = clock.started[fed], clock.stopped[fed]
        told = same[fed]
        if clock.round:  # it runs again and again, so its start tells its pathways apart
            rounds = key.text[fed] + f"\x1f{clock.name} " + day_texts(started)
            told = pseudonyms.of(rounds, "pathway")
        frames.append(
            lines[fed].assign(
                load_id="", clock=clock.name, pathway_id=told, started_on=started, stopped_on=stopped,
                stop_reason=clock.reason[fed], excepted=clock.excepted[fed],
                started_day=day_numbers(started), stopped_day=day_numbers(stopped),
            )
        )  # fmt: skip
    rows = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0].reset_index(drop=True)
    if any(clock.round for clock in ticking) or len({clock.name for clock in ticking}) < len(ticking):
        rows = rows.drop_duplicates(["clock", "pathway_id"])  # a round of no length
    extract.result.frames["pathways"] = PATHWAYS.typed(rows)
    extract.result.frames["areas"] = AREAS.frame(area_rows(extract, lines["area"][extract.good]))


def _months(extract: Extract, ticking: Sequence[Ticking], month: date) -> list[date]:
    """Return the months the list can answer for: its own, and back to the first in which it shows nobody who stopped.

    Who left in that one may not be on it, so that the month rebuilt from its dates would be too short; and one who left
    long before says nothing of the months between.
    """
    stops = pd.concat([clock.stopped[extract.good & clock.applies] for clock in ticking])
    shown = set(pd.to_datetime(stops.dropna()).dt.to_period("M"))
    months = [pd.Period(month, "M")]
    while len(months) <= extract.layout.closed_months and months[-1] - 1 in shown:
        months.append(months[-1] - 1)
    return [one.to_timestamp().date() for one in reversed(months)]
