"""The forecast of a file: what it answers, and how it refuses without repeating a cell."""

import json
from pathlib import Path

import pytest

from etl.errors import UsageError
from metrics.forecast_csv import forecast_of_csv

ROWS = [f"2023-{m:02d}-01,{v}" for m, v in enumerate([41.2, 43, 42.5, 47, 44, 46.1, 49, 48, 51, 50], start=1)]


def write(folder: Path, lines: list[str], heading: str = "date,value") -> Path:
    path = folder / "within.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def test_answer_is_plain_data_and_the_same_for_a_seed(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS)
    answer = forecast_of_csv(path, 18, "percent", 7)
    assert json.loads(json.dumps(answer)) == answer == forecast_of_csv(path, 18, "percent", 7)
    assert (answer["file"], answer["last_month"], answer["cannot_tell"]) == ("within.csv", "2023-10", None)
    assert [row["month"] for row in answer["months"]][:3] == ["2023-11", "2023-12", "2024-01"]
    assert len(answer["months"]) == 18
    assert all(0 <= row["low80"] <= row["median"] <= row["high80"] <= 100 for row in answer["months"])


def test_too_little_answers_with_the_reason(tmp_path: Path) -> None:
    answer = forecast_of_csv(write(tmp_path, ROWS[:4]))
    assert answer["months"] == []
    assert answer["cannot_tell"] == "Cannot tell yet: there are 4 months; a forecast needs at least 8."
    assert forecast_of_csv(write(tmp_path, []))["last_month"] is None


def test_empty_values_spaces_blank_lines_and_other_columns_are_fine(tmp_path: Path) -> None:
    lines = ["2022-11-01,", "", *[f"{row},note" for row in ROWS]]
    lines[0] += ",late"
    answer = forecast_of_csv(write(tmp_path, lines, " Date , VALUE ,remark"))
    assert answer["cannot_tell"] is None
    month_first = write(tmp_path, [f"01/{row[5:7]}/{row[:4]},{row[11:]}" for row in ROWS])
    assert forecast_of_csv(month_first)["months"] == answer["months"]


@pytest.mark.parametrize(
    ("lines", "unit", "message"),
    [
        (
            [*ROWS, "2023-13-01,4"],
            "value",
            'within.csv, row 12, column "date": not a date we can read. Use YYYY-MM-DD.',
        ),
        ([*ROWS, "2023-11-01,secret"], "value", 'within.csv, row 12, column "value": not a number.'),
        ([*ROWS, "2023-11-01,nan"], "value", 'within.csv, row 12, column "value": not a number.'),
        ([*ROWS, "2023-11-01,101.5"], "percent", 'row 12, column "value": a percentage lies outside 0 to 100.'),
        ([*ROWS, "2023-11-01,-3"], "children", 'row 12, column "value": a count lies below 0.'),
        ([*ROWS, "2023-10-31,50"], "value", 'rows 11 and 12, column "date": the same month twice. Keep one.'),
        ([*ROWS, "2023-11-01,50,7"], "value", "row 12: 3 fields where the headings have 2."),
        ([*ROWS, '2023-11-01,"5'], "value", "not readable as CSV"),
    ],
)
def test_refusals_name_file_row_and_column_and_no_value(
    tmp_path: Path, lines: list[str], unit: str, message: str
) -> None:
    with pytest.raises(UsageError) as refused:
        forecast_of_csv(write(tmp_path, lines), unit=unit)
    assert message in str(refused.value)
    assert str(refused.value).startswith("within.csv")
    assert not any(cell in str(refused.value) for cell in ("secret", "2023-13", "101.5", "-3"))


def test_refuses_missing_columns_missing_files_and_odd_months(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='row 1: one column "value" is needed'):
        forecast_of_csv(write(tmp_path, ROWS, "date,amount"))
    with pytest.raises(UsageError, match=r"none.csv: cannot be opened"):
        forecast_of_csv(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="--months"):
        forecast_of_csv(write(tmp_path, ROWS), months=0)
    (tmp_path / "within.csv").write_bytes(b"date,value\n\xff\xfe,1\n")
    with pytest.raises(UsageError, match="not readable as CSV"):
        forecast_of_csv(tmp_path / "within.csv")
