"""Lists of children as they really arrive, as csv: values, layout, structure, identity."""

from datetime import date, timedelta

from tests.awkward.extract import (
    COUNT,
    ExtractCase,
    Row,
    changed,
    children,
    csv_bytes,
    day,
    every,
    lines,
    renamed,
    speech,
)

NHS = "9434765919"  # the check digit is right; issued to nobody (NHS Digital's test range)
WHOLE = children()


def _list(
    name: str, rows: list[Row], verdict: str = "accept", held: int = 0, *rules: str, **more: object
) -> ExtractCase:
    content = csv_bytes(lines(rows))
    return ExtractCase(f"nd_{name}.csv", content, verdict, len(rows), held, rules, **more)  # type: ignore[arg-type]


def _dates(form: str) -> list[Row]:
    numbers = iter(range(1, COUNT + 1))
    return every(WHOLE, Referral_received_date=lambda _: format(day(next(numbers)), form))


def date_cases() -> list[ExtractCase]:
    """Dates in every spelling: equal to the true ones, asked about, held or refused; never shifted."""
    number = iter(range(1, 1000))
    serials = every(WHOLE, Referral_received_date=lambda _: str((day(next(number)) - date(1899, 12, 30)).days))
    low = [date(2023, 1 + n % 12, 1 + n // 4) for n in range(COUNT)]  # no day after the 10th
    early = iter(low)
    ambiguous = every(WHOLE, Referral_received_date=lambda _: f"{next(early):%d/%m/%Y}")
    summer = iter(range(COUNT))
    utc = every(WHOLE, Referral_received_date=lambda _: f"{date(2023, 6, 1) + timedelta(days=next(summer))}T23:00:00Z")
    one = "Referral_received_date"
    return [
        _list("iso", _dates("%Y-%m-%d")),
        _list("iso_times", _dates("%Y-%m-%dT00:00:00")),
        _list("day_first", WHOLE),
        _list("day_first_dots", _dates("%d.%m.%Y")),
        _list("two_digit_years", _dates("%d/%m/%y")),
        _list("month_in_letters", _dates("%d-%b-%Y")),
        _list("long_dates", _dates("%A %d %B %Y")),
        _list("compact", _dates("%Y%m%d")),
        _list("serials", serials),
        _list("month_first", _dates("%m/%d/%Y"), "reject", 0, "DATE_ORDER_US"),
        _list("no_day_after_the_tenth", ambiguous, "reject", 0, "DATE_ORDER_AMBIGUOUS"),
        _list("half_month_first", _dates("%d/%m/%Y")[:20] + _dates("%m/%d/%Y")[20:], "reject", 0, "DATE_ORDER_MIXED"),
        _list("utc", utc, "query", 0, "DATE_UTC"),
        _list("leap_day_that_was_none", changed(WHOLE, 7, **{one: "29/02/2023"}), "query", 1, "DATE_UNREADABLE"),
        _list("leap_day", changed(WHOLE, 7, **{one: "29/02/2024"})),
        _list("31_april", changed(WHOLE, 7, **{one: "31/04/2023"}), "query", 1, "DATE_UNREADABLE"),
        _list("day_zero", changed(WHOLE, 7, **{one: "00/04/2023"}), "query", 1, "DATE_UNREADABLE"),
        _list("before_1900", changed(WHOLE, 7, **{one: "14/03/1899"}), "query", 1, "DATE_TOO_EARLY"),
        _list(
            "placeholder_1900",
            changed(WHOLE, 7, **{one: "01/01/1900"}),
            "query",
            0,
            "DATE_PLACEHOLDER",
            "START_UNKNOWN",
        ),
        _list(
            "placeholder_9999",
            changed(WHOLE, 7, **{one: "31/12/9999"}),
            "query",
            0,
            "DATE_PLACEHOLDER",
            "START_UNKNOWN",
        ),
        _list("future_start", changed(WHOLE, 7, **{one: "15/06/2024"}), "query", 1, "DATE_IN_FUTURE"),
        _list("future_stop", changed(WHOLE, 7, Closed_date="15/06/2024"), "query", 1, "DATE_IN_FUTURE"),
        _list("stop_before_start", changed(WHOLE, 7, Closed_date="15/01/2023"), "query", 1, "STOP_BEFORE_START"),
        _list("stop_on_the_day_of_the_start", changed(WHOLE, 7, Closed_date=f"{day(7):%d/%m/%Y}")),
        _list("date_in_words", changed(WHOLE, 7, **{one: "last spring"}), "query", 1, "DATE_UNREADABLE"),
        _list("no_start", changed(WHOLE, 7, **{one: ""}), "query", 0, "START_UNKNOWN"),
        _list("start_null", changed(WHOLE, 7, **{one: "NULL"}), "query", 0, "START_UNKNOWN"),
        _list("start_is_an_error", changed(WHOLE, 7, **{one: "#REF!"}), "query", 1, "DATE_UNREADABLE"),
        _list("start_is_a_boolean", changed(WHOLE, 7, **{one: "TRUE"}), "query", 1, "DATE_UNREADABLE"),
        _list("snapshot_in_future", every(WHOLE, Snapshot_date="31/05/2027"), "reject", 0, "MONTH_IN_FUTURE"),
        _list("two_snapshots", changed(WHOLE, 7, Snapshot_date="30/04/2024"), "reject", 0, "MONTHS_DIFFER"),
        _list("wrong_month_2024-04", WHOLE, "query", 0, "MONTH_DISAGREES"),
        _list("month_said_otherwise", WHOLE, "query", 0, "MONTH_DISAGREES", arguments=("--month", "2024-06")),
        _list(
            "no_month_at_all",
            [{k: v for k, v in row.items() if k != "Snapshot date"} for row in WHOLE],
            "reject",
            0,
            "MONTH_MISSING",
        ),
        _list(
            "month_in_the_name_2024_05",
            [{k: v for k, v in row.items() if k != "Snapshot date"} for row in WHOLE],
            notes=("MONTH_FROM_NAME",),
        ),
    ]


def value_cases() -> list[ExtractCase]:
    """Codes, ages, ids and waits."""
    waits = iter(range(COUNT))
    true_waits = every(WHOLE, Weeks_Waiting=lambda _: str((date(2024, 5, 31) - day(next(waits) + 1)).days // 7))
    return [
        _list(
            "mixed_case_codes", every(WHOLE, Diagnosis=lambda row: str(row["Diagnosis"]).upper(), Provider_code="rre")
        ),
        _list("stray_spaces", every(WHOLE, Diagnosis=lambda row: f"  {row['Diagnosis']} ")),
        _list("no_break_spaces", every(WHOLE, Diagnosis=lambda row: f"\u00a0{row['Diagnosis']}\u00a0")),
        _list("zero_width", changed(WHOLE, 7, Diagnosis="Aut\u200bism"), notes=("CHARACTERS_STRIPPED",)),
        _list("look_alike_letters", changed(WHOLE, 7, Diagnosis="\u0410utism"), "query", 1, "CODE_UNKNOWN"),
        _list("unknown_code", changed(WHOLE, 7, Diagnosis="Hearing"), "query", 1, "CODE_UNKNOWN"),
        _list("age_in_words", changed(WHOLE, 7, Age="nine"), "query", 1, "AGE_IMPOSSIBLE"),
        _list("age_200", changed(WHOLE, 7, Age="200"), "query", 1, "AGE_IMPOSSIBLE"),
        _list("no_id", changed(WHOLE, 7, Referral_ID=""), "query", 1, "ID_MISSING"),
        _list("ids_rounded", every(WHOLE, Referral_ID="2.0E+09"), "reject", 0, "ID_ROUNDED"),
        _list("ids_with_point_zero", every(WHOLE, Referral_ID=lambda row: f"{int(row['Referral ID'][1:])}.0")),
        _list("leading_zeros", every(WHOLE, Referral_ID=lambda row: f"000{row['Referral ID'][1:]}")),
        _list("exact_repeat", [*WHOLE, WHOLE[6]], "accept", 1, notes=("ROW_REPEATED",)),
        _list(
            "repeat_in_other_case",
            [*WHOLE, {**WHOLE[6], "Referral ID": " r0007"}],
            "accept",
            1,
            notes=("ROW_REPEATED",),
        ),
        _list(
            "conflicting_repeat",
            [*WHOLE, {**WHOLE[6], "Referral received date": "02/02/2023"}],
            "query",
            2,
            "ROW_CONFLICTS",
        ),
        _list("true_waits", true_waits),
        _list("negative_wait", changed(true_waits, 7, Weeks_Waiting="-3"), "query", 0, "WAIT_DIFFERS"),
        _list("waits_in_days", every(WHOLE, Weeks_Waiting=lambda _: "400"), "query", 0, "WAIT_DIFFERS"),
        _list(
            "attended_without_status",
            changed(WHOLE, 7, First_attended_date="01/05/2024"),
            "query",
            0,
            "STOP_UNCONFIRMED",
        ),
        _list(
            "closed_without_date",
            changed(every(WHOLE, Status="Waiting"), 7, Status="Closed"),
            "query",
            1,
            "CLOSED_WITHOUT_DATE",
        ),
        _list("formula_text", changed(WHOLE, 7, Closed_reason='=HYPERLINK("x")', Closed_date="01/05/2024")),
        _list("sql_text", changed(WHOLE, 7, Closed_reason="'; DROP TABLE loads; --", Closed_date="01/05/2024")),
        _list("two_bad_of_40", changed(WHOLE, 7, 8, Diagnosis="?"), "query", 2, "CODE_UNKNOWN"),
        _list(
            "three_bad_of_40", changed(WHOLE, 7, 8, 9, Diagnosis="?"), "reject", 3, "CODE_UNKNOWN", "TOO_MANY_BAD_ROWS"
        ),
        _list("4.9_percent_bad", changed(children(1000), *range(1, 50), Diagnosis="?"), "query", 49, "CODE_UNKNOWN"),
        _list(
            "5.0_percent_bad", changed(children(500)[:500], *range(1, 26), Diagnosis="?"), "query", 25, "CODE_UNKNOWN"
        ),
        _list(
            "5.1_percent_bad",
            changed(children(1000), *range(1, 52), Diagnosis="?"),
            "reject",
            51,
            "CODE_UNKNOWN",
            "TOO_MANY_BAD_ROWS",
        ),
        _list("other_organisation", every(WHOLE, Provider_code="RXX"), "query", 0, "ORGANISATION_UNEXPECTED"),
        _list("two_organisations", changed(WHOLE, 7, Provider_code="R1D"), "reject", 0, "ORGANISATIONS_DIFFER"),
    ]


def identity_cases() -> list[ExtractCase]:
    """Identifiers where none belongs: refused, and never repeated."""
    secret = {"secrets": (NHS, "Quill", "1 High Street")}
    return [
        _list("nhs_under_colour", every(WHOLE, Colour=NHS), "reject", 0, "IDENTIFIERS_UNEXPECTED", **secret),
        _list(
            "nhs_with_spaces",
            every(WHOLE, Colour="943 476 5919"),
            "reject",
            0,
            "IDENTIFIERS_UNEXPECTED",
            secrets=("943 476",),
        ),
        _list(
            "nhs_in_notes",
            changed(every(WHOLE, Notes="seen"), 7, Notes=f"see {NHS}"),
            "reject",
            0,
            "IDENTIFIERS_UNEXPECTED",
            **secret,
        ),
        _list("nhs_as_locality", every(WHOLE, Locality=NHS), "reject", 0, "IDENTIFIERS_UNEXPECTED", **secret),
        _list(
            "names_in_notes",
            changed(every(WHOLE, Notes=""), 7, Notes="Nora Quill, 1 High Street"),
            notes=("COLUMNS_DROPPED",),
            **secret,
        ),
        _list("name_column", every(WHOLE, Surname="Quill"), notes=("COLUMNS_DROPPED",), **secret),
        _list(
            "postcodes_as_locality",
            every(WHOLE, Locality="SY2 6ND"),
            "reject",
            0,
            "IDENTIFIERS_UNEXPECTED",
            secrets=("SY2",),
        ),
        _list(
            "email_column",
            every(WHOLE, Contact="nora@example.org"),
            "reject",
            0,
            "IDENTIFIERS_UNEXPECTED",
            secrets=("nora",),
        ),
        _list("birth_dates", every(WHOLE, Date_of_birth="01/02/2015"), secrets=("2015",)),
        _list(
            "free_text_as_locality",
            every(WHOLE, Locality="the family lives beside the mill and would like to be called " * 2),
            "reject",
            0,
            "FREE_TEXT",
            secrets=("mill",),
        ),
    ]


def layout_cases() -> list[ExtractCase]:
    """Encodings, delimiters, title lines, totals, headings, cut files."""
    table = lines(WHOLE)
    plain = csv_bytes(table)
    foot = ["Source: RiO, extracted on request", *[""] * 10]
    heads = list(WHOLE[0])

    def case(
        name: str,
        content: bytes,
        verdict: str = "accept",
        rows: int = COUNT,
        held: int = 0,
        *rules: str,
        **more: object,
    ) -> ExtractCase:
        return ExtractCase(f"nd_{name}", content, verdict, rows, held, rules, **more)  # type: ignore[arg-type]

    return [
        case("bom.csv", csv_bytes(table, "utf-8-sig")),
        case("utf16.csv", csv_bytes(table, "utf-16"), notes=("ENCODING_UTF16",)),
        case("utf16_no_mark.csv", csv_bytes(table, "utf-16-le"), notes=("ENCODING_UTF16",)),
        case(
            "cp1252.csv", csv_bytes(lines(every(WHOLE, Locality="Café Street")), "cp1252"), notes=("ENCODING_CP1252",)
        ),
        case("semicolons.csv", csv_bytes(table, delimiter=";"), notes=("DELIMITER",)),
        case("tabs.csv", csv_bytes(table, delimiter="\t"), notes=("DELIMITER",)),
        case("sep_line.csv", b"sep=;\r\n" + csv_bytes(table, delimiter=";"), notes=("DELIMITER",)),
        case("all_quoted.csv", csv_bytes(table, quoting=1)),
        case("cr_ends.csv", csv_bytes(table, lineterminator="\r")),
        case("lf_ends.csv", csv_bytes(table, lineterminator="\n")),
        case(
            "break_in_cell.csv",
            csv_bytes(lines(changed(WHOLE, 7, Closed_reason="moved\naway", Closed_date="01/05/2024"))),
        ),
        case("comma_in_cell.csv", csv_bytes(lines(every(WHOLE, Locality="South, rural")))),
        case("unquoted_comma.csv", plain.replace(b"R0007,", b"R0007,extra,", 1), "query", COUNT, 1, "RAGGED_ROW"),
        case("short_row.csv", plain.replace(b"R0007,C0007,", b"R0007,", 1), "query", COUNT, 1, "RAGGED_ROW"),
        case("open_quote.csv", plain.replace(b"R0007,", b'"R0007,', 1), "reject", 0, 0, "QUOTE_NOT_CLOSED"),
        case("cut_in_a_row.csv", plain[:-20], "reject", COUNT, 1, "FILE_TRUNCATED", "RAGGED_ROW"),
        case("no_last_line_end.csv", plain.rstrip()),
        case("blank_lines_below.csv", plain + b",,,,,,,,,,\r\n" * 30),
        case("footnote.csv", csv_bytes([*table, [""] * 11, foot]), "accept", COUNT + 1, 1, notes=("NOT_DATA",)),
        case(
            "short_footnote.csv",
            plain + b"\r\nSource: RiO list of children",
            "accept",
            COUNT + 1,
            1,
            notes=("NOT_DATA",),
        ),
        case(
            "footnote_at_once.csv", plain + b"Source: RiO list of children", "accept", COUNT + 1, 1, notes=("NOT_DATA",)
        ),
        case(
            "totals_row.csv",
            csv_bytes([*table, ["Total", "40", *[""] * 9]]),
            "accept",
            COUNT + 1,
            1,
            notes=("NOT_DATA",),
        ),
        case("titles.csv", csv_bytes([["Waiting list"], ["As at 31 May 2024"], [], *table])),
        case("titles_as_wide.csv", csv_bytes([["Waiting list", *[""] * 10], ["", *[""] * 10], *table])),
        case(
            "header_again.csv",
            csv_bytes([*table[:21], heads, *table[21:]]),
            "accept",
            COUNT + 1,
            1,
            notes=("NOT_DATA",),
        ),
        case("other_order.csv", csv_bytes([row[::-1] for row in table])),
        case("headings_in_capitals.csv", csv_bytes([[f" {head.upper()}  " for head in heads], *table[1:]])),
        case("headings_with_underscores.csv", csv_bytes([[head.replace(" ", "_") for head in heads], *table[1:]])),
        case("duplicate_heading.csv", csv_bytes([[*row, row[4]] for row in table]), "reject", 0, 0, "COL_REPEATED"),
        case("unknown_column.csv", csv_bytes(lines(every(WHOLE, Weather="wet"))), notes=("COLUMNS_UNKNOWN",)),
        case(
            "renamed_heading.csv",
            csv_bytes(lines(renamed(WHOLE, {"Referral received date": "Referal dte"}))),
            "reject",
            0,
            0,
            "COL_MISSING",
        ),
        case("no_headings.csv", csv_bytes(table[1:]), "reject", 0, 0, "SOURCE_UNKNOWN"),
        case("header_only.csv", csv_bytes(table[:1]), "reject", 0, 0, "EMPTY"),
        case("empty.csv", b"", "reject", 0, 0, "EMPTY"),
        case("blanks.csv", b" \r\n\r\n  ", "reject", 0, 0, "EMPTY"),
        case("commas.csv", b",,,,\r\n" * 5, "reject", 0, 0, "EMPTY"),
        case("nuls.csv", plain.replace(b"R0007", b"R0\0\0007", 1), "reject", 0, 0, "NUL_BYTES"),
        case(
            "mixed_encodings.csv",
            csv_bytes(lines(every(WHOLE, Locality="Café"))) + "R9,C9,Café\r\n".encode("cp1252"),
            "reject",
            0,
            0,
            "ENCODING_MIXED",
        ),
        case("random.csv", bytes(range(256)) * 40, "reject", 0, 0, "TYPE_MISMATCH"),
        case(
            "web_page.csv",
            b"<html><table><tr><td>Referral ID</td></tr></table></html>",
            "reject",
            0,
            0,
            "TYPE_MISMATCH",
        ),
        case("survey.csv", b"Respondent,Question 1\r\n1,Agree\r\n", "reject", 0, 0, "SOURCE_UNKNOWN"),
        ExtractCase("slt_list.csv", csv_bytes(lines(speech()))),
        ExtractCase(
            "children_2024_05.csv",
            csv_bytes(lines([{k: v for k, v in r.items() if k != "Service"} for r in speech()])),
            "query",
            COUNT,
            0,
            ("SOURCE_UNCONFIRMED",),
        ),
        ExtractCase(f"nd_{NHS}.csv", plain, "reject", 0, 0, ("IDENTIFIER_IN_NAME",), secrets=(NHS,)),
    ]
