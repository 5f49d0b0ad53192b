"""Every KPI definition: it loads, runs on empty tables, and its worked example comes out."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from etl.errors import DocumentError
from etl.warehouse import Warehouse
from metrics.compute import compute, read_facts
from metrics.definition import FOLDER, load_definition, load_definitions
from metrics.edition_tables import RESULTS
from tests.examples import facts_of

NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_runs_on_empty_tables(name: str, warehouse: Warehouse) -> None:
    with warehouse.reading() as reader:
        result = compute(load_definitions()[name], read_facts(reader))
    assert result.empty
    assert RESULTS.faults(result) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_worked_example_comes_out(name: str, warehouse: Warehouse) -> None:
    definition = load_definitions()[name]
    expected = definition.example.expect
    result = compute(definition, facts_of(warehouse, definition))
    [row] = result[(result["breakdown"] == "all") & (result["month"] == f"{expected.month}-01")].to_dict("records")
    for part in ("numerator", "denominator", "value", "at_least", "flag"):
        if (wanted := getattr(expected, part)) is not None:
            assert not pd.isna(row[part]), part
            assert row[part] == (wanted if part == "flag" else pytest.approx(wanted, abs=1e-6)), part
    assert any(getattr(expected, part) is not None for part in ("numerator", "value", "at_least", "flag"))


def refused(folder: Path, **changes: object) -> str:
    content = yaml.safe_load((FOLDER / "slt_within_18_weeks.yaml").read_text())
    path = folder / "other.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in {**content, **changes}.items() if v is not None}))
    with pytest.raises(DocumentError) as error:
        load_definition(path)
    return str(error.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "blue"}, "colour: unknown key"),
        ({"owner": None}, "owner: missing"),
        ({"numerator": None}, "a share needs one"),
        ({"percentile": 0.5}, "percentile: give it for kind percentile"),
        ({"kind": "measure"}, "kind measure goes with fact measure_values"),
        ({"breakdowns": ["shoe_size"]}, "unknown breakdown shoe_size"),
        ({"numerator": "weeks_to <= 18; DROP TABLE weeks"}, "no semicolon"),
        ({"better": "sideways"}, "better"),
    ],
)
def test_the_format_refuses_by_file_and_key(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    message = refused(tmp_path, **changes)
    assert message.startswith("other.yaml: 1 to mend. ")
    assert words in message
