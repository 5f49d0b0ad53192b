"""The order of rows, columns and sheets, the way dates are written and the encoding change nothing that is loaded."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.waits import ND, check, child, rules, write

FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%d-%b-%y", "%Y-%m-%d 00:00:00", "%d.%m.%Y")
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")
RELAXED = settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def rows(seed: int, form: str) -> list[dict[str, Any]]:
    """Return 20 children, the same for one seed whatever the form of dates; one lives in a place with an accent."""
    chance = random.Random(seed)
    made = []
    for number in range(1, 21):
        received = date(2024, 5, 20) - timedelta(days=chance.randrange(10, 700))
        seen = received + timedelta(days=chance.randrange(1, 9)) if chance.random() < 0.3 else None
        made.append(
            child(
                number,
                Referral_received_date=received.strftime(form),
                First_attended_date=seen.strftime(form) if seen else "",
                Snapshot_date=date(2024, 5, 31).strftime(form),
                Diagnosis=chance.choice(["Autism", "ADHD", "Both"]),
                Locality="Café" if number == 1 else "North",
            )
        )
    return made


@RELAXED
@given(
    st.integers(0, 10_000), st.sampled_from(FORMS), st.sampled_from(ENCODINGS), st.sampled_from([",", ";", "\t", "|"]),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_order_form_and_encoding_change_nothing(
    tmp_path: Path, seed: int, form: str, encoding: str, delimiter: str, shuffle: random.Random
) -> None:
    plain = check(write(tmp_path / "plain.csv", rows(seed, "%Y-%m-%d")))
    changed = rows(seed, form)
    shuffle.shuffle(changed)
    headings = [*ND, "Locality"]
    shuffle.shuffle(headings)
    name = shuffle.choice(["changed.csv", "changed.xlsx"])
    options = {"encoding": encoding, "delimiter": delimiter} if name.endswith("csv") else {}
    other = check(write(tmp_path / name, changed, headings=headings, **options))  # type: ignore[arg-type]
    assert other.content_sha256() == plain.content_sha256()
    assert (other.month, other.organisation, other.rows_in) == (plain.month, plain.organisation, plain.rows_in)
    assert rules(other, "error") == []


@pytest.mark.parametrize("first", [True, False])
def test_other_sheets_change_nothing_wherever_they_stand(tmp_path: Path, first: bool) -> None:
    path = write(tmp_path / "list.xlsx", rows(1, "%d/%m/%Y"))
    alone = check(path)
    book = load_workbook(path)
    cover = book.create_sheet("Cover", 0 if first else None)
    cover.append(["Waiting list of the trust"])
    cover.append(["Questions to", "information@example.org"])
    book.save(path)
    assert check(path).content_sha256() == alone.content_sha256()


def test_two_sheets_that_both_follow_the_source_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "list.xlsx", rows(1, "%d/%m/%Y"))
    book = load_workbook(path)
    book.copy_worksheet(book.worksheets[0])
    book.save(path)
    assert rules(check(path), "error") == ["SHEETS_AMBIGUOUS"]


def test_real_dates_of_a_workbook_are_the_same_days(tmp_path: Path) -> None:
    typed = rows(2, "%Y-%m-%d")
    for row in typed:
        for key in ("Referral received date", "Snapshot date", "First attended date"):
            row[key] = date.fromisoformat(row[key]) if row[key] else ""
    path = write(tmp_path / "typed.xlsx", typed)
    assert check(path).content_sha256() == check(write(tmp_path / "text.csv", rows(2, "%d/%m/%Y"))).content_sha256()
    book = load_workbook(path)
    book.epoch = __import__("openpyxl").utils.datetime.CALENDAR_MAC_1904
    book.save(tmp_path / "mac.xlsx")
    assert check(tmp_path / "mac.xlsx").content_sha256() == check(path).content_sha256()


@RELAXED
@given(st.lists(st.lists(st.text(max_size=12), min_size=10, max_size=10), max_size=8))
def test_cells_of_any_text_never_raise(tmp_path: Path, cells: list[list[str]]) -> None:
    made = [dict(zip(ND, line, strict=True)) for line in cells]
    path = write(
        tmp_path / "any.xlsx", [{key: _printable(cell) for key, cell in row.items()} for row in [child(1), *made]]
    )
    found = check(path)
    assert found.rows_in >= found.rows_rejected


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


def test_merged_cells_and_formulas_nobody_calculated_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "list.xlsx", rows(1, "%d/%m/%Y"))
    book = load_workbook(path)
    book.worksheets[0].merge_cells("F3:F6")
    book.save(tmp_path / "merged.xlsx")
    assert "MERGED_CELLS" in rules(check(tmp_path / "merged.xlsx"), "error")
    book = load_workbook(path)
    book.worksheets[0]["E4"] = "=E3+1"
    book.save(tmp_path / "formula.xlsx")
    assert "FORMULA_NOT_CALCULATED" in rules(check(tmp_path / "formula.xlsx"), "error")
