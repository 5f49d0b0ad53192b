"""Published tables spoilt in one way each, and months that follow one another."""

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook, load_workbook

from tests import release, sitrep
from tests.awkward.extract import ExtractCase, children, csv_bytes, every, lines

Change = Callable[[Workbook], object]


def _waits(change: Change | None = None, **options: Any) -> bytes:
    """Return a SitRep of England and one trust on 8 sheets (16 lines), changed."""
    with TemporaryDirectory() as folder:
        book = load_workbook(sitrep.write(Path(folder) / "waits.xlsx", **options))
    if change:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _on_all(place: str, value: Any) -> Change:
    def change(book: Workbook) -> None:
        for sheet in book.worksheets:
            sheet[place] = value

    return change


def _on(sheet: str, place: str, value: Any) -> Change:
    return lambda book: book[sheet].__setitem__(place, value)


def sitrep_cases() -> list[ExtractCase]:
    """SitRep workbooks. Row 5 is England's, row 6 the trust's; columns E and F are the services."""
    trusts = [(("Provider", f"X{n:02}", f"Trust {n}"), [8] + [1] * 6 + [2], [8] + [1] * 6 + [2]) for n in range(30)]
    titles = list(sitrep.TITLES)

    def case(
        name: str, content: bytes, verdict: str = "accept", held: int = 0, *rules: str, **more: Any
    ) -> ExtractCase:
        return ExtractCase(f"waits_{name}.xlsx", content, verdict, more.pop("rows", 16), held, rules, **more)

    return [
        case("whole", _waits(), notes=("WAIT_UNKNOWN",)),
        case("layout_a", _waits(layout="A")),
        case("layout_b", _waits(layout="B")),
        case("small_codes", _waits(_on_all("B6", " r1d"))),
        case("code_too_long", _waits(_on_all("B6", "R1D000000")), "reject", 8, "AREA_UNKNOWN", "TOO_MANY_BAD_ROWS"),
        case("unknown_code", _waits(_on_all("B6", "X9Z")), "query", 0, "AREA_GONE", "AREA_UNKNOWN"),
        case("unknown_trusts", _waits(rows=[*sitrep.lines(), *trusts]), "query", 0, "AREA_UNKNOWN", rows=256),
        case("thousands", _waits(_on_all("F6", "1,000")), "query", 0, "BANDS_EXCEED_TOTAL"),
        case("numbers_as_text", _waits(_on("Table 4a", "F6", "2"))),
        case("spaces_in_a_number", _waits(_on("Table 4a", "F6", " 2\u00a0"))),
        case("blank_band", _waits(_on("Table 4a", "F6", None)), "query", 0, "FIGURE_BLANK"),
        case("star_band", _waits(_on("Table 4a", "F6", "*")), notes=("BANDS_JOINED",)),
        case(
            "negative_count",
            _waits(_on("Table 4a", "F6", -2)),
            "reject",
            1,
            "COUNT_UNREADABLE",
            "LINE_MISSING",
            "TOO_MANY_BAD_ROWS",
        ),
        case(
            "part_of_a_child",
            _waits(_on("Table 4a", "F6", 2.5)),
            "reject",
            1,
            "COUNT_UNREADABLE",
            "LINE_MISSING",
            "TOO_MANY_BAD_ROWS",
        ),
        case(
            "word_as_count",
            _waits(_on("Table 4a", "F6", "few"), rows=[*sitrep.lines(), *trusts]),
            "query",
            1,
            "AREA_UNKNOWN",
            "COUNT_UNREADABLE",
            "LINE_MISSING",
            rows=256,
        ),
        case("formula", _waits(_on("Table 4a", "F6", "=1+1")), "reject", 0, "FIGURE_BLANK", "FORMULA_NOT_CALCULATED"),
        case(
            "error_cell",
            _waits(_on("Table 4a", "F6", "#REF!")),
            "reject",
            1,
            "COUNT_UNREADABLE",
            "LINE_MISSING",
            "TOO_MANY_BAD_ROWS",
        ),
        case(
            "merged_figures",
            _waits(lambda book: book["Table 4a"].merge_cells("E6:F6")),
            "reject",
            0,
            "FIGURE_BLANK",
            "MERGED_CELLS",
        ),
        case("bands_exceed", _waits(_on("Table 4a", "F6", 20)), "query", 0, "BANDS_EXCEED_TOTAL"),
        case("bands_far_short", _waits(_on("Table 4", "F6", 40)), "query", 0, "WAIT_UNKNOWN"),
        case(
            "swapped_titles",
            _waits(titles=[*titles[:2], titles[3], titles[2], *titles[4:]]),
            "query",
            0,
            "BAND_CONTRADICTS",
        ),
        case(
            "title_twice", _waits(titles=[*titles[:3], titles[2], *titles[4:]]), "reject", 0, "BANDS_INCOMPLETE", rows=0
        ),
        case("band_missing", _waits(titles=titles[:7]), "reject", 0, "BANDS_INCOMPLETE", rows=0),
        case("no_total", _waits(titles=titles[1:]), "reject", 0, "BANDS_INCOMPLETE", rows=0),
        case("two_months", _waits(_on("Table 4a", "A1", f"{titles[1]}, March 2023")), "reject", 0, "MONTHS_DIFFER"),
        case("future_month", _waits(month="January 2031"), "reject", 0, "MONTH_IN_FUTURE"),
        case("wrong_month_said", _waits(), "query", 0, "MONTH_DISAGREES", arguments=("--month", "2023-02")),
        case("renamed_service", _waits(slt="Speech"), "reject", 0, "COL_MISSING", rows=0),
        case("tabs_in_another_order", _waits(lambda book: book.move_sheet("Table 4g", -6))),
        case("other_sheets", _waits(lambda book: book.create_sheet("Table 3").append(["Beds"]))),
        case(
            "hidden_band",
            _waits(lambda book: setattr(book["Table 4c"], "sheet_state", "hidden")),
            "reject",
            0,
            "BANDS_INCOMPLETE",
            rows=0,
        ),
        case("footnotes", _waits(_on_all("A8", "Source: NHS England")), held=8, rows=24),
        case(
            "said_to_be_a_list",
            _waits(),
            "reject",
            0,
            "WRONG_SOURCE",
            rows=0,
            arguments=("--source", "nd_waiting_list"),
        ),
        case(
            "fell_by_half",
            _waits(month="February 2023", rows=[(sitrep.England, [70] + [10] * 7, [70] + [10] * 7), sitrep.lines()[1]]),
            "query",
            0,
            "VOLUME_DROP",
            before=(
                (
                    "before.xlsx",
                    _waits(rows=[(sitrep.England, [700] + [100] * 7, [700] + [100] * 7), sitrep.lines()[1]]),
                ),
            ),
        ),
        case(
            "england_gone",
            _waits(month="February 2023", rows=sitrep.lines()[1:]),
            "query",
            0,
            "AREA_GONE",
            rows=8,
            before=(("before.xlsx", _waits()),),
        ),
        case("same_again", _waits(), before=(("before.xlsx", _waits()),)),
    ]


