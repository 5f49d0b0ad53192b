"""Words of a chart stand clear of its lines and of each other, on a phone as on a wide screen."""

from datetime import date

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from metrics.edition_tables import MILESTONES, PATH
from pages.components import charts
from pages.components.charts import drawing
from pages.components.charts.labels import LETTER, LINE, PHONE, ROW, Room, name_row, spread
from pages.components.theme import LIGHT

SIZES = st.lists(st.tuples(st.floats(0, 100), st.floats(1, 20)), max_size=6)


@given(SIZES)
def test_labels_beside_a_plot_never_overlap_and_keep_their_order(ends: list[tuple[float, float]]) -> None:
    middles, sizes = [middle for middle, _ in ends], [size for _, size in ends]
    placed = spread(middles, sizes, 0, 100)
    rows = sorted(zip(placed, sizes, middles, strict=True))
    for (below, low, first), (above, high, second) in zip(rows, rows[1:], strict=False):
        assert above - below >= (low + high) / 2 - 1e-9
        assert first <= second
    edges = [(place - size / 2, place + size / 2) for place, size in zip(placed, sizes, strict=True)]
    assert all(low >= -1e-9 and (high <= 100 + 1e-9 or sum(sizes) > 100) for low, high in edges)


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert spread([20.0, 80.0], [10, 10], 0, 100) == [20.0, 80.0]
    assert spread([50.0, 50.0], [10, 10], 0, 100) == [50.0, 60.0]
    assert spread([99.0, 98.0], [10, 10], 0, 100) == [95.0, 85.0]


WAVES = st.lists(st.floats(0, 100), min_size=8, max_size=24)


@given(WAVES, st.floats(0, 100))
def test_words_by_a_point_touch_no_line_on_a_phone(values: list[float], other: float) -> None:
    months = list(pd.date_range("2024-01-01", periods=len(values), freq="MS"))
    room = Room(months[0], months[-1], 0, 106, 300)
    room.take(months, values)
    room.take(months, [other] * len(months))
    words = "Actual 63.3 %"
    place = room.put(months[-1], values[-1], words, up=True, far=True)
    if place is None:
        return
    side, rise = place
    x, y = room.at(months[-1], values[-1])
    left = x - LETTER * len(words) if side == "right" else x
    # slowly, in plain Python: every line sampled finely, no sample inside the words
    for line in (values, [other] * len(values)):
        at = [room.at(m, v) for m, v in zip(months, line, strict=True)]
        for (x0, y0), (x1, y1) in zip(at, at[1:], strict=False):
            for share in np.linspace(0, 1, 300):
                across, up = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                assert not (left + 3 < across < left + LETTER * len(words) - 3 and abs(up - (y + rise)) < LINE / 2 - 1)


def test_the_latest_figure_is_named_off_a_line_that_jumps() -> None:
    # The figures of a noisy year: eighteen pixels over the last one the line passes again.
    values = [58, 60, 52, 54, 73, 67, 73, 55, 72, 74, 72, 74, 63]
    months = list(pd.date_range("2024-10-01", periods=13, freq="MS").as_unit("s"))
    held = zip(months, values, strict=True)
    path = PATH.frame({"kpi": "a", "month": m, "actual": float(v), "period_months": 0} for m, v in held)
    chart = charts.trajectory(charts.Plan("A", "percent", path, MILESTONES.empty()), date(2025, 10, 1), LIGHT)
    [note] = [note for note in chart.layout.annotations if "Actual" in note.text]
    assert note.text == "<b>Actual 63.0 %</b>"
    rise = -note.ay if note.showarrow else note.yshift
    # 350 pixels hold 106 points: the words must stand under the lowest figure they pass, or over the highest
    width = LETTER * len("Actual 63.0 %") / PHONE * 1.05 * (months[-1] - months[0])
    passed = [v for m, v in zip(months, values, strict=True) if m > months[-1] - width]
    middle = 63 + rise * 106 / 350
    assert middle < min(passed) or middle > max(passed)


def test_long_names_of_rows_are_broken_for_a_phone() -> None:
    chart = drawing.figure(LIGHT, 300)
    name = "Community services data set, neurodevelopmental referrals to community paediatrics, a trust"
    name_row(chart, 0, name, LIGHT.ink, 20)
    lines = chart.layout.annotations[0].text.split("<br>")
    assert len(lines) == 2
    assert max(map(len, lines)) <= ROW


def test_each_reason_for_no_figure_has_a_row_and_a_name_of_its_own() -> None:
    months = pd.date_range("2024-01-01", periods=4, freq="MS").as_unit("s")
    rows = pd.DataFrame({"month": months, "period_months": 0, "value": [1.0, None, None, None], "at_least": None,
                         "flag": [None, "suppressed", "withheld", "suppressed"], "numerator": None,
                         "denominator": None})  # fmt: skip
    chart = charts.lines([charts.Series("A", rows)], "percent", LIGHT)
    strip = {trace.name: set(trace.y) for trace in chart.data if trace.yaxis == drawing.STRIP}
    assert strip == {"suppressed": {0.25}, "withheld": {1.25}}
    named = {note.text: note.y for note in chart.layout.annotations if note.yref == drawing.STRIP}
    assert named == {"suppressed": 0.72, "withheld": 1.72}
