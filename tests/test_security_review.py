"""The review in SECURITY.md: every requirement stands in it once, with a test that exists or a reason."""

import re

from tests.test_settings import ROOT

# How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has; they come first in it, from 1 on.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip
ROWS = re.findall(r"^\| (V\d.*?) \| (\S+) \| (.+) \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.M)


def numbers(named: str) -> list[str]:
    """Return every requirement a row names: "V1.2.1–3, V1.3.1" is four."""
    found = []
    for section, first, last in re.findall(r"V(\d+\.\d+)\.(\d+)(?:–(\d+))?", named):
        found += [f"{section}.{n}" for n in range(int(first), int(last or first) + 1)]
    return found


def test_every_requirement_of_levels_1_and_2_stands_once() -> None:
    assert sum(SECTIONS.values()) == 253
    asked = [f"{section}.{n}" for section, count in SECTIONS.items() for n in range(1, count + 1)]
    reviewed = [one for named, _, _ in ROWS for one in numbers(named)]
    assert sorted(reviewed) == sorted(asked)


def test_every_row_says_how_it_stands_and_by_what() -> None:
    assert {held for _, held, _ in ROWS} <= {"yes", "part", "no", "–"}
    assert [named for named, _, why in ROWS if len(why) < 5] == []


def test_every_test_a_row_names_exists() -> None:
    held = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for named, _, why in ROWS:
        for test in re.findall(r"`(test_\w+)`", why):
            assert f"def {test}(" in held, named
