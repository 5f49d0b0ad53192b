"""The load of many readers, in small: they read while an analyst loads and publishes, and every error would be told."""

import re
from pathlib import Path

import pytest

from benchmarks.readers import Seen, times, under_load
from etl.__main__ import main as etl
from metrics.__main__ import main as metrics
from tests.waits import children, write


def test_readers_meet_no_error_while_an_analyst_loads_and_publishes(
    data_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "nd_2024_05.csv", children(40))
    assert etl(["load", str(file)]) == 0
    assert metrics(["publish"]) == 0
    capfd.readouterr()
    failed, words = under_load(data_folder, file, readers=3, seconds=9, think=6)
    assert failed == 0, words + capfd.readouterr().out
    alone, many, analyst, memory = words.splitlines()
    assert re.match(r"one reader:  p50 \d+\.\d\d s, p95 \d+\.\d\d s, p99 \d+\.\d\d s, 24 pages, 0 with an error", alone)
    assert re.match(
        r"3 readers: .* pages and \d+ looks for news in 9 s, 0 with an error; p50 \d+\.\d times one reader's", many
    )
    assert re.match(r"the analyst meanwhile: [1-9]\d* loads .* and [1-9]\d* publications .*, 0 failed", analyst)
    assert "MB" in memory


def test_times_are_those_of_the_pages() -> None:
    seen = Seen([float(n) for n in range(1, 101)])  # by hand: of 1…100, inclusive, p95 lies 0.05 past the 95th
    assert times(seen) == "p50 50.50 s, p95 95.05 s, p99 99.01 s"
    assert times(Seen()) == "no page was had"
