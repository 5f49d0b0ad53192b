"""The one way by which text out of files and plans reaches a widget that renders Markdown."""

import math
import re

import pandas as pd

# Streamlit links bare addresses and turns :words: into pictures after it has undone escapes, so these need something
# between their characters. The word joiner is invisible and has no width. It comes along when text is copied, so it
# stands only where something would happen: not after the colon of a sentence, or in a time of day.
_JOINER = "\N{WORD JOINER}"
_UNIT = re.compile(r"(?<=\d) (?=%)")  # "57.5 %" is not broken over two lines
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_TRIGGER = re.compile(r"(:(?=[^\s\d]|\d[\w+-]*:)|@(?=\S)|www(?=\.))", re.IGNORECASE)


def plain(text: object) -> str:
    """Return text that a Markdown widget shows as it is: no link, image, maths, directive, emoji or HTML.

    Line breaks become spaces, so that text cannot open a block of its own. None and missing values become "".
    """
    if text is None or text is pd.NA or text is pd.NaT or (isinstance(text, float) and math.isnan(text)):
        return ""
    one_line = _UNIT.sub("\N{NO-BREAK SPACE}", " ".join(str(text).split()))
    joined = _TRIGGER.sub(rf"\1{_JOINER}", one_line)
    return _PUNCTUATION.sub(r"\\\1", joined)
