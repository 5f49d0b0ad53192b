"""One SQL text, step by step: Spark would count a named step of `WITH` again at every mention."""

import re
from dataclasses import dataclass

_REMARK = re.compile(r"--[^\n]*")
_NAMED = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)', re.IGNORECASE)
_OPENS = re.compile(r'\s*,?\s*"?(\w+)"?\s+AS\s*\(', re.IGNORECASE)
_MARKS = re.compile(r"""'[^']*'|"[^"]*"|[()]""")


@dataclass(frozen=True)
class Step:
    """A named step, the SELECT it stands for, and how often later ones mention it."""

    name: str
    select: str
    mentions: int


def tables_of(sql: str) -> set[str]:
    """Return the names that a SELECT reads from, steps of its own among them."""
    return set(_NAMED.findall(_REMARK.sub("", sql)))


def steps_of(sql: str) -> tuple[list[Step], str]:
    """Return the steps of a `WITH` in order, and the SELECT that ends it; no step where there is no `WITH`.

    Raises ValueError for text whose parentheses do not close.
    """
    text = _REMARK.sub("", sql).strip()
    found: list[tuple[str, str]] = []
    if text[:5].upper() != "WITH ":
        return [], text
    at = 4
    while opened := _OPENS.match(text, at):
        end = _closes(text, opened.end())
        found.append((opened[1], text[opened.end() : end]))
        at = end + 1
    rest = text[at:]
    selects = [*(select for _, select in found), rest]
    return [
        Step(name, select, sum(_NAMED.findall(later).count(name) for later in selects[place + 1 :]))
        for place, (name, select) in enumerate(found)
    ], rest


def _closes(text: str, at: int) -> int:
    """Return where the parenthesis that is open at `at` closes."""
    depth = 1
    for mark in _MARKS.finditer(text, at):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.start()
    raise ValueError("a parenthesis of the SQL does not close")
