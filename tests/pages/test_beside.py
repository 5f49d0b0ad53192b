"""What stands beside a figure so that it does not mislead: other KPIs, its checks, its place, where others differ."""

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import editions
from tests.pages.conftest import Open
from tests.pages.contract_rows import EHC, LOCAL, REVIEWS, SLT, TRUST, Row, Rows, month
from tests.pages.course_edition import SIZE
from tests.pages.screen import words

READ_BESIDE = "Read beside"
DIFFER = "Authorities class exceptions differently. Neighbour counts drafts."
UNCHANGED = "The list is the same as a month before, band by band."


def links(app: AppTest) -> list[str]:
    return [link.proto.query_string for link in app.get("page_link") if "Open it in full" in link.proto.label]


def test_a_kpi_is_read_beside_others_with_their_newest_figures_and_a_way_to_each(open_page: Open) -> None:
    app = open_page("kpi", "full", kpi=EHC)
    said = words(app)
    assert READ_BESIDE in said
    # of another area, so that it is named; and one of the same area with its base
    waiting = "Children waiting for speech and language therapy  \n**862 children** :gray[· October 2025]"
    assert f"{waiting} :gray[· Shropshire Community Health NHS Trust]" in said
    assert "4 weeks of the meeting  \n**7.6 %** :gray[· calendar year 2024 · 50 of 658]\n" in said
    assert "no_longer_defined" not in said
    assert links(app) == [f"kpi={SLT}", f"kpi={REVIEWS}"]
    assert READ_BESIDE not in words(open_page("kpi", None, kpi=SLT))


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("withheld", "⊘ withheld"), ("suppressed", "◐ suppressed"), ("not_available", "□ not available"),
        ("real_zero", "0.0 weeks"), ("open_band", "52+ weeks"),
    ],
)  # fmt: skip
def test_what_stands_beside_says_why_it_has_no_figure(open_page: Open, data: Path, named: str, shown: str) -> None:
    rows = editions.flagged()
    rows["read_beside"] = [{"kpi": "low", "position": 0, "beside": named}]
    editions.publish(data / "editions", rows)
    said = words(open_page("kpi", None, kpi="low"))
    assert f"KPI of {named}  \n**{shown}** :gray[· February 2024]" in said


def test_what_was_never_published_is_said_to_have_no_figure_yet(open_page: Open, data: Path) -> None:
    rows = editions.missing_months()
    rows["read_beside"] = [{"kpi": SLT, "position": 0, "beside": EHC}]
    editions.publish(data / "editions", rows)
    assert "EHC plans within 20 weeks  \n**no figure yet**" in words(open_page("kpi", None, kpi=SLT))


def test_the_20_week_rate_stands_beside_the_same_on_the_page_of_plans(open_page: Open) -> None:
    app = open_page("ehc_plans", "full")
    assert READ_BESIDE in words(app)
    assert f"kpi={SLT}" in links(app)


def test_an_edition_from_before_opens_without_what_it_lacks(open_page: Open, data: Path) -> None:
    place = {"kpi": EHC, "area": LOCAL, "month": month("2024-12"), "period_months": 12, "rank": 2, "areas": 2}
    rows = {**editions.full(), "comparators": [{**place, "neighbours": 0, "warning": "Told with the rank."}]}
    editions.publish(data / "editions", rows)
    file = data / "editions" / "2026-11-03-1" / "restricted.duckdb"
    file.chmod(0o600)
    with duckdb.connect(str(file)) as connection:
        connection.execute("DROP TABLE read_beside; DROP TABLE differences")
    app = open_page("kpi", None, kpi=EHC)
    assert not app.exception
    assert READ_BESIDE not in words(app)
    assert [box.value for box in app.warning if "rank" in box.value] == ["Told with the rank\\."]


def test_a_comparison_warns_of_those_differences_that_touch_its_areas(open_page: Open) -> None:
    for page, asked in (("kpi", {"kpi": EHC}), ("ehc_plans", {})):
        said = words(open_page(page, "full" if page == "kpi" else None, **asked))
        assert said.count(DIFFER) == 1
        assert "Telford is not in this comparison" not in said
    assert DIFFER not in words(open_page("kpi", None, kpi=REVIEWS))


