"""Typed columns of a row-level extract: dates, codes, ages, identifiers. What cannot be read is held, by rule."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import cast

import pandas as pd

from etl.clean import each_once, numbers
from etl.dates import UTC, UTC_REMEDY, DateColumn, read_dates
from etl.derive import OLDEST, ages, ages_since, day_texts
from etl.extract import Extract
from etl.finding import Finding
from etl.heading import normal
from etl.pathways import Entry
from etl.privacy import announced, valid_nhs_numbers
from etl.pseudonym import Pseudonyms
from etl.snapshot import Snapshot

OTHER = "*"  # a code we know and do not count
_LONGEST_YEARS = 25  # definitions: a wait beyond it is a typing error
_MOST_WORDS = 300  # a column of words that are kept has few; more is free text
_LONGEST_WORDS = 80
_ENOUGH_WORDS = 20  # rows from which a column with more words than every other row could share holds names, not places


def date_columns(extract: Extract, snapshot: Snapshot) -> dict[str, DateColumn]:
    """Return the date columns the file has, the snapshot aside; unreadable and impossible dates are held."""
    layout, taken = extract.layout, snapshot.day
    starts = {key for clock in layout.clocks.values() for key in clock.start}
    keys = [key for key in layout.holding("date", "birth_date") if extract.has(key) and key != layout.snapshot]
    found = {}
    for key in keys:
        place = (extract.sheet(key), extract.heading(key))
        never_later = taken if key in starts or layout.columns[key].holds == "birth_date" else None
        found[key] = read_dates(
            extract.text[key], layout.dates, place, epoch_1904=extract.context.epoch_1904, not_after=never_later
        )
    _say_order(extract, found, snapshot.day_first_shown)
    for key, column in found.items():
        if not column.faults:
            _hold_dates(extract, key, column, taken, is_start=key in starts)
    return found


def _say_order(extract: Extract, found: Mapping[str, DateColumn], shown: bool) -> None:
    extract.result.findings += [fault for column in found.values() for fault in column.faults]
    shown = shown or any(column.day_first_shown for column in found.values())
    for key, column in found.items():
        if column.month_first is not None and not column.faults:
            extract.say(
                column.values.notna(), key, "DATE_ORDER_ASSUMED", "note" if shown else "query",
                "the dates do not show which number is the day; they are read day first",
                "" if shown else "Check one date with the sender, or ask for YYYY-MM-DD.",
            )  # fmt: skip


def _hold_dates(extract: Extract, key: str, column: DateColumn, taken: date, *, is_start: bool) -> None:
    path = extract.source.path
    extract.hold(
        column.unreadable, key, "DATE_UNREADABLE", "not a date we can read",
        f"Use DD/MM/YYYY, or see dates in {path}.",
    )  # fmt: skip
    extract.say(
        column.placeholder, key, "DATE_PLACEHOLDER", "query" if is_start else "note",
        "a date that stands for no date is read as not given", "Leave the cell empty." if is_start else "",
    )  # fmt: skip
    extract.say(column.utc, key, "DATE_UTC", "query", UTC, UTC_REMEDY)
    if extract.layout.columns[key].holds == "birth_date":
        return
    earliest = max(extract.layout.dates.earliest, taken - timedelta(days=round(365.25 * _LONGEST_YEARS)))
    extract.hold(
        column.values < pd.Timestamp(earliest), key, "DATE_TOO_EARLY", "the date lies too far back to be true",
        f"Correct it; the earliest is dates.earliest in {path}, and {_LONGEST_YEARS} years back.",
    )  # fmt: skip


def code_columns(extract: Extract) -> dict[str, pd.Series]:
    """Return the code columns the file has in our words; blank is missing, a code we do not count is OTHER."""
    found = {}
    for key in extract.layout.holding("code"):
        entry = extract.layout.columns[key]
        if not extract.has(key):
            if entry.assumed:
                found[key] = pd.Series(entry.assumed, index=extract.index, dtype="str")
            continue
        found[key] = each_once(extract.text[key], lambda texts, entry=entry: _ours(texts, entry))  # type: ignore[misc]
        extract.hold(
            (extract.text[key] != "") & found[key].isna(), key, "CODE_UNKNOWN", "a code or word we do not know",
            f"Correct it, or add it under pathways.columns.{key}.values in {extract.source.path}.",
        )  # fmt: skip
    return found


def _ours(texts: pd.Series, entry: Entry) -> pd.Series:
    known = {code_key(theirs): ours for theirs, ours in entry.values.items()}

    def word(text: str) -> str | None:
        if text == "" or code_key(text) in known:
            return known.get(code_key(text))
        if entry.others and re.fullmatch(entry.others, text, re.IGNORECASE):
            return OTHER
        return entry.otherwise

    return pd.Series([word(text) for text in texts], dtype="str")


def code_key(text: str) -> str:
    """Return a code as it is compared: 1, 01 and 1.0 are one code, and case and spacing of words do not matter."""
    plain = re.sub(r"\.0$", "", normal(text))
    return (plain.lstrip("0") or "0") if plain.isdigit() else plain


def word_columns(extract: Extract) -> dict[str, pd.Series]:
    """Return the columns kept as written, missing where blank; spellings that differ in case alone become one."""
    found = {}
    for key in extract.layout.holding("words"):
        if not extract.has(key):
            continue
        distinct = sorted(set(extract.text[key][extract.good].unique()) - {""})
        filled = int((extract.text[key][extract.good] != "").sum())
        each_its_own = filled >= _ENOUGH_WORDS and len(distinct) > filled / 2
        if each_its_own or len(distinct) > _MOST_WORDS or any(len(words) > _LONGEST_WORDS for words in distinct):
            extract.refuse(
                key, "FREE_TEXT", "the column holds too many or too long texts to be a place or a name",
                f"Put its heading under pathways.dropped.free_text in {extract.source.path}.",
            )  # fmt: skip
            continue
        spelling = {normal(words): words for words in reversed(distinct)}
        found[key] = each_once(
            extract.text[key],
            lambda texts, spelling=spelling: texts.map(lambda text: spelling.get(normal(text))).astype("str"),  # type: ignore[misc]
        )
    return found


def age_columns(extract: Extract, dates: Mapping[str, DateColumn], taken: date) -> dict[str, pd.Series]:
    """Return ages in completed years on the day of the snapshot, from birth dates and from ages as given."""
    found = {}
    for key in extract.layout.holding("birth_date", "age"):
        if not extract.has(key):
            continue
        if key in dates:
            found[key] = ages(dates[key].values, taken)
            given = dates[key].values.notna()
        else:
            found[key] = numbers(extract.text[key], {}).values
            given = extract.text[key] != ""
        possible = (found[key] >= 0) & (found[key] < OLDEST)
        extract.hold(
            given & ~possible.fillna(False).astype("bool"), key, "AGE_IMPOSSIBLE",
            "not an age in years between 0 and 119 on the day of the list", "Correct it, or leave it empty.",
        )  # fmt: skip
        if then := extract.layout.columns[key].taken_on:
            none = pd.Series(pd.NaT, index=found[key].index, dtype="datetime64[s]")
            started = dates[then].values if then in dates else none
            found[key] = ages_since(found[key], started, taken, extract.layout.ages)
    return found


def identifier_columns(extract: Extract, dates: Mapping[str, DateColumn]) -> dict[str, pd.Series]:
    """Return identifiers as they are compared, blank where missing. What left these columns is hashed, never kept."""
    found = {}
    for key in extract.layout.holding("identifier"):
        if not extract.has(key):
            continue
        text = extract.text[key]
        rounded = text.str.contains(r"^[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+$", regex=True)
        if rounded.any():
            extract.refuse(
                key, "ID_ROUNDED", "ids were turned into rounded numbers, so several children became one",
                "Format the column as text before exporting.", int(rounded.sum()),
            )  # fmt: skip
        spaced = text.str.contains(" ", regex=False).any()
        found[key] = _without_point((text.str.replace(" ", "") if spaced else text).str.lower())
    return found | {key: _made(extract, sets, found, dates) for key, sets in extract.layout.made.items()}


def _made(
    extract: Extract, sets: Sequence[Sequence[str]], found: Mapping[str, pd.Series], dates: Mapping[str, DateColumn]
) -> pd.Series:
    """Return an identifier made of several columns: of the sets of columns, the first that is filled whole."""
    named = {key for columns in sets for key in columns}
    parts = {**{key: day_texts(dates[key].values) for key in named & dates.keys()}, **found}
    made = pd.Series("", index=extract.index, dtype="str")
    for columns in sets:
        if not all(key in parts for key in columns):
            continue
        whole = pd.Series(True, index=extract.index)
        text = pd.Series(",".join(columns), index=extract.index, dtype="str")
        for key in columns:
            whole &= parts[key] != ""
            text = text + "\x1f" + parts[key]
        made = made.where((made != "") | ~whole, text)
    return made


def _without_point(text: pd.Series) -> pd.Series:
    """Return whole numbers as text without the .0 that a spreadsheet gave them."""
    if not text.str.endswith(".0").any():
        return text
    pointed = text.str.contains(r"^[0-9]+\.0$", regex=True)
    return text.where(~pointed, text.str.slice(stop=-2)) if pointed.any() else text


def people(
    extract: Extract, identifiers: Mapping[str, pd.Series], organisation: str, pseudonyms: Pseudonyms
) -> pd.Series:
    """Return the child's pseudonym, missing where no identifier is given.

    A valid NHS number gives the same child the same pseudonym in every extract; a local number only within its
    organisation. Where a column is called NHS number, a number that fails its check is said and not used.
    """
    person = pd.Series("", index=extract.index, dtype="str")
    for key in extract.layout.person:
        if key not in identifiers:
            continue
        given = identifiers[key] != ""
        nhs = valid_nhs_numbers(extract.text.get(key, identifiers[key]))
        national = announced(extract.heading(key)) == "NHS numbers" or bool((nhs != "").sum() > given.sum() / 2)
        if national:
            extract.say(
                given & (nhs == ""), key, "NHS_NUMBER_INVALID", "query",
                "the NHS number fails its check and is not used",
                "Correct it, or leave it empty; the child is then known by the other ids alone.",
            )  # fmt: skip
        kind, ids = ("nhs", nhs) if national else (f"child {organisation}", identifiers[key])
        person = person.where(person != "", pseudonyms.of(ids.where(person == "", ""), kind))
    return person.where(person != "")


def compare_waits(extract: Extract, started: pd.Series, until: pd.Series) -> None:
    """Say where a reported wait is not the one the dates give; it is never used. A week either way is rounding."""
    for key in extract.layout.holding("wait"):
        if extract.has(key):
            differs = _differs(extract, key, started, until)
            extract.say(
                differs, key, "WAIT_DIFFERS", "query", "the reported wait is not the one its dates give; ours counts",
                "Ask the sender which dates or which pauses it was worked out from.",
            )  # fmt: skip


def refuse_month_first(extract: Extract, columns: Mapping[str, DateColumn], taken: date) -> None:
    """Refuse start dates that only fit the reported waits when they are read month first."""
    starts = {key for clock in extract.layout.clocks.values() for key in clock.start}
    waits = [key for key in extract.layout.holding("wait") if extract.has(key)]
    until = pd.Series(pd.Timestamp(taken), index=extract.index)
    for key in starts & set(columns):
        other = columns[key].month_first
        if other is None or not waits:
            continue
        ambiguous = (other != columns[key].values) & extract.good
        wrong, right = (_differs(extract, waits[0], dates, until) & ambiguous for dates in (columns[key].values, other))
        if wrong.sum() > ambiguous.sum() / 2 and right.sum() < wrong.sum() / 2:
            extract.result.findings.append(
                Finding(
                    "DATE_ORDER_US", "error", "the reported waits fit the dates only if they are read month first",
                    "Export the column as YYYY-MM-DD, or as DD/MM/YYYY throughout.",
                    extract.sheet(key), column=extract.heading(key),
                )
            )  # fmt: skip


def _differs(extract: Extract, key: str, started: pd.Series, until: pd.Series) -> pd.Series:
    reported = numbers(extract.text[key], {}).values
    days = (until - started).dt.days.astype("Float64")
    ours, slack = (days / 7, 1.0) if extract.layout.columns[key].weeks else (days, 1.0)
    return cast(pd.Series, ((reported - ours).abs() > slack).fillna(False).astype("bool"))
