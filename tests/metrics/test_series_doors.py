"""The doors for any series: `signals` and `forecast` of a CSV, what they print and what they return."""

import json
from pathlib import Path

import pytest

from metrics.__main__ import main


def series(path: Path, values: list[object]) -> Path:
    lines = [f"{2022 + n // 12}-{n % 12 + 1:02},{value}" for n, value in enumerate(values)]
    path.write_text("\n".join(["date,value", *lines, ""]))
    return path


def test_signals_say_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = series(tmp_path / "s.csv", [5, 6] * 10 + [20])
    assert main(["signals", str(path), "--better", "lower", "--target", "8", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rules"], told["variation"], told["points"][-1]["signal"]) == (
        "mdc-2023",
        "special_cause_concern",
        "Above UCL",
    )
    assert main(["signals", str(path), "--rules", "ptd-0.2.2"]) == 0
    assert "rules ptd-0.2.2" in capsys.readouterr().out


def test_a_forecast_prints_every_month_it_looks_ahead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = series(tmp_path / "f.csv", [60 + n % 3 for n in range(24)])
    assert main(["forecast", str(path), "--unit", "percent", "--months", "7", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["month"] for row in told["months"]] == [f"2024-{n:02}" for n in range(1, 8)]
    assert all(row["low80"] <= row["median"] <= row["high80"] for row in told["months"])
    assert main(["forecast", str(path), "--unit", "percent"]) == 0
    assert capsys.readouterr().out.startswith("2024-01: ")


def test_too_short_a_series_gets_the_reason_and_no_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", str(series(tmp_path / "f.csv", [1, 2, 3]))]) == 0
    assert capsys.readouterr().out == "Cannot tell yet: there are 3 months; a forecast needs at least 8.\n"


@pytest.mark.parametrize("door", ["signals", "forecast"])
def test_a_value_that_is_no_number_is_named_by_row_and_not_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], door: str
) -> None:
    assert main([door, str(series(tmp_path / "x.csv", [1, 2, "secret", 4]))]) == 2
    message = capsys.readouterr().err
    assert "x.csv" in message
    assert "row 4" in message
    assert "secret" not in message
