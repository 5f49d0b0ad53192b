"""What people answered, question by question: bars to either side of a middle line, one a wave, the newest last."""

from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from metrics.survey_words import change_words
from pages.components.charts import drawing
from pages.components.theme import FLAG_MARKS, Look

_BAR, _LINE, _AIR = 27, 17, 14  # pixels that a bar, a line of words and the air between two questions take
_LETTERS = 46  # in a line of words on a phone
_LEFT, _RIGHT = 40, 68  # pixels for the wave and for its share
_ORDER = ("worse", "better", "cannot tell")  # what needs a look comes first


def opinions(questions: pd.DataFrame, answers: pd.DataFrame, look: Look) -> go.Figure:
    """Return a block a question: to the right the favourable answers, to the left the others, the middle point halved.

    Takes SURVEY_QUESTIONS rows of one group asked, and their SURVEY_ANSWERS. What got worse comes first, then what got
    better. The stronger an answer, the darker; those not favourable are hatched. Where answers are hidden, the
    favourable share alone is drawn.
    """
    scales = _scales(questions, answers)
    blocks = [(_title(rows.iloc[-1]), rows) for rows in _in_order(questions)]
    height = sum(_LINE * len(title) + _BAR * len(rows) + _AIR for title, rows in blocks)
    chart = drawing.figure(look, height + 52)
    at = 0.0
    for title, rows in blocks:
        chart.add_annotation(
            text="<br>".join(title), x=0, xref="paper", xanchor="left", xshift=-_LEFT, y=at, yanchor="top",
            align="left", showarrow=False, font={"color": look.ink, "size": 13},
        )  # fmt: skip
        at += _LINE * len(title) + 4
        for _, row in rows.iterrows():
            _add_wave(chart, row, answers, at + _BAR / 2, look, scales.get(str(row["scale"]), (0, 0)))
            at += _BAR
        at += _AIR - 4
    chart.add_shape(type="line", x0=0, x1=0, y0=0, y1=height, layer="below", line={"color": look.muted, "width": 1})
    steps = (-100, -50, 0, 50, 100)
    chart.update_layout(
        barmode="relative",
        xaxis={"range": [-101, 101], "tickvals": steps, "ticktext": [f"{abs(step)} %" for step in steps],
               "showgrid": True, "fixedrange": True},
        yaxis={"visible": False, "range": [height, 0], "fixedrange": True},
        margin={"t": 8, "l": _LEFT, "r": _RIGHT},
    )  # fmt: skip
    return chart


def opinions_in_words(questions: pd.DataFrame) -> str:
    """Return the text alternative of `opinions`: every question's latest share and its change."""
    told = [f"{row['text']}: {row['sentence']}" for row in (rows.iloc[-1] for rows in _in_order(questions))]
    return f"Favourable answers, question by question. {' '.join(told)}" if told else "No question."


