"""Documentation that cannot rot: commands exist, links lead somewhere, quoted messages are the real ones."""

import re
from pathlib import Path

import pytest

from etl.__main__ import _parser as etl_parser
from metrics.__main__ import _parser as metrics_parser

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "data").rglob("*.md")])


def commands(module: str) -> set[str]:
    parser = etl_parser() if module == "etl" else metrics_parser()
    [choices] = [action.choices for action in parser._actions if action.choices]
    return set(choices)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_a_page_names_exists(page: Path) -> None:
    for module, command in re.findall(r"python -m (etl|metrics) ([a-z]+)", page.read_text(encoding="utf-8")):
        assert command in commands(module), f"{page.name}: python -m {module} {command}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_local_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_command_is_in_the_readme_with_its_help() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for module in ("etl", "metrics"):
        for command in commands(module):
            assert f"python -m {module} {command}" in readme


def test_every_file_a_page_names_exists() -> None:
    for page in PAGES:
        for path in re.findall(r"`((?:etl|metrics|pages|data|docs|tests|benchmarks)/[\w./-]+\.\w+)`", page.read_text()):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


def test_every_requirement_says_why_and_names_a_range() -> None:
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text().splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.fullmatch(r"[\w\[\]-]+>=[\d.]+,<[\d.]+\s+# \S.*", line), f"{file.name}: {line}"


