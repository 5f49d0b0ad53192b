"""Colours: readable in both schemes, and the same in Streamlit's theme as in ours."""

import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from pages.components.theme import DARK, LIGHT, RAG_MARKS, STATUS_MARKS, Look, Mark, contrast

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])


@LOOKS
def test_text_reaches_four_and_a_half_to_one(look: Look) -> None:
    for colour in (look.ink, look.muted, look.actual, look.planned, look.other):
        assert contrast(colour, look.background) >= 4.5
    for text, ground in look.tones.values():
        assert min(contrast(text, ground), contrast(text, look.background)) >= 4.5


@LOOKS
def test_streamlits_theme_has_our_colours(look: Look) -> None:
    theme = CONFIG["theme"][look.name]
    assert theme["backgroundColor"] == look.background
    assert theme["textColor"] == look.ink
    assert theme["primaryColor"] == look.actual
    for tone, (text, ground) in look.tones.items():
        assert (theme[f"{tone}TextColor"], theme[f"{tone}BackgroundColor"]) == (text, ground)


@pytest.mark.parametrize("marks", [STATUS_MARKS, RAG_MARKS])
def test_no_two_statuses_and_no_two_ratings_share_a_shape(marks: dict[str, Mark]) -> None:
    assert all(a.glyph != b.glyph and a.symbol != b.symbol for a, b in combinations(marks.values(), 2))
