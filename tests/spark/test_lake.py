"""A lake and its register: what a load, a withdrawal, a cut-off and a refusal leave behind."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.audit import Act
from etl.engine_spark import SparkEngine
from etl.errors import UsageError, WarehouseBusyError
from etl.keeping import audit, backup
from etl.load import withdraw
from etl.pipeline import load_files, status
from etl.spark_address import parse_spark
from etl.spark_session import Spark
from etl.tables import ANSWERS, COVERAGE, PATHWAYS
from etl.warehouse import Warehouse, open_warehouse
from metrics.clocks import load_clocks, select_clocks
from metrics.warehouse_facts import read_facts, select_fact
from tests.loads import insert_loads, load_row
from tests.spark.conftest import spark_address
from tests.waits import child, write

LISTS = {"nd_04.csv": "30/04/2024", "nd_05.csv": "31/05/2024"}


def lists(folder: Path) -> list[Path]:
    """Return two months' lists of one sender."""
    return [
        write(
            folder / name,
            [child(n, Snapshot_date=day, Referral_received_date=f"{n % 28 + 1:02}/01/2024") for n in range(1, 31)],
        )
        for name, day in LISTS.items()
    ]


def pathway(load: str, number: int = 1) -> pd.DataFrame:
    """Return one pathway."""
    return PATHWAYS.frame(
        [{"load_id": load, "clock": "slt", "pathway_id": str(number), "area": "X", "excepted": False, "started_day": 1}]
    )


def files(folder: Path) -> set[str]:
    """Return the names of all files of the lake but the lock."""
    return {path.name for path in (folder / "lake").rglob("*") if path.is_file() and path.suffix != ".lock"}


@pytest.fixture
def lake(tmp_path: Path) -> Warehouse:
    """Return an empty warehouse on a lake; Spark starts when rows are asked for."""
    return open_warehouse(spark_address(tmp_path))


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_lists_load_beside_each_other_and_withdraw_as_on_duckdb(
    spark: None, lake: Warehouse, warehouse: Warehouse, tmp_path: Path, act: Act
) -> None:
    answers = {"SAME_AS_LAST_MONTH": "asked", "FEW_ROWS": "asked"}
    told = []
    for house in (warehouse, lake):
        outcomes = list(load_files(house, lists(tmp_path), act, explanations=answers))
        assert [outcome.changed for outcome in outcomes] == [True, True]
        withdraw(house, str(outcomes[0].load_id), "sent in error", act)
        with house.reading() as reader:
            counts = reader.query(select_fact("observed").format(clocks=select_clocks(load_clocks())))
            rows = reader.query("SELECT pathway_id, started_on FROM pathways WHERE load_id = ?", [outcomes[1].load_id])
        plain = counts.astype("str").sort_values(list(counts.columns)).to_numpy().tolist()
        told.append((status(house), [outcome.found.findings for outcome in outcomes], plain, rows.dtypes.to_dict(),
                     rows.sort_values("pathway_id").to_numpy().tolist()))  # fmt: skip
    assert told[0] == told[1]
    assert told[0][3]
    assert len(told[0][4]) == 30


def test_rows_of_a_writer_that_fails_are_gone(lake: Warehouse, tmp_path: Path) -> None:
    def fail() -> None:
        with lake.writing() as writer:
            writer.insert(PATHWAYS, pathway("a"))
            assert any(name.startswith("rows-a") for name in files(tmp_path))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not [name for name in files(tmp_path) if name.startswith("rows-") or ".pending-" in name]


@pytest.mark.parametrize("committed", [False, True])
def test_the_next_writer_takes_away_what_a_killed_one_left(lake: Warehouse, tmp_path: Path, committed: bool) -> None:
    with lake.writing() as writer:
        writer.insert(PATHWAYS, pathway("kept"))
    folder, before = tmp_path / "lake", files(tmp_path)
    register = (folder / "register.duckdb").read_bytes()
    with lake.writing() as writer:
        writer.insert(PATHWAYS, pathway("cut"))
        [journal] = folder.glob("*.pending-*")
        noted = journal.read_bytes()
    # As a kill leaves it: the piece and the journal are there, the register knows of them or not.
    journal.write_bytes(noted)
    if not committed:
        (folder / "register.duckdb").write_bytes(register)
    with lake.writing():
        pass
    assert {name[:8] for name in files(tmp_path) - before} == ({"rows-cut"} if committed else set())
    assert before <= files(tmp_path)


