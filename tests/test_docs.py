"""Documentation that cannot rot: commands exist, links lead somewhere, quoted messages are the real ones."""

import re
from datetime import date
from pathlib import Path

import pytest

from access.__main__ import _parser as access_parser
from etl.__main__ import _parser as etl_parser
from etl.errors import DocumentError
from etl.examine import examine
from etl.settings import SHIPPED
from etl.source import load_source
from metrics.__main__ import _parser as metrics_parser
from reports.__main__ import _parser as reports_parser
from tests import sitrep

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "data").rglob("*.md")])


def commands(module: str) -> set[str]:
    parser = {"access": access_parser, "etl": etl_parser, "metrics": metrics_parser, "reports": reports_parser}[
        module
    ]()
    [choices] = [action.choices for action in parser._actions if action.choices]
    return set(choices)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_a_page_names_exists(page: Path) -> None:
    for module, command in re.findall(
        r"python -m (access|etl|metrics|reports) ([a-z]+)", page.read_text(encoding="utf-8")
    ):
        assert command in commands(module), f"{page.name}: python -m {module} {command}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_local_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_command_is_in_the_readme_with_its_help() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for module in ("access", "etl", "metrics", "reports"):
        for command in commands(module):
            assert f"python -m {module} {command}" in readme


def test_every_file_a_page_names_exists() -> None:
    for page in PAGES:
        for path in re.findall(
            r"`((?:access|etl|metrics|reports|pages|data|docs|tests|benchmarks)/[\w./-]+\.\w+)`", page.read_text()
        ):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


def test_every_requirement_says_why_and_names_a_range() -> None:
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text().splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.fullmatch(r"[\w\[\]-]+>=[\d.]+,<[\d.]+\s+# \S.*", line), f"{file.name}: {line}"


def test_the_messages_the_guide_quotes_are_the_real_ones(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "add_a_source.md").read_text()
    path = sitrep.write(tmp_path / "waits.xlsx", slt="(CYP) Therapy interventions: Speech & language")
    found = examine(path, today=date(2026, 1, 1), reference=SHIPPED / "reference", source=None, month=None)
    assert f"> {found.findings[0].message(found.file)}\n" in guide
    wrong = tmp_path / "other.yaml"
    wrong.write_text((ROOT / "etl/sources/chs_sitrep.yaml").read_text() + "colour: blue\n")
    with pytest.raises(DocumentError) as refused:
        load_source(wrong)
    assert f"> {refused.value}\n" in guide
