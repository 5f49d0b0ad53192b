"""Every KPI definition: it loads, runs on empty tables, and its worked example comes out."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from etl.documents import read_mapping
from etl.errors import DocumentError
from etl.warehouse import Warehouse, open_warehouse
from metrics.compute import Facts, compute, read_facts
from metrics.definition import FOLDER, load_definition, load_definitions
from metrics.edition_tables import RESULTS
from metrics.selection import load_measures
from tests.examples import facts_of

NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """Return the facts of a warehouse that nobody has loaded anything into."""
    with open_warehouse(f"duckdb:{tmp_path_factory.mktemp('empty') / 'warehouse.duckdb'}").reading() as reader:
        return read_facts(reader)


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_runs_on_empty_tables(name: str, nothing: Facts) -> None:
    result = compute(load_definitions()[name], nothing)
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
        ({"select": {"clock": "stl", "state": "waiting"}}, "select.clock: stl is unknown; known: amended_plan, "),
        ({"select": {"clock": "slt", "state": "wating"}}, "state: wating is unknown; known: completed, removed, "),
        ({"select": {"clock": "slt", "state": ["waiting", "gone"]}}, "select.state: gone is unknown"),
        ({"select": {"clock": "slt", "cohort": "due"}}, "select.cohort: is nothing clock_counts can be selected by"),
        ({"select": {"clock": "slt", "excepted": "maybe"}}, "select.excepted: maybe is unknown; known: false, true"),
        ({"select": {"state": "waiting"}}, "select.clock: is missing; known: amended_plan"),
        ({"kind": "count", "minimum_base": 10}, "minimum_base: only what rests on a base has one"),
        ({"kind": "measure", "fact": "measure_values", "select": {"measure": "talk_bost"}},
         "select.measure: talk_bost is unknown; known, beginning alike: talk_boost_children_reached, "
         "talk_boost_progress; name it in metrics/measures.yaml"),
        ({"kind": "rate", "per": 1000, "population": "everybody", "minimum_base": None},
         "population: everybody is no known measure"),
        ({"kind": "top_two_box", "fact": "answer_counts",
          "select": {"survey": "parents", "question": "plan_up_to_date", "respondent_group": "parents_and_carers"}},
         "select.survey: parents is unknown; known: children_and_young_people_survey, parent_carer_survey"),
        ({"kind": "top_two_box", "fact": "answer_counts",
          "select": {"survey": "setting_survey", "question": "plan_up_to_date", "respondent_group": "setting_staff"}},
         "select.question: plan_up_to_date is unknown; known: nd_inclusive_practice"),
    ],
)  # fmt: skip
def test_the_format_refuses_by_file_and_key(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    message = refused(tmp_path, **changes)
    assert message.startswith("other.yaml: 1 to mend. ")
    assert words in message


def test_all_faulty_definitions_are_told_at_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        content = yaml.safe_load((FOLDER / "slt_within_18_weeks.yaml").read_text())
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({**content, "select": {"clock": name}}))
    with pytest.raises(DocumentError) as error:
        load_definitions(tmp_path)
    assert [line.partition(":")[0] for line in str(error.value).splitlines()] == ["one.yaml", "two.yaml"]


def test_every_measure_that_a_source_brings_is_named() -> None:
    folder = Path(__file__).resolve().parent.parent / "etl" / "sources"
    contents = [read_mapping(path) for path in folder.glob("*.yaml")]
    layouts = [part for content in contents for part in content.values() if isinstance(part, dict)]
    brought = {name for layout in layouts for name in layout.get("measures", ())}
    assert brought
    assert brought <= set(load_measures())
