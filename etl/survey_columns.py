"""What stands where in a survey tool's export: one, two or three header rows, coded headings, continuation columns."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from etl.finding import Finding
from etl.formats import Sheet
from etl.locate import Located, Match
from etl.privacy import shown
from etl.source import Source
from etl.surveys import Asked, Question, Wave, words
from etl.tables import SEVERAL

Tool = Literal["plain", "two_rows", "qualtrics", "limesurvey"]
# What SurveyMonkey and SmartSurvey print in the second row over a question that has one column; one was seen misspelt.
_RESPONSE = re.compile(r"(?:response|reponse)(?: \d+)?|open-ended response|selected choice")
OTHER, OTHER_OPTION = re.compile(r"other\b.*"), "other"
# likertagree2[affSat1]. Please rate the following [I find real enjoyment in my job]
_CODED = re.compile(r"(?P<code>[A-Za-z]\w*(?:\[\w*\])*)\. (?P<text>.*?)(?: ?\[(?P<item>[^\[\]]*)\])?", re.DOTALL)
_SEPARATOR = r"\s*[-:>\[\u2013\u2014]\s*"
_IMPORT = '{"ImportId":'
_FEWEST = 2  # a row with one filled cell is a title


@dataclass(frozen=True)
class Column:
    """One column: the words asked, the option or matrix row beneath, and the tool's code where it prints one."""

    place: int
    text: str
    item: str = ""
    code: str = ""

    @property
    def heading(self) -> str:
        """Return the heading as messages may quote it."""
        return shown(f"{self.text} [{self.item}]" if self.item else self.text or self.code, self.place)


@dataclass(frozen=True)
class Export:
    """Which tool's layout it is, the last of its header rows, and its columns."""

    tool: Tool
    header_row: int
    columns: tuple[Column, ...]


def read_export(sheet: Sheet) -> Export | None:
    """Return the layout of a sheet, None where it has no row of headings."""
    top = [[str(cell).strip() for cell in row] for row in sheet.cells.head(40).itertuples(index=False)]
    at = next((n for n, row in enumerate(top) if sum(map(bool, row)) >= _FEWEST), None)
    if at is None:
        return None
    first, second, third = (top[at + n] if at + n < len(top) else [] for n in range(3))
    if any(cell.startswith(_IMPORT) for cell in third):
        labels = zip(first, second, strict=True)
        return Export("qualtrics", at + 3, tuple(Column(n, label, "", code) for n, (code, label) in enumerate(labels)))
    if _continues(first, second):
        return Export("two_rows", at + 2, tuple(_two_rows(first, second)))
    coded = [_CODED.fullmatch(cell) for cell in first]
    if any(hit and "[" in hit["code"] for hit in coded):
        columns = tuple(
            Column(n, hit["text"], hit["item"] or "", hit["code"]) if hit else Column(n, cell)
            for n, (cell, hit) in enumerate(zip(first, coded, strict=True))
        )
        return Export("limesurvey", at + 1, columns)
    return Export("plain", at + 1, tuple(Column(n, cell) for n, cell in enumerate(first)))


def _continues(first: list[str], second: list[str]) -> bool:
    """Tell whether the second row is one of options: it says Response, or goes on where the first is blank.

    A row of answers begins with a respondent; a row of options has nothing beneath the respondent's heading.
    """
    if not second or second[next(n for n, cell in enumerate(first) if cell)]:
        return False
    if any(_RESPONSE.fullmatch(words(cell)) for cell in second):
        return True
    # An option stands beneath a heading only where others follow it; else the row is a respondent's answers.
    alone = [bool(one) and (n + 1 == len(first) or bool(first[n + 1])) for n, one in enumerate(first)]
    if any(beneath for one, beneath in zip(alone, second, strict=True) if one):
        return False
    return any(beneath for above, beneath in zip(first, second, strict=True) if not above)


def _two_rows(first: list[str], second: list[str]) -> Iterable[Column]:
    text = ""
    for place, (above, beneath) in enumerate(zip(first, second, strict=True)):
        text = above or (text if beneath else "")
        yield Column(place, text, "" if _RESPONSE.fullmatch(words(beneath)) else beneath)


