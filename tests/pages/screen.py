"""What a screen says, read out of an AppTest."""

import json
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest


def words(app: AppTest) -> str:
    """Return all Markdown, headings, metrics, messages, badges and names of expanders, with escapes undone."""
    elements = [*app.markdown, *app.title, *app.header, *app.subheader, *app.warning, *app.error, *app.info]
    texts = [str(element.value) for element in elements]
    texts += [f"{metric.label} {metric.value}" for metric in app.metric] + [place.label for place in app.expander]
    return unescaped("\n".join(texts))


def unescaped(text: str) -> str:
    """Return text as a reader sees it: backslashes, joiners and unbroken spaces of `plain` taken out again."""
    return text.replace("\\", "").replace("\N{WORD JOINER}", "").replace("\N{NO-BREAK SPACE}", " ")


def tables(app: AppTest) -> list[pd.DataFrame]:
    """Return every table in order, plain ones and grids alike, as a reader sees them."""
    found = [node.value for node in app.main if node.type in ("table", "dataframe")]
    return [
        frame.map(lambda cell: unescaped(cell) if isinstance(cell, str) else cell).rename(columns=unescaped)
        for frame in found
    ]


def charts(app: AppTest) -> list[Any]:
    """Return every chart's element; `.alt` holds its text alternative."""
    return [element.proto for element in app.get("plotly_chart")]


def traces(chart: Any) -> list[dict[str, Any]]:
    """Return the traces of a chart."""
    found: list[dict[str, Any]] = json.loads(chart.spec)["data"]
    return found
