"""Lists of children in workbooks: sheets, cells, merges, formulas, types; and lists in the shapes of the data sets."""

from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.awkward import parts
from tests.awkward.extract import (
    COUNT,
    Edit,
    ExtractCase,
    Row,
    book_bytes,
    changed,
    children,
    csv_bytes,
    day,
    every,
    lines,
    speech,
    typed,
)

WHOLE = children()
TABLE = lines(typed(WHOLE))
RECEIVED = "E"  # the column with the date of referral


def _book(
    name: str, edit: Edit | None = None, verdict: str = "accept", held: int = 0, *rules: str, **more: Any
) -> ExtractCase:
    rows = more.pop("rows", COUNT)
    return ExtractCase(f"nd_{name}.xlsx", book_bytes(TABLE, edit), verdict, rows, held, rules, **more)


def _merged_ods() -> str:
    """Return the list with F5:F7 merged as LibreOffice writes it: one cell that spans, and covered ones below it."""
    rows = parts.ods_rows(lines(typed(WHOLE))).split("<table:table-row>")
    for number in (5, 6, 7):
        cells = rows[number].split("<table:table-cell ")
        cells[6] = "".join(["table:number-rows-spanned='3' table:number-columns-spanned=\"1\" ", cells[6]])
        rows[number] = "<table:table-cell ".join(cells)
        if number > 5:
            at = rows[number].index("<table:table-cell table:number-rows-spanned")
            end = rows[number].index("</table:table-cell>", at) + len("</table:table-cell>")
            rows[number] = f"{rows[number][:at]}<table:covered-table-cell/>{rows[number][end:]}"
    return "<table:table-row>".join(rows)