def _in_order(questions: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of every question by month: first what got worse, then better, then the rest as asked."""
    groups = [rows.sort_values("month") for _, rows in questions.groupby("question")]
    rank = {verdict: at for at, verdict in enumerate(_ORDER)}

    def place(rows: pd.DataFrame) -> tuple[int, int, int]:
        latest = rows.iloc[-1]
        return rank.get(str(latest["verdict"]), len(rank)), -latest["month"].value, int(latest["position"])

    return sorted(groups, key=place)


def _title(row: pd.Series) -> list[str]:
    """Return the lines above a question's bars: its words in bold, then its change in a word and in points."""
    reverse = " (to disagree is favourable)" if row["reversed"] else ""
    lines = [f"<b>{drawing.label(line)}</b>" for line in wrap(f"{row['text']}{reverse}", _LETTERS)]
    change = change_words(row)
    if change and pd.notna(row["verdict"]):
        return [*lines, f"{str(row['verdict']).capitalize()}: {drawing.label(change)}"]
    return [*lines, *(drawing.label(line) for line in wrap(change.capitalize(), _LETTERS))]


def _scales(questions: pd.DataFrame, answers: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Return of every scale how many points are good, and how many there are, from what anybody answered on it."""
    keys = ["survey", "wave", "respondent_group", "area", "question"]
    told = answers[answers["is_valid"].astype("bool")].merge(questions[[*keys, "scale"]], on=keys)
    good = told[told["favourable"].fillna(False).astype("bool")]
    ends = good.groupby(["scale", *keys])["position"].nunique().groupby("scale").max()
    return {
        str(scale): (int(ends.get(scale, 0)), int(top))
        for scale, top in told.groupby("scale")["position"].max().items()
    }


def _add_wave(
    chart: go.Figure, row: pd.Series, answers: pd.DataFrame, y: float, look: Look, scale: tuple[int, int]
) -> None:
    name = drawing.label(f"{row['wave']}")
    for words, x, side, shift in ((name, -101, "right", -4), (_share(row), 101, "left", 4)):
        chart.add_annotation(text=words, x=x, y=y, xanchor=side, xshift=shift, showarrow=False,
                             font={"color": look.ink, "size": 13})  # fmt: skip
    keys = ["survey", "wave", "respondent_group", "area", "question"]
    own = answers[(answers[keys] == row[keys]).all(axis=1) & answers["is_valid"].astype("bool")].sort_values("position")
    if pd.isna(row["value"]):
        mark = FLAG_MARKS.get(str(row["flag"]), FLAG_MARKS["suppressed"])
        drawn = {"symbol": mark.symbol, "size": 11, "color": look.muted, "line": {"width": 2, "color": look.muted}}
        chart.add_scatter(x=[0], y=[y], mode="markers", marker=drawn, hoverinfo="skip", name=str(row["flag"]))
        return
    for share, start, colour, shape, words in _segments(row, own, look, scale):
        chart.add_bar(
            x=[share], base=[start], y=[y], width=_BAR - 6, orientation="h", hoverinfo="text", name=words,
            hovertext=[f"{name}, {drawing.label(words)}<br><b>{wording.number(abs(share), 'percent')}</b>"],
            marker={"color": colour, "line": {"width": 0},
                    "pattern": {"shape": shape, "fillmode": "overlay", "fgcolor": look.background, "size": 6}},
        )  # fmt: skip


def _share(row: pd.Series) -> str:
    if pd.notna(row["value"]):
        return wording.number(float(row["value"]), "percent") + (" △" if row["is_small"] else "")
    return FLAG_MARKS.get(str(row["flag"]), FLAG_MARKS["suppressed"]).glyph


def _segments(
    row: pd.Series, own: pd.DataFrame, look: Look, scale: tuple[int, int]
) -> list[tuple[float, float, str, str, str]]:
    """Return width, start, colour, pattern and words of each piece of a bar, those to the left going outwards.

    `scale`: how many points are good, and of how many; as many at the other end are bad, the rest is the middle.
    """
    value = float(row["value"])
    whole = own["share"].sum(min_count=1) if len(own) else None
    if own["share"].isna().any() or whole is None or abs(float(whole) - 100) > 0.1:
        others = ("other answers", look.tint(look.planned, 0.5), "/")
        return [(value, 0, look.actual, "", "favourable"), (value - 100, 0, others[1], others[2], others[0])]
    good = own["favourable"].fillna(False).astype("bool")
    bad_way = own[~good] if not row["reversed"] else own[~good].iloc[::-1]
    good_way = own[good] if not row["reversed"] else own[good].iloc[::-1]
    ends, top = scale
    at_end = bad_way["position"] > top - ends if row["reversed"] else bad_way["position"] <= ends
    middle, bad = bad_way[~at_end], bad_way[at_end]
    pieces = []
    right = left = float(middle["share"].sum()) / 2
    if len(middle):
        words = " or ".join(middle["answer"])
        pieces.append((2 * left, -left, look.tint(look.muted, 0.35), "", words))
    for place, (_, answer) in enumerate(good_way.iterrows(), 1):
        shade = look.tint(look.actual, 0.45 + 0.55 * place / len(good_way))
        pieces.append((float(answer["share"]), right, shade, "", str(answer["answer"])))
        right += float(answer["share"])
    for place, (_, answer) in enumerate(bad.iloc[::-1].iterrows(), 1):
        shade = look.tint(look.planned, 0.45 + 0.55 * place / len(bad))
        pieces.append((-float(answer["share"]), -left, shade, "/", str(answer["answer"])))
        left += float(answer["share"])
    return pieces
