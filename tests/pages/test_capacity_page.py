"""What would it take, on screen: with flows, with assumptions, with nothing; numbers checked by hand."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metrics import wording
from metrics.capacity_view import Assumed, Service, service, standing
from metrics.edition_tables import BANDS
from pages.components import capacity, charts
from pages.components.theme import LIGHT
from tests.pages import course_edition
from tests.pages.conftest import Open
from tests.pages.contract_rows import TRUST
from tests.pages.screen import charts as drawn
from tests.pages.screen import tables, words


def table(app: AppTest, column: str) -> pd.DataFrame:
    return next(shown for shown in tables(app) if column in shown)


def test_the_page_answers_from_bands_and_flows(open_page: Open) -> None:
    app = open_page("capacity", "course")
    said = words(app)
    assert not app.exception
    assert "Waiting at the end of February 2024 681 children" in said
    assert "Referrals: 34.7 children a week (80 % interval 33.6 to 35.7)" in said.replace(
        "*", ""
    )  # 1,810 in 52.2 weeks
    assert "Cannot tell whether the list grows: the interval holds 1." in said
    assert capacity.ASSUMED not in said
    needed = table(app, "Needed a week")
    assert list(needed["Aim"])[0] == "12 months: 700 children by April 2024"
    assert list(needed["Aim"])[-1] == "Cleared in 52 weeks: 0 children by February 2025"
    assert "Chance as tried" not in table(app, "Chance if nothing changes")


def test_what_is_tried_comes_from_the_address_and_stands_beside_nothing_changed(open_page: Open) -> None:
    app = open_page("capacity", "course", slots="5")
    reached = table(app, "Chance as tried").set_index("Aim")
    row = reached.loc["18 months: 640 children by October 2024"]
    assert (row["Chance if nothing changes"], row["Chance as tried"]) != ("", "")
    assert any("with what you tried" in chart.alt for chart in drawn(app))


def test_a_published_list_says_what_it_cannot_answer(open_page: Open) -> None:
    app = open_page("capacity", "course_without_flows")
    said = words(app)
    assert "It cannot tell today's rate" in said
    assert "28 children on the list had waited a week at most" in said
    assert "Cannot tell without referrals and completions" in said
    assert "How many completions a week?" not in said
    assert list(table(app, "Mark")["Past it now"]) == ["263 children", "15 children", "3 children", "0 children"]


def test_assumptions_come_from_the_address_and_are_marked_wherever_they_enter(open_page: Open) -> None:
    app = open_page("capacity", "course_without_flows", referrals="36", completions="30")
    said = words(app).replace("*", "")
    assert "Referrals: 36.0 children a week (≈ assumed)" in said
    assert "1.20 (≈ assumed). More come than are seen: the list grows." in said
    assert "257 children (≈ assumed), so that 92 % are seen within 18 weeks" in said  # 36 × 18 ÷ 2.5257
    assert "Children waiting (≈ assumed rates)" in said
    assert all("≈ assumed" in cell for cell in table(app, "Today a week")["Today a week"])
    assert any("the assumed rates" in column for column in table(app, "Mark").columns)


def test_only_one_of_the_two_assumptions_is_not_enough(open_page: Open) -> None:
    assert "Enter both above" in words(open_page("capacity", "course_without_flows", referrals="36"))


def test_an_edition_without_lists_says_so(open_page: Open) -> None:
    assert "no waiting list by week band" in words(open_page("capacity", "full"))


@pytest.mark.parametrize("address", [{"list": "nonsense"}, {"slots": "x"}, {"board": "1999-01-01"}, {"share": "200"}])
def test_nonsense_in_the_address_is_left_aside(open_page: Open, address: dict[str, str]) -> None:
    assert not open_page("capacity", "course", **address).exception


def listed() -> Service:
    found = service(BANDS.frame(course_edition.bands(with_flows=False)), "slt", TRUST)
    assert found is not None
    return found


def test_bars_past_the_standard_are_told_apart_by_pattern_too() -> None:
    chart = charts.waiting_bands(listed().bands, 18, LIGHT)
    patterns = dict(zip(chart.data[0].y, chart.data[0].marker.pattern.shape, strict=True))
    assert (patterns["12 to 18 weeks"], patterns["18 to 26 weeks"], patterns["104 weeks or more"]) == ("", "/", "/")


def test_nobody_seen_is_a_load_without_limit() -> None:
    today = standing(listed(), Assumed(5, 0), 18, 0.92)
    assert today is not None
    assert capacity.load_words(today, True).startswith("without limit: nobody is seen (≈ assumed).")
    assert wording.a_week(5) == "5.0 children a week"
