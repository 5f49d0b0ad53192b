"""Text of files stays text, and a CSV of ours starts no formula."""

import csv
import io
import re

import pandas as pd
import pytest

from pages.components import tables
from pages.components.serving import refusal
from pages.components.text import plain
from tests.pages.editions import HOSTILE
from tests.pages.screen import unescaped

STRINGS = [
    HOSTILE,
    "![a](https://evil.example/x.png)",
    "[a](javascript:alert(1))",
    "<script>alert(1)</script>",
    "# heading",
    "1. list",
    "- list",
    "| a | b |",
    "```code```",
    "$$x$$",
    ":red[x] :material/home: :smile:",
    "www.evil.example and a@evil.example",
    "back\\slash &amp; _under_ *star* ~~gone~~",
]


@pytest.mark.parametrize("text", STRINGS)
def test_plain_escapes_all_punctuation_and_breaks_what_is_linked_later(text: str) -> None:
    escaped = plain(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[!-/:-@\[\]^-`{-~]", escaped)
    assert not re.search(r":[\w/\\]|www\\?\.|@\w", escaped.replace("\\", ""))


def test_plain_keeps_the_readers_words() -> None:
    assert unescaped(plain("36.5 % of <5 (Oct ’23)")) == "36.5 % of <5 (Oct ’23)"


@pytest.mark.parametrize("text", ["Note: at 14:05 UTC", "Decided by: the board.", "www and @ alone", "3:2"])
def test_ordinary_text_is_copied_without_an_invisible_character(text: str) -> None:
    assert "\N{WORD JOINER}" not in plain(text)


@pytest.mark.parametrize(
    "text", [":smile:", ":100:", ":red[x]", "https://evil.example", "a@b.example", "www.evil.example"]
)
def test_what_would_become_a_picture_or_a_link_is_broken(text: str) -> None:
    assert "\N{WORD JOINER}" in plain(text)


def test_plain_makes_one_line_and_nothing_of_nothing() -> None:
    assert plain("a\n\n# b\t c") == "a \\# b c"
    assert [plain(None), plain(float("nan")), plain(pd.NaT), plain(pd.NA)] == ["", "", "", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_could_start_a_formula_gets_an_apostrophe(start: str) -> None:
    out = tables.as_csv(pd.DataFrame({f"{start}name": [f"{start}1+1"], "n": [-5.5]})).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(out, newline=""))) == [[f"'{start}name", "n"], [f"'{start}1+1", "-5.5"]]


def test_missing_cells_are_empty_and_dates_are_days() -> None:
    frame = pd.DataFrame({"month": pd.to_datetime(["2024-01-01"]), "value": pd.array([None], dtype="Float64")})
    assert tables.as_csv(frame).decode("utf-8-sig") == "month,value\r\n2024-01-01,\r\n"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.0.0.53"])
def test_this_machine_may_be_served(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.1.2.3", "example.org", "", None])
def test_nobody_else_is_served_before_there_is_sign_in(address: str | None) -> None:
    assert "sign-in is not set up" in str(refusal(address))


def test_a_table_fits_a_phone_by_the_longest_words_of_its_columns() -> None:
    # 346 pixels, 7.5 a letter and 14 a column: one column holds 44 letters without a space, two hold 42 together
    assert tables.fits_a_phone(pd.DataFrame({"a": ["x" * 44]}))
    assert not tables.fits_a_phone(pd.DataFrame({"a": ["x" * 45]}))
    assert tables.fits_a_phone(pd.DataFrame({"a": ["word " * 50]}))
    assert tables.fits_a_phone(pd.DataFrame({"a": ["x" * 21], "b": ["x" * 21]}))
    assert not tables.fits_a_phone(pd.DataFrame({"a": ["x" * 21], "b" * 22: [1]}))