def release_cases() -> list[ExtractCase]:
    """DfE releases: a line a year for Shropshire."""
    whole = [release.row(str(1990 + n)) for n in range(30)]

    def case(
        name: str, rows: list[list[str]], verdict: str = "accept", held: int = 0, *rules: str, **more: Any
    ) -> ExtractCase:
        content = csv_bytes([release.HEADER, *rows], more.pop("encoding", "utf-8-sig"))
        return ExtractCase(f"{name}.csv", content, verdict, len(rows), held, rules, **more)

    def with_cell(column: str, value: str, *numbers: int) -> list[list[str]]:
        place = release.HEADER.index(column)
        return [
            [*r[:place], value, *r[place + 1 :]] if n in (numbers or range(1, 31)) else r
            for n, r in enumerate(whole, 1)
        ]

    return [
        case("release", whole),
        case("release_utf16", whole, encoding="utf-16"),
        case("release_blank_count", with_cell("plans_issued_den", "", 4), notes=("FIGURE_BLANK",)),
        case("release_suppressed", with_cell("plans_issued_den", "c", 4)),
        case("release_thousands", with_cell("plans_issued_den", "1,000", 4), "query", 0, "PERCENTAGE_DIFFERS"),
        case("release_word", with_cell("plans_issued_den", "many", 4), "query", 1, "NUMBER_UNREADABLE"),
        case("release_negative", with_cell("plans_issued_gt_1_year", "-1", 4), notes=("COUNT_NEGATIVE",)),
        case("release_part_of_a_plan", with_cell("plans_issued_den", "20.5", 4), "query", 1, "COUNT_UNREADABLE"),
        case(
            "release_part_over_whole", with_cell("plans_issued_within_20_weeks", "30", 4), notes=("PART_EXCEEDS_WHOLE",)
        ),
        case(
            "release_percentages_off",
            with_cell("pc_plans_issued_within_20_weeks", "60"),
            "query",
            0,
            "PERCENTAGE_DIFFERS",
        ),
        case(
            "release_academic",
            with_cell("time_identifier", "Academic year"),
            "reject",
            30,
            "EMPTY",
            "PERIOD_KIND_UNKNOWN",
        ),
        case(
            "release_academic_line", with_cell("time_identifier", "Academic year", 4), "query", 1, "PERIOD_KIND_UNKNOWN"
        ),
        case("release_split_year", with_cell("time_period", "202324", 4), "query", 1, "PERIOD_UNREADABLE"),
        case("release_small_code", with_cell("new_la_code", "e06000051")),
        case("release_short_code", with_cell("new_la_code", "E0600005", 4), "query", 1, "AREA_UNKNOWN"),
        case("release_no_code", with_cell("new_la_code", "", 4), "query", 1, "AREA_MISSING"),
        case("release_other_council", with_cell("new_la_code", "E06000020"), "query", 0, "AREA_GONE"),
        case("release_other_level", with_cell("geographic_level", "Ward", 4), "query", 1, "LEVEL_UNKNOWN"),
        case("release_new_topic", with_cell("breakdown_topic", "Shoe size", 4), "query", 1, "BREAKDOWN_UNKNOWN"),
        case("release_repeat", [*whole, whole[3]], held=1, notes=("ROW_REPEATED",)),
        case(
            "release_conflict",
            [*whole, *with_cell("breakdown", "All", 4)[3:4]],
            "reject",
            2,
            "ROW_CONFLICTS",
            "TOO_MANY_BAD_ROWS",
        ),
        case(
            "release_council_gone",
            whole,
            "query",
            0,
            "AREA_GONE",
            before=(
                ("before.csv", csv_bytes([release.HEADER, *whole, *[[*r[:7], "E06000020", *r[8:]] for r in whole]])),
            ),
        ),
        case("release_next_year", [release.row("2031")], "reject", 0, "MONTH_IN_FUTURE"),
        ExtractCase(
            "release_cut.csv",
            csv_bytes([release.HEADER, *whole])[:-30],
            "reject",
            30,
            1,
            ("FILE_TRUNCATED", "RAGGED_ROW"),
        ),
        ExtractCase(
            "release_footnote.csv",
            csv_bytes([release.HEADER, *whole, [], ["Source: SEN2, published yearly"]]),
            "accept",
            31,
            1,
            notes=("NOT_DATA",),
        ),
        ExtractCase(
            "release_no_kind.csv",
            csv_bytes([[*r[:1], *r[2:]] for r in [release.HEADER, *whole]]),
            "reject",
            0,
            0,
            ("COL_MISSING",),
        ),
    ]


def month_cases() -> list[ExtractCase]:
    """A list of children beside the one of the month before."""
    may = children()
    april = every(may, Snapshot_date="30/04/2024")
    before = (("nd_april.csv", csv_bytes(lines(april))),)

    def case(name: str, rows: list[dict[str, Any]], verdict: str = "accept", *rules: str) -> ExtractCase:
        return ExtractCase(f"nd_{name}.csv", csv_bytes(lines(rows)), verdict, len(rows), 0, rules, before=before)

    joined = [{**child, "Referral received date": "16/05/2024"} for child in children(3, start=101)]
    return [
        case("copy_of_last_month", may, "query", "SAME_AS_LAST_MONTH"),
        case("next_month", [*may, *joined]),
        case("half_of_last_month", [*may[:20], *joined], "query", "VOLUME_DROP"),
        case("twice_last_month", [*may, *children(40, start=141), *joined], "query", "VOLUME_JUMP"),
        case("starts_moved", [*every(may, Referral_received_date="20/02/2024"), *joined], "query", "START_MOVED"),
        case("same_file_again", april),
        case(
            "other_children_same_month",
            every(children(start=300), Snapshot_date="30/04/2024"),
            "query",
            "REPLACES_OTHERS",
        ),
    ]