def test_the_page_of_a_kpi_says_its_place_in_the_words_of_the_page_of_plans(open_page: Open, data: Path) -> None:
    place = {"kpi": EHC, "area": LOCAL, "month": month("2024-12"), "period_months": 12, "rank": 102, "areas": 151}
    rows = {**editions.full(), "comparators": [{**place, "quartile": "C", "neighbours": 0}]}
    editions.publish(data / "editions", rows)
    said = "Calendar year 2024: place 102 of 151 areas of its kind, place 1 being best, in the third quarter."
    assert said in words(open_page("kpi", None, kpi=EHC))
    assert said in words(open_page("ehc_plans"))


def checked() -> Rows:
    """Return the course edition with its newest list withheld, and one of two years before."""
    rows = editions.course()
    row: Row = {"clock": "slt", "area": TRUST, "month": month("2024-02"), "check": "unchanged", "passed": False}
    sent = "2 of 2 organisations submitted."
    rows["checks"] = [
        {**row, "sentence": UNCHANGED},
        {**row, "month": month("2023-05"), "check": "ageing", "sentence": "31 more children than could have."},
        {**row, "check": "submitters", "passed": True, "sentence": sent},
        {**row, "month": month("2024-01"), "check": "submitters", "passed": True, "sentence": "3 of 3, a month ago."},
        {**row, "area": LOCAL, "sentence": "Another area's list."},
        {**row, "clock": "nd_assessment", "sentence": "Another clock's list."},
    ]
    for one in rows["results"]:
        if f"{one['month']:%Y-%m}" in ("2024-02", "2023-05"):
            parts = ("value", "numerator", "denominator", "low", "high")
            one |= {**dict.fromkeys(parts), "flag": "withheld"}
    return rows


def test_a_withheld_figure_says_which_check_does_not_hold_and_who_has_sent(open_page: Open, data: Path) -> None:
    editions.publish(data / "editions", checked())
    app = open_page("kpi", None, kpi=SIZE)
    said = words(app)
    assert "This figure is withheld, because a check does not hold" in said
    assert f"- February 2024 · Not last month's list again: {UNCHANGED}" in said
    assert "February 2024 · Everyone who should send has sent: 2 of 2 organisations submitted." in said
    assert "Another area's list." not in said
    assert "Another clock's list." not in said
    assert "3 of 3" not in said
    [earlier] = [place for place in app.expander if place.label == "Why earlier figures are withheld"]
    assert [m.value.replace("\\", "") for m in earlier.markdown] == [
        "- May 2023 · Nobody has aged faster than the calendar: 31 more children than could have."
    ]


def test_a_figure_that_stands_is_not_said_to_be_withheld(open_page: Open, data: Path) -> None:
    rows = checked()
    rows["results"] = editions.course()["results"]
    editions.publish(data / "editions", rows)
    said = words(open_page("kpi", None, kpi=SIZE))
    assert "withheld, because" not in said
    assert "2 of 2 organisations submitted." in said


def test_the_page_of_waiting_times_says_it_of_the_list(open_page: Open, data: Path) -> None:
    editions.publish(data / "editions", checked())
    said = words(open_page("waiting_times"))
    assert "KPIs that rest on this list are withheld, because a check does not hold" in said
    assert f"February 2024 · Not last month's list again: {UNCHANGED}" in said
    assert "2 of 2 organisations submitted." in said
    assert "31 more children" not in said  # of an earlier month


def test_a_list_whose_checks_hold_is_not_said_to_be_withheld(open_page: Open) -> None:
    assert "withheld, because" not in words(open_page("waiting_times", "course"))


def test_a_sentence_of_a_check_reaches_the_screen_as_it_is_written(open_page: Open, data: Path) -> None:
    rows = checked()
    rows["checks"][0]["sentence"] = editions.HOSTILE
    editions.publish(data / "editions", rows)
    for app in (open_page("kpi", None, kpi=SIZE), open_page("waiting_times")):
        [told] = [m.value for m in app.markdown if "Not last month" in m.value]
        assert "\\!\\[x\\]\\(https" in told
        assert "\\<script\\>" in told