def test_rows_that_break_the_contract_never_reach_the_lake(lake: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pathways.area: 1 rows without a value"), lake.writing() as writer:
        writer.insert(PATHWAYS, pathway("a").assign(area=pd.Series([None], dtype="str")))
    assert not [name for name in files(tmp_path) if name.startswith("rows-")]


def test_without_rows_nothing_asks_for_spark(lake: Warehouse) -> None:
    with lake.writing() as writer:
        writer.insert(COVERAGE, COVERAGE.empty())
        writer.insert(ANSWERS, ANSWERS.empty())
    with lake.reading() as reader:
        assert reader.query("SELECT load_id FROM pathways").empty
        assert read_facts(reader)["clock_counts"].empty


def test_backup_and_trial_are_refused_with_what_to_do_instead(
    lake: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    with lake.writing():
        pass
    monkeypatch.setenv("WAYMARK_WAREHOUSE", spark_address(tmp_path))
    with pytest.raises(UsageError, match="copy the register, then the lake, then the data folder"):
        backup(None, act, lambda *_: None)
    with pytest.raises(UsageError, match="etl withdraw takes it out"):
        lake.copy_to(tmp_path / "copy.duckdb")
    assert audit(verify=True).code == 0


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_a_lake_that_lost_its_rows_is_told_and_not_counted_as_nobody(
    spark: None, lake: Warehouse, tmp_path: Path
) -> None:
    with lake.writing() as writer:
        insert_loads(writer, [load_row(name, name, date(2024, 5, 1)) for name in "ab"])
        writer.insert(PATHWAYS, pathway("a"))
        writer.insert(PATHWAYS, pathway("b"))
    next((tmp_path / "lake" / "pathways").glob("rows-b*")).unlink()
    with pytest.raises(WarehouseBusyError, match="all its machines see the rows"), lake.reading() as reader:
        reader.query("SELECT COUNT(*) AS n FROM pathways")


@pytest.mark.parametrize(
    "place",
    ["", "local", "local[2]?lake=relative", "local[2]?lake=/a*b", "yarn?lake=/a", "local?lake=/a&catalog=b&register=/c",
     "spark://host?lake=/a", "local[2]?catalog=waymark", "local[2]?catalog=a;b&register=/c", "local?lake=/a&colour=red",
     "local[2]?lake=/a&lake=/b", "sc://host:15002/;token=SECRET?lake=", "local[2]?lake"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_with_the_right_forms(place: str) -> None:
    with pytest.raises(UsageError, match=r"spark:<where>\?lake=<folder>") as error:
        open_warehouse(f"spark:{place}")
    assert "SECRET" not in str(error.value)


def test_an_address_says_where_spark_rows_and_register_are() -> None:
    said = parse_spark("spark://one:7077,two:7077?lake=/srv/lake&spark.executor.memory=4g")
    assert (said.where, said.lake, said.register) == (
        "spark://one:7077,two:7077", Path("/srv/lake"), Path("/srv/lake/register.duckdb"),
    )  # fmt: skip
    assert said.settings == {"spark.executor.memory": "4g"}
    said = parse_spark("sc://host:15002/;token=SECRET?catalog=lake.waymark&register=/srv/register.duckdb")
    assert (said.connects, said.catalog, said.register) == (True, "lake.waymark", Path("/srv/register.duckdb"))
    assert said.host == "sc://host:15002"
    assert isinstance(open_warehouse("spark:local?lake=/srv/lake"), SparkEngine)


def test_on_this_machine_many_rows_of_a_task_come_back_through_memory(tmp_path: Path, spark: None) -> None:
    with Spark(parse_spark(spark_address(tmp_path).removeprefix("spark:"))).session() as session:
        found = session.sql("SELECT id * 3 AS more FROM range(0, 300000, 1, 1)").toArrow()  # one task, 2.4 MB
        held = session.sparkContext.getConf()
    assert sum(found["more"].to_pylist()) == 3 * 299_999 * 300_000 // 2
    assert [held.get(f"spark.{name}") for name in ("task.maxDirectResultSize", "rpc.message.maxSize")] == ["1g", "1024"]
