"""The SitRep source: three layouts, one meaning. Counts are invented in tests/sitrep.py and worked by hand there."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.examine import Examination, examine
from etl.settings import SHIPPED
from tests import sitrep


def examined(path: Path) -> Examination:
    return examine(path, today=date(2026, 11, 21), reference=SHIPPED / "reference", source=None, month=None)


def bands(found: Examination, area: str, clock: str = "slt") -> dict[tuple[object, object], object]:
    frame = (found.frames or {})["band_counts"]
    rows = frame[(frame["area"] == area) & (frame["clock"] == clock)]
    none = lambda value: None if pd.isna(value) else int(value)  # noqa: E731
    return {(none(r["weeks_from"]), none(r["weeks_to"])): none(r["children"]) for r in rows.to_dict("records")}


TRUST = {(0, 1): 2, (1, 2): 2, (2, 4): 2, (4, 12): 2, (12, 18): 2, (18, 52): 2, (52, None): 8}


@pytest.mark.parametrize("layout", ["A", "B", "C"])
def test_every_layout_gives_the_same_list(tmp_path: Path, layout: str) -> None:
    found = examined(sitrep.write(tmp_path / "waits.xlsx", layout))
    assert (found.verdict, found.month, found.rows_in, found.rows_rejected) == ("accept", date(2023, 1, 1), 16, 0)
    assert bands(found, "R1D") == TRUST


@pytest.mark.parametrize("layout", ["A", "B", "C"])
def test_names_find_their_code_whatever_their_case(tmp_path: Path, layout: str) -> None:
    areas = (examined(sitrep.write(tmp_path / "waits.xlsx", layout)).frames or {})["areas"]
    assert sorted(zip(areas["area"], areas["level"], areas["name"], strict=True)) == [
        ("E92000001", "national", "England"),
        ("R1D", "provider", "Shropshire Community Health NHS Trust"),
    ]


def test_children_the_bands_leave_out_are_counted_with_an_unknown_wait(tmp_path: Path) -> None:
    found = examined(sitrep.write(tmp_path / "waits.xlsx"))
    assert bands(found, "E92000001")[None, None] == 4  # 104 printed, 100 in bands
    assert (None, None) not in bands(found, "E92000001", "community_paediatrics")
    assert [f.rule for f in found.findings] == ["WAIT_UNKNOWN"]


def test_a_blank_is_not_supplied_and_a_star_is_suppressed_and_neither_is_zero(tmp_path: Path) -> None:
    rows = [*sitrep.lines(), (("Provider", "RRE", "Elsewhere"), [""] * 8, ["*"] * 8)]
    frame = (examined(sitrep.write(tmp_path / "waits.xlsx", rows=rows)).frames or {})["band_counts"]
    elsewhere = frame[frame["area"] == "RRE"]
    assert elsewhere["children"].isna().all()
    flags = elsewhere.groupby("clock")["flag"].unique().map(list).to_dict()
    assert flags == {"community_paediatrics": ["not_supplied"], "slt": ["suppressed"]}


def test_more_children_in_the_bands_than_in_the_total_is_a_query(tmp_path: Path) -> None:
    rows = [(sitrep.Trust, [9, 1, 1, 1, 1, 1, 1, 4], [20, 2, 2, 2, 2, 2, 2, 8])]
    found = examined(sitrep.write(tmp_path / "waits.xlsx", rows=rows))
    assert found.verdict == "query"
    assert [f.rule for f in found.findings] == ["BANDS_EXCEED_TOTAL"]


def test_a_wrong_dimension_hides_nothing(tmp_path: Path) -> None:
    path = sitrep.write(tmp_path / "waits.xlsx")
    sitrep.rewrite(path, r"xl/worksheets/sheet\d+\.xml", r'<dimension ref="[^"]*"', '<dimension ref="A1:A1"')
    assert bands(examined(path), "R1D") == TRUST


def test_a_dangling_drawing_does_no_harm(tmp_path: Path) -> None:
    path = sitrep.write(tmp_path / "waits.xlsx")
    sitrep.rewrite(path, r"xl/worksheets/sheet1\.xml", "</worksheet>", '<drawing r:id="rId9"/></worksheet>')
    assert bands(examined(path), "R1D") == TRUST


def test_the_top_band_may_be_split(tmp_path: Path) -> None:
    titles = [*sitrep.TITLES[:7], "Number waiting >52-104 weeks by service", "Number waiting over 104 weeks by service"]
    rows = [(sitrep.Trust, [10, 1, 1, 1, 1, 1, 1, 3, 1], [20, 2, 2, 2, 2, 2, 2, 5, 3])]
    found = examined(sitrep.write(tmp_path / "waits.xlsx", rows=rows, titles=titles))
    assert {key: n for key, n in bands(found, "R1D").items() if key[0] in (52, 104)} == {(52, 104): 5, (104, None): 3}


def test_a_missing_band_sheet_is_refused_because_the_list_would_look_shorter(tmp_path: Path) -> None:
    found = examined(sitrep.write(tmp_path / "waits.xlsx", titles=[*sitrep.TITLES[:5], *sitrep.TITLES[6:]]))
    assert found.verdict == "reject"
    assert "BANDS_INCOMPLETE" in [f.rule for f in found.findings]


def test_a_band_we_do_not_know_names_the_key_to_extend(tmp_path: Path) -> None:
    titles = [*sitrep.TITLES[:7], "Number waiting ages by service"]
    found = examined(sitrep.write(tmp_path / "waits.xlsx", titles=titles))
    unknown = next(f for f in found.findings if f.rule == "BAND_UNKNOWN")
    assert unknown.message(found.file) == (
        'waits.xlsx, sheet "Table 4g", row 1: the sheet\'s title names no week band we know. '
        "Add its words under crosstab.bands in etl/sources/chs_sitrep.yaml, with weeks_from and weeks_to."
    )


def test_a_renamed_service_names_the_key_to_extend(tmp_path: Path) -> None:
    found = examined(sitrep.write(tmp_path / "waits.xlsx", slt="(CYP) Therapy interventions: Speech & language"))
    assert found.verdict == "reject"
    assert found.findings[0].message(found.file) == (
        'waits.xlsx, sheet "Table 4", row 4: no column "(CYP) Therapy interventions: Speech and language"; '
        'the nearest heading is "(CYP) Therapy interventions: Speech & language", on 8 sheets. If the column was '
        "renamed, add its new heading under crosstab.clocks.slt.headers in etl/sources/chs_sitrep.yaml."
    )


def test_a_count_that_is_no_number_is_held_back_without_being_quoted(tmp_path: Path) -> None:
    rows = [(("Provider", f"X{n:02}", f"Trust {n}"), [8] + [1] * 6 + [2], [8] + [1] * 6 + [2]) for n in range(40)]
    rows[0] = (rows[0][0], [8, "secret"] + [1] * 5 + [2], rows[0][2])
    found = examined(sitrep.write(tmp_path / "waits.xlsx", rows=rows))
    held = next(f for f in found.findings if f.rule == "COUNT_UNREADABLE")
    assert (held.severity, held.sheet, held.row, held.column) == ("query", "Table 4a", 5, sitrep.PAEDIATRICS)
    assert (found.rows_in, found.rows_rejected) == (40 * 8, 1)
    assert "secret" not in "".join(f.message(found.file) for f in found.findings)


def _trusts(count: int) -> list[sitrep.Line]:
    counts = [8] + [1] * 6 + [2]
    return [(sitrep.Trust, counts, counts)] + [
        (("Provider", f"X{n:02}", f"Trust {n}"), counts, counts) for n in range(1, count)
    ]


def test_an_organisation_on_two_lines_that_differ_is_held_back(tmp_path: Path) -> None:
    trusts = _trusts(80)
    other = (trusts[0][0], [16] + [2] * 6 + [4], trusts[0][2])
    found = examined(sitrep.write(tmp_path / "waits.xlsx", rows=[*trusts, other]))
    assert [f.rule for f in found.findings if f.severity == "query"] == [
        "AREA_GONE", *["AREA_REPEATED"] * 8, "AREA_UNKNOWN",
    ]  # fmt: skip
    assert (found.rows_in, found.rows_rejected) == (81 * 8, 2 * 8)


def test_a_line_that_stands_twice_figure_for_figure_counts_once(tmp_path: Path) -> None:
    trusts = _trusts(80)
    found = examined(sitrep.write(tmp_path / "waits.xlsx", rows=[*trusts, trusts[0]]))
    assert [(f.rule, f.severity) for f in found.findings if f.row] == [("ROW_REPEATED", "note")] * 8
    assert (found.rows_in, found.rows_rejected, bands(found, "R1D")[0, 1]) == (81 * 8, 8, 1)


def test_sheets_of_two_months_are_refused(tmp_path: Path) -> None:
    path = sitrep.write(tmp_path / "waits.xlsx")
    sitrep.rewrite(path, r"xl/worksheets/sheet2\.xml", "service, January", "service, March")
    assert "MONTHS_DIFFER" in [f.rule for f in examined(path).findings]


def test_a_month_that_has_not_begun_is_refused(tmp_path: Path) -> None:
    found = examined(sitrep.write(tmp_path / "waits.xlsx", month="January 2030"))
    assert [f.rule for f in found.findings if f.severity == "error"] == ["MONTH_IN_FUTURE"]


def test_a_line_that_one_sheet_lacks_withholds_its_list_and_asks(tmp_path: Path) -> None:
    path = sitrep.write(tmp_path / "waits.xlsx")
    sitrep.rewrite(path, r"xl/worksheets/sheet7\.xml", '<row r="6".*?</row>', "")  # the trust, over 18 to 52 weeks
    found = examined(path)
    assert (found.verdict, [f.rule for f in found.findings if f.severity == "query"]) == ("query", ["LINE_MISSING"])
    frame = (found.frames or {})["band_counts"]
    trust = frame[frame["area"] == "R1D"]
    assert trust["flag"].tolist() == ["withheld"] * len(trust)
    assert trust["children"].isna().all()
    assert bands(found, "E92000001")[18, 52] == 10


def test_a_service_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = sitrep.write(tmp_path / "waits.xlsx")
    sitrep.rewrite(path, r"xl/worksheets/sheet2\.xml", r"\(A\) Audiology", sitrep.PAEDIATRICS)
    assert "COL_REPEATED" in [f.rule for f in examined(path).findings if f.severity == "error"]
