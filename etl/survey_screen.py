"""What may not come in with a survey: everything that is not mapped is dropped, and what it holds is said, not shown.

An "anonymous" export can ask for a name in an ordinary question, so columns are judged by what they hold, whatever they
are called. Nothing of them is kept in any case: only words of a scale or a closed list leave the file.
"""

import re
from collections.abc import Iterable

import pandas as pd

from etl.clean import trimmed
from etl.finding import Finding
from etl.formats import Content
from etl.privacy import announced, identifiers_in
from etl.recognise import Located, Match
from etl.screen import of_other_sheet
from etl.survey_columns import Column, Export, read_export
from etl.surveys import words

# What tools add of their own, once compared as headings are: who, when, from where, how far.
_TOOL = re.compile(
    r"(?:user|respondent|response|collector|unique|visitor|tracking|external|session) ?(?:id|no|number|reference)?|id|"
    r"ip ?address|(?:start|end|recorded|submit|last modified|completion|started|ended|last action)\W?(?:date|time|ed)?|"
    r"time (?:taken|started|completed)|start time|completion time|last modified time|progress|duration.*|finished|"
    r"status|completed|location ?(?:latitude|longitude)|distribution ?channel|user ?language|seed|custom data \d+|"
    r"e-?mail|name|total points|quiz feedback|(?:points|feedback) - .*|recipient(?:last name|first name|email)"
)
_NAME = re.compile(r"[A-Z][\w'\u2019-]+(?: (?:de|van|von|al|bin|Mc|O')? ?[A-Z][\w'\u2019.-]*){0,3}")
_TELEPHONE = (
    r"(?<!\d)(?:\+44[ ()-]{0,2}0?|\(?0)[1-9](?:[ ()-]{0,2}\d){8,9}(?!\d)"  # ten or eleven digits, as Ofcom numbers
)
_OPEN = re.compile(r".*\b(?:anything else|comments?|tell us|please (?:explain|specify|describe)|in your own words)\b.*")
_ENOUGH = 5  # texts from which a column can be judged by them
_OWN_WORDS = 0.6  # share of rows with a text of their own: a closed question has few texts
_LONG, _FEW = 60, 12  # characters that few options have; different texts that a closed question has at most
_TOLD = 6  # headings named in a note


def screen_survey(content: Content, match: Match) -> list[Finding]:
    """Return queries for identifiers and names, notes on what was dropped unread or is no question of the mapping."""
    [table] = match.tables
    export = read_export(table.sheet)
    assert export
    findings = [f for sheet in content.sheets if sheet.name != table.sheet.name for f in of_other_sheet(sheet)]
    body = table.body()
    mapped = set(table.columns.values())
    told: dict[str, list[str]] = {"tool": [], "text": [], "unknown": []}
    for column in export.columns:
        cells = trimmed(body[column.place])
        heading = column.heading
        own = column.place not in mapped
        kinds = identifiers_in(cells) | identifiers_in(pd.Series([column.text, column.item], dtype="str"))
        if (numbers := int(cells.str.contains(_TELEPHONE, regex=True).sum())) and not kinds:
            kinds["telephone numbers"] = numbers
        contact = own and is_the_tools_own(column)
        asked_for = (
            next(filter(None, map(announced, (column.text, column.code))), None) if own and not contact else None
        )
        if asked_for and not kinds and (cells != "").any():
            findings.append(_dropped(table, export, heading, asked_for, int((cells != "").sum())))
        elif kinds and not contact:
            findings += [_dropped(table, export, heading, kind, count) for kind, count in kinds.items()]
        elif own and not contact and _holds_names(cells):
            findings.append(_dropped(table, export, heading, "names of people", int((cells != "").sum())))
        elif own and (column.text or column.code) and (cells != "").any():
            open_ended = _is_free_text(cells) or _OPEN.fullmatch(words(column.text))
            told["tool" if contact else "text" if open_ended else "unknown"].append(heading)
    return findings + list(_notes(table, told))


def is_the_tools_own(column: Column) -> bool:
    """Tell whether a column is one the tool adds; such are dropped as a matter of course."""
    return any(_TOOL.fullmatch(words(name)) for name in (column.text, column.code) if name)


def _holds_names(cells: pd.Series) -> bool:
    filled = cells[cells != ""]
    if len(filled) < _ENOUGH or filled.nunique() < _OWN_WORDS * len(filled):
        return False
    distinct = [str(text) for text in filled.unique()]
    alike = [text for text in distinct if _NAME.fullmatch(text)]
    return len(alike) >= 0.7 * len(distinct) and sum(" " in text for text in alike) >= 0.5 * len(alike)


def _is_free_text(cells: pd.Series) -> bool:
    filled = cells[cells != ""]
    own = len(filled) >= _ENOUGH and filled.nunique() >= _OWN_WORDS * len(filled)
    wordy = filled.str.contains("[A-Za-z]{2}", regex=True).mean() > 0.5
    return bool(wordy and (own or (filled.nunique() > _FEW and filled.str.len().max() > _LONG)))


def _dropped(table: Located, export: Export, heading: str, kind: str, count: int) -> Finding:
    return Finding(
        "IDENTIFIERS_DROPPED", "query", f"the answers hold {kind}, though nobody should be recognisable; none was kept",
        "Delete the file once it is loaded, tell your information governance lead, and take the question out.",
        table.sheet.name, export.header_row, heading, count,
    )  # fmt: skip


def _notes(table: Located, told: dict[str, list[str]]) -> Iterable[Finding]:
    said = {
        "tool": ("COLUMNS_DROPPED", "what the survey tool adds was dropped unread", "Export without it where you can."),
        "text": ("FREE_TEXT_DROPPED", "free text was dropped unread; it is never kept or shown", ""),
        "unknown": ("COLUMNS_UNKNOWN", "questions that the mapping does not name were left out",
                    "Add those that count to the mapping."),
    }  # fmt: skip
    for what, headings in told.items():
        if headings:
            rule, problem, remedy = said[what]
            more = f" and {len(headings) - _TOLD} more" if len(headings) > _TOLD else ""
            listed = ", ".join(headings[:_TOLD]) + more
            yield Finding(rule, "note", f"{problem}: {listed}", remedy, table.sheet.name, table.header_row)