def columns_of(asked: Asked, export: Export) -> dict[str, list[int]]:
    """Return where a question stands: by option for a choice of several in columns of their own, else as "".

    More than one place of a question or an option is one too many.
    """
    several = isinstance(asked, Question) and asked.scale == SEVERAL
    texts = {words(text) for text in (asked.text, *asked.also)}
    found: dict[str, list[int]] = {}
    for column in export.columns:
        item = _item(column, asked, texts)
        if item is None:
            continue
        if several and item:
            found.setdefault(_option(asked, item), []).append(column.place)
        elif not several and words(item) != words(asked.item or ""):
            continue
        else:
            found.setdefault("", []).append(column.place)
    return found


def _item(column: Column, asked: Asked, texts: set[str]) -> str | None:
    """Return the option or row of a column of this question, "" where it has none; None for another question's."""
    if asked.code is not None and words(asked.code) in (words(column.code), words(column.text)):
        return asked.item or ""
    text = words(column.text)
    if text in texts:
        return column.item
    for known in texts:
        rest = re.fullmatch(re.escape(known) + r"[?.:]*" + _SEPARATOR + r"(?:selected choice - )?(.+?)\]?", text)
        if rest and not column.item:
            return "" if _RESPONSE.fullmatch(rest[1]) else rest[1]
    return None


def _option(asked: Asked, item: str) -> str:
    """Return the option an item means, OTHER_OPTION for free text beside them, and the item itself if it is none."""
    assert isinstance(asked, Question)
    known = {words(option): option for option in asked.options}
    known |= {words(printed): ours for printed, ours in asked.values.items()}
    return known.get(words(item), OTHER_OPTION if OTHER.fullmatch(words(item)) else item)


def match_survey(sheets: list[Sheet], source: Source) -> Match:
    """Return how well the sheets follow a wave: the one that has most of its questions."""
    wave = source.survey
    assert wave
    best = Match(source, 0.0, (), ())
    for sheet in sheets:
        export = read_export(sheet)
        if export is not None:
            found = _matched(sheet, export, wave, source)
            best = max(best, found, key=lambda match: match.share)
    return best


def _matched(sheet: Sheet, export: Export, wave: Wave, source: Source) -> Match:
    columns: dict[str, int] = {}
    findings: list[Finding] = []
    taken: set[int] = set()
    missing = []
    for key, asked in wave.asked.items():
        places = columns_of(asked, export)
        several = isinstance(asked, Question) and asked.scale == SEVERAL
        if not places:
            missing.append((key, asked))
            continue
        if ("" in places and len(places) > 1) or any(len(own) > 1 for own in places.values()):
            findings.append(_twice(sheet, export, asked, several))
        if isinstance(asked, Question) and (unknown := set(places) - {"", OTHER_OPTION, *asked.options}):
            problem = f"{len(unknown)} options are not in the mapping, so who chose only them would be lost"
            remedy = f"Add them under {key}.options in {source.path}: {shown(min(unknown), places[min(unknown)][0])}, …"
            findings.append(
                Finding("OPTION_MISSING", "error", problem, remedy, sheet.name, export.header_row, asked.heading)
            )
        columns |= {f"{key}.{option}" if option else key: own[0] for option, own in places.items()}
        taken |= {place for own in places.values() for place in own}
    spare = {words(column.text): column for column in export.columns if column.place not in taken and column.text}
    for key, asked in missing:
        near = difflib.get_close_matches(words(asked.text), list(spare), n=1, cutoff=0.6)
        hint = f'; the nearest heading is "{spare[near[0]].heading}"' if near else ""
        findings.append(
            Finding(
                "COL_MISSING", "error", f'no question "{asked.heading}"{hint}',
                f"If only its heading changed, add it under {key}.also in {source.path}; "
                "a question with another meaning gets a key of its own.",
                sheet.name, export.header_row,
            )
        )  # fmt: skip
    share = 1 - len(missing) / len(wave.asked)
    return Match(source, share, (Located(sheet, export.header_row, columns),) if columns else (), tuple(findings))


def _twice(sheet: Sheet, export: Export, asked: Asked, several: bool) -> Finding:
    remedy = "Delete or rename one of them." if several else "Delete one, or name its item or code in the mapping."
    problem = "the question stands twice, so it is not clear which column counts"
    return Finding("COL_REPEATED", "error", problem, remedy, sheet.name, export.header_row, asked.heading)
