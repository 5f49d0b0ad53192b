"""Every source file follows the format, and the format refuses what it must."""

from pathlib import Path

import pytest
import yaml

from etl.errors import DocumentError
from etl.source import FOLDER, load_source, load_sources, normal

NAMES = sorted(path.stem for path in FOLDER.glob("[!_]*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_source_loads_and_can_be_recognised(name: str) -> None:
    source = load_sources()[name]
    assert source.name == name
    assert all(heading.headers for heading in source.headings().values())


def test_no_heading_means_two_things_in_one_source() -> None:
    for source in load_sources().values():
        headers = [normal(h) for heading in source.headings().values() for h in heading.headers]
        assert len(headers) == len(set(headers)), source.name


def write(folder: Path, **changes: object) -> Path:
    content = yaml.safe_load((FOLDER / "chs_sitrep.yaml").read_text())
    path = folder / "other.yaml"
    path.write_text(yaml.safe_dump({**content, **changes}))
    return path


def test_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"other\.yaml: 1 to mend\. colour: unknown key"):
        load_source(write(tmp_path, colour="blue"))


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="2 to mend") as refused:
        load_source(write(tmp_path, coverage="sometimes", colour="blue"))
    assert "coverage" in str(refused.value)


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("title: one\ntitle: two\n")
    with pytest.raises(DocumentError, match='key "title" is given twice'):
        load_source(path)


def test_a_source_can_be_based_on_another_and_state_only_what_differs(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "later.yaml"
    path.write_text("based_on: other\ntitle: The layout of next year\ncrosstab:\n  sheets: Sheet [0-9]+\n")
    source = load_source(path)
    assert (source.title, source.publisher) == ("The layout of next year", "NHS England")
    assert source.crosstab is not None
    assert source.crosstab.sheets == "Sheet [0-9]+"
    assert source.crosstab.clocks == load_source(tmp_path / "other.yaml").crosstab.clocks  # type: ignore[union-attr]


def test_a_base_that_leads_back_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("based_on: b\n")
    (tmp_path / "b.yaml").write_text("based_on: a\n")
    with pytest.raises(DocumentError, match="leads back"):
        load_source(tmp_path / "a.yaml")