def book_cases() -> list[ExtractCase]:
    """Workbooks, each spoilt in one way."""

    def cover(book: Workbook, _: Worksheet) -> None:
        book.create_sheet("Cover", 0)["A1"] = "Waiting list, as at 31 May 2024"

    def hidden_copy(book: Workbook, sheet: Worksheet) -> None:
        book.copy_worksheet(sheet).sheet_state = "hidden"

    def second_list(book: Workbook, sheet: Worksheet) -> None:
        book.copy_worksheet(sheet)

    def hidden_first(book: Workbook, sheet: Worksheet) -> None:
        other = book.create_sheet("Old", 0)
        other["A1"], other.sheet_state = "old", "hidden"
        book.active = 1

    def only_hidden(book: Workbook, sheet: Worksheet) -> None:
        book.create_sheet("Cover")["A1"] = "see the other sheet"
        sheet.sheet_state, book.active = "hidden", 1

    def nhs_hidden(book: Workbook, _: Worksheet) -> None:
        other = book.create_sheet("Old")
        other["A1"], other.sheet_state = "9434765919", "hidden"

    def hidden_rows(_: Workbook, sheet: Worksheet) -> None:
        for number in range(5, 10):
            sheet.row_dimensions[number].hidden = True

    def merged_down(_: Workbook, sheet: Worksheet) -> None:
        sheet.merge_cells("F5:F7")

    def merged_title(_: Workbook, sheet: Worksheet) -> None:
        sheet.insert_rows(1, 2)
        sheet["A1"] = "Waiting list"
        sheet.merge_cells("A1:K1")

    def merged_footnote(_: Workbook, sheet: Worksheet) -> None:
        sheet["A44"] = "Source: RiO, extracted on request"
        sheet.merge_cells("A44:K45")

    def totals(_: Workbook, sheet: Worksheet) -> None:
        sheet["A42"], sheet["B42"] = "Grand total", 40

    def beside(_: Workbook, sheet: Worksheet) -> None:
        sheet["N3"] = "please check with the team"

    def below(_: Workbook, sheet: Worksheet) -> None:
        for column, cell in enumerate(["Team", "Waiting", "Seen"], 1):
            sheet.cell(46, column, cell)
        for column, cell in enumerate(["North", 21, 3], 1):
            sheet.cell(47, column, cell)

    def set_cell(place: str, value: Any) -> Edit:
        def edit(_: Workbook, sheet: Worksheet) -> None:
            sheet[place] = value

        return edit

    def all_dates(value: Any) -> Edit:
        def edit(_: Workbook, sheet: Worksheet) -> None:
            for number in range(2, COUNT + 2):
                sheet[f"{RECEIVED}{number}"] = value(number) if callable(value) else value

        return edit

    def epoch_1904(book: Workbook, _: Worksheet) -> None:
        book.epoch = datetime(1904, 1, 1)  # the same days: openpyxl writes them as serials from 1904

    def numbers_as_ids_above(least: int) -> Edit:
        def edit(_: Workbook, sheet: Worksheet) -> None:
            for number in range(2, COUNT + 2):
                sheet[f"A{number}"] = least + number

        return edit

    def trailing(_: Workbook, sheet: Worksheet) -> None:
        for number in range(50, 500):
            sheet[f"A{number}"] = " "
            sheet[f"B{number}"].number_format = "0.00"

    plain = book_bytes(TABLE)
    far = parts.with_xml(plain, "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    return [
        _book("typed"),
        ExtractCase("nd_texts.xlsx", book_bytes(lines(WHOLE))),
        _book("cover_sheet", cover),
        _book("hidden_copy", hidden_copy),
        _book("hidden_first_sheet", hidden_first),
        _book("only_list_hidden", only_hidden, "reject", 0, "SOURCE_UNKNOWN", rows=0),
        _book("two_lists", second_list, "reject", 0, "SHEETS_AMBIGUOUS", rows=0),
        _book("nhs_on_a_hidden_sheet", nhs_hidden, "reject", 0, "IDENTIFIERS_UNEXPECTED", secrets=("9434765919",)),
        _book("hidden_rows", hidden_rows, notes=("HIDDEN_ROWS",)),
        _book("merged_down", merged_down, "reject", 0, "MERGED_CELLS"),
        _book("merged_title", merged_title),
        _book("merged_footnote", merged_footnote, held=1, rows=COUNT + 1, notes=("NOT_DATA",)),
        _book("totals_row", totals, held=1, rows=COUNT + 1, notes=("NOT_DATA",)),
        _book("notes_beside", beside),
        _book("blank_rows_below", trailing),
        _book(
            "formula_not_calculated", set_cell(f"{RECEIVED}8", "=TODAY()-100"), "reject", 0, "FORMULA_NOT_CALCULATED"
        ),
        _book("age_formula_not_calculated", set_cell("K8", "=3+4"), "reject", 0, "FORMULA_NOT_CALCULATED"),
        _book("error_cell", set_cell(f"{RECEIVED}8", "#REF!"), "query", 1, "DATE_UNREADABLE", notes=("ERROR_CELL",)),
        _book(
            "not_available_cell", set_cell(f"{RECEIVED}8", "#N/A"), "query", 0, "START_UNKNOWN", notes=("ERROR_CELL",)
        ),
        _book("boolean_cell", set_cell(f"{RECEIVED}8", True), "query", 1, "DATE_UNREADABLE"),
        _book("boolean_code", set_cell("F8", False), "query", 1, "CODE_UNKNOWN"),
        _book("serial_17", set_cell(f"{RECEIVED}8", 17), "query", 1, "DATE_TOO_EARLY"),  # 17 January 1900 to Excel
        _book("serial_in_a_date_column", set_cell(f"{RECEIVED}8", 45000)),
        _book("text_in_a_date_column", set_cell(f"{RECEIVED}8", "13/03/2023")),
        _book("date_with_a_time", set_cell(f"{RECEIVED}8", datetime(2023, 3, 13, 14, 30))),
        _book("date_1900", set_cell(f"{RECEIVED}8", date(1900, 1, 1)), "query", 0, "DATE_PLACEHOLDER", "START_UNKNOWN"),
        _book("serial_zero", set_cell(f"{RECEIVED}8", 0), "query", 1, "DATE_UNREADABLE"),
        _book("dates_from_1904", epoch_1904),
        _book("ids_as_numbers", numbers_as_ids_above(0)),
        _book("ids_in_the_billions", numbers_as_ids_above(2_000_000_000)),
        _book("month_first_texts", all_dates(lambda n: f"{day(n - 1):%m/%d/%Y}"), "reject", 0, "DATE_ORDER_US"),
        _book("two_tables_on_a_sheet", below, "query", 2, "DATE_UNREADABLE", rows=COUNT + 2),
        _book("sheet_named_oddly", lambda _, sheet: setattr(sheet, "title", "<script>")),
        ExtractCase("nd_far_cell.xlsx", far, notes=("STRAY_CELL",)),
        ExtractCase(
            "nd_macros.xlsm",
            parts.with_part(plain, {"xl/vbaProject.bin": b"macro"}),
            "reject",
            0,
            0,
            ("TYPE_NOT_ALLOWED",),
        ),
        ExtractCase(
            "nd_macros_as.xlsx",
            parts.with_part(plain, {"xl/vbaProject.bin": b"macro"}),
            "reject",
            0,
            0,
            ("TYPE_NOT_ALLOWED",),
        ),
        ExtractCase("nd_old.xls", parts.compound("Workbook"), "reject", 0, 0, ("TYPE_NOT_ALLOWED",)),
        ExtractCase("nd_password.xlsx", parts.compound("EncryptedPackage"), "reject", 0, 0, ("FILE_ENCRYPTED",)),
        ExtractCase("nd_csv_as.xlsx", csv_bytes(lines(WHOLE)), "reject", 0, 0, ("TYPE_MISMATCH",)),
        ExtractCase("nd_book_as.csv", plain, "reject", 0, 0, ("TYPE_MISMATCH",)),
        ExtractCase("nd_half.xlsx", plain[: len(plain) // 2], "reject", 0, 0, ("FILE_DAMAGED",)),
        ExtractCase(
            "nd_bomb.xlsx", parts.with_part(plain, {"xl/pad.xml": bytes(40_000_000)}), "reject", 0, 0, ("ZIP_BOMB",)
        ),
        ExtractCase("nd_empty.xlsx", book_bytes([]), "reject", 0, 0, ("EMPTY",)),
        ExtractCase("nd_header_only.xlsx", book_bytes(TABLE[:1]), "reject", 0, 0, ("EMPTY",)),
        ExtractCase("nd_titles.xlsx", book_bytes([["List"], ["as at 31 May 2024"], [], *TABLE])),
        ExtractCase("nd_deep_titles.xlsx", book_bytes([*[[f"line {n} of the cover"] for n in range(20)], *TABLE])),
        ExtractCase("nd_list.ods", parts.ods({"List": parts.ods_rows(lines(typed(WHOLE)))})),
        ExtractCase("nd_merged_down.ods", parts.ods({"List": _merged_ods()}), "reject", rules=("MERGED_CELLS",)),
        ExtractCase("nd_list_texts.ods", parts.ods({"List": parts.ods_rows(lines(WHOLE))})),
        ExtractCase("slt_list.xlsx", book_bytes(lines(typed(speech())))),
    ]


def mhsds(**changes: Any) -> list[Row]:
    """Return rows of a list in the shape of MHSDS."""
    return [
        {
            "ServiceRequestId": f"M{n:04}",
            "LocalPatientId": f"P{n:04}",
            "ReportingPeriodEndDate": "2024-05-31",
            "OrgIDProv": "RRE",
            "ReferralRequestReceivedDate": day(n).isoformat(),
            "PrimReasonReferralMH": ("24", "25")[n % 2],
            "CareContDate": "",
            "AttendStatus": "",
            "ConsMechanismMH": "",
            "AgeServReferRecDate": str(4 + n % 10),
            **changes,
        }
        for n in range(1, COUNT + 1)
    ]


def _csds(team: str = "33", **changes: Any) -> list[Row]:
    return [
        {
            "ServiceRequestId": f"S{n:04}",
            "LPI": f"P{n:04}",
            "RP_EndDate": "2024-05-31",
            "OrgID_Provider": "R1D",
            "ReferralRequest_Received_Date": day(n).isoformat(),
            "TeamType": team,
            "CContactDate": "",
            "AttendCode": "",
            "AgeYr_RP_EndDate": str(4 + n % 10),
            **changes,
        }
        for n in range(1, COUNT + 1)
    ]


def shape_cases() -> list[ExtractCase]:
    """Lists in the shapes of MHSDS and CSDS."""

    def case(
        name: str, rows: list[Row], verdict: str = "accept", held: int = 0, *rules: str, **more: Any
    ) -> ExtractCase:
        return ExtractCase(f"{name}.csv", csv_bytes(lines(rows)), verdict, len(rows), held, rules, **more)

    return [
        case("mhsds", mhsds()),
        case(
            "mhsds_leading_zeros",
            mhsds(AttendStatus="05", CareContDate="2024-05-20", ConsMechanismMH="01"),
            "query",
            0,
            "NOBODY_WAITING",
        ),
        case("mhsds_other_reasons", changed(mhsds(), 3, 4, PrimReasonReferralMH="12"), held=2, notes=("NOT_IN_SCOPE",)),
        case("mhsds_unknown_reason", changed(mhsds(), 3, PrimReasonReferralMH="Q7"), "query", 1, "CODE_UNKNOWN"),
        case("mhsds_no_reason", changed(mhsds(), 3, PrimReasonReferralMH=""), "query", 1, "CODE_MISSING"),
        case("mhsds_by_telephone", mhsds(AttendStatus="5", CareContDate="2024-05-20", ConsMechanismMH="02")),
        case("mhsds_names", mhsds(Surname="Quill"), notes=("COLUMNS_DROPPED",), secrets=("Quill",)),
        case("csds_slt", _csds()),
        case("csds_slt_point_zero", _csds("33.0")),
        case("csds_nd", _csds("06", PrimaryReferralReason="017")),
        case("csds_nd_numbers", _csds("6", PrimaryReferralReason="17")),
        case(
            "csds_stopped_early",
            changed(_csds(), 3, CContactDate="2022-01-01", AttendCode="5"),
            "query",
            1,
            "STOP_BEFORE_START",
        ),
        case("csds_attendance_missing", changed(_csds(), 3, CContactDate="2024-01-01"), "query", 0, "STOP_UNCONFIRMED"),
        ExtractCase("mhsds.xlsx", book_bytes(lines(every(mhsds(), ReportingPeriodEndDate=date(2024, 5, 31))))),
        ExtractCase("csds.ods", parts.ods({"CYP101": parts.ods_rows(lines(_csds()))})),
    ]
