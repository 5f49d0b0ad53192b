"""The audit: appended only, and whatever else is done to it is found."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import chain
from etl.__main__ import main
from etl.audit import Act, acts, audit_faults, audit_head, one_line, published_heads, record
from etl.tables import AUDIT
from etl.warehouse import Warehouse
from tests.conftest import NOW


def written(count: int) -> pd.DataFrame:
    """Return an audit of that many acts."""
    rows = [
        {"at": NOW + timedelta(hours=n), "who": "A. Analyst", "role": "analyst", "act": "load", "subject": f"l{n}",
         "detail": "words" if n % 2 else None}
        for n in range(count)
    ]  # fmt: skip
    return AUDIT.typed(chain.chained(AUDIT.frame(rows).drop(columns=["number", "sha256"])))


AUDIT_OF_SIX = written(6)


def test_what_was_written_holds() -> None:
    assert chain.faults(AUDIT_OF_SIX[::-1], {"Edition x": chain.head(AUDIT_OF_SIX[:4])}) == []
    assert chain.faults(AUDIT_OF_SIX[:0], {}) == []


@given(st.integers(0, 5), st.sampled_from(AUDIT.names()))
def test_any_changed_cell_is_found(row: int, column: str) -> None:
    changed = AUDIT_OF_SIX.copy()
    was = changed.loc[row, column]
    changed.loc[row, column] = (
        was + 7 if column == "number" else was + timedelta(seconds=1) if column == "at" else "another"
    )
    assert chain.faults(changed, {})


@given(st.sets(st.integers(0, 4), min_size=1))
def test_removed_rows_are_found(gone: set[int]) -> None:
    left = AUDIT_OF_SIX.drop(index=list(gone))
    first = min(gone) + 1
    assert any(f"{first} " in fault and "missing" in fault for fault in chain.faults(left, {}))


@given(st.permutations(range(6)).filter(lambda order: list(order) != list(range(6))))
def test_reordered_rows_are_found(order: list[int]) -> None:
    said = [name for name in AUDIT.names() if name not in ("number", "sha256")]
    moved = AUDIT_OF_SIX.copy()
    moved[said] = AUDIT_OF_SIX.loc[order, said].to_numpy()
    moved = AUDIT.typed(moved)
    assert chain.faults(moved, {})


@given(st.integers(1, 6))
def test_a_row_put_in_is_found(number: int) -> None:
    forged = AUDIT_OF_SIX.iloc[[number - 1]].assign(who="M. Mallory")
    assert f"Row {number} stands there more than once." in chain.faults(pd.concat([AUDIT_OF_SIX, forged]), {})


def test_an_end_that_was_cut_off_is_found_by_what_an_edition_noted() -> None:
    heads = {"Edition x": chain.head(AUDIT_OF_SIX)}
    cut = AUDIT_OF_SIX[:4]
    assert chain.faults(cut, {}) == []
    assert chain.faults(cut, heads) == ["Edition x was made when the audit had 6 rows; row 6 is gone."]


def test_an_audit_written_anew_with_right_hashes_is_found_by_what_an_edition_noted() -> None:
    heads = {"Edition x": chain.head(AUDIT_OF_SIX)}
    said = AUDIT_OF_SIX.drop(columns=["number", "sha256"]).assign(who="M. Mallory")
    forged = AUDIT.typed(chain.chained(said))
    assert chain.faults(forged, {}) == []
    assert "Edition x was made when row 6 was another one" in chain.faults(forged, heads)[0]


def test_the_hash_is_the_one_the_page_describes() -> None:
    # worked by hand: SHA-256 of the JSON list of the hash before and the row's seven cells as text
    row = AUDIT.frame(
        [{"at": datetime(2026, 11, 21, 17), "who": "A", "role": "analyst", "act": "load", "subject": "l1"}]
    ).drop(columns=["number", "sha256"])
    said = b'["", "1", "2026-11-21T17:00:00", "A", "analyst", "load", "l1", null]'
    assert chain.chained(row)["sha256"].tolist() == [hashlib.sha256(said).hexdigest()]


def test_acts_follow_on_each_other_and_tampering_in_the_file_is_told(warehouse: Warehouse, data_folder: Path) -> None:
    for n in range(3):
        record(warehouse, Act("A. Analyst", NOW - timedelta(days=n)), "publish", f"e{n}", "")
    with warehouse.reading() as reader:
        assert acts(reader)["subject"].tolist() == ["e2", "e1", "e0"]  # newest first by number, not by the clock
        assert audit_head(reader).startswith("3:")
        assert audit_faults(reader, {"Edition x": audit_head(reader)}) == []
    with duckdb.connect(str(data_folder / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE audit SET who = 'B. Other' WHERE number = 2")
    with warehouse.reading() as reader:
        assert audit_faults(reader, {}) == ["Row 2 is not as it was written, or not where."]


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_makes_one_entry_look_like_two(who: str, detail: str) -> None:
    told = one_line(f"{who}\n99  2026-11-22 08:00  Ann (analyst): publish\u2028{detail}")
    assert told.isprintable()
    assert told.split() == f"{one_line(who)} 99 2026-11-22 08:00 Ann (analyst): publish {one_line(detail)}".split()


def test_the_command_lists_and_verifies(
    warehouse: Warehouse, act: Act, data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("e1", "e2"):
        record(warehouse, act, "publish", name, "as of May 2024")
    assert main(["audit"]) == 0
    assert capsys.readouterr().out == (
        "2  2026-11-21 17:00  A. Analyst (analyst): publish e2; as of May 2024\n"
        "1  2026-11-21 17:00  A. Analyst (analyst): publish e1; as of May 2024\n"
    )
    assert main(["audit", "--verify"]) == 0
    assert "2 acts, each as it was written and in its place." in capsys.readouterr().out
    (data_folder / "editions" / "e9").mkdir(parents=True)
    (data_folder / "editions" / "e9" / "manifest.json").write_text('{"audit_head": "9:abc"}')
    assert main(["audit", "--verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["faults"] == ["Edition e9 was made when the audit had 9 rows; row 9 is gone."]
    assert [line["number"] for line in told["acts"]] == [2, 1]


@pytest.mark.parametrize("manifest", ["{", "[]", "{}", '{"audit_head": ""}'])
def test_a_manifest_without_a_head_notes_none(tmp_path: Path, manifest: str) -> None:
    for name, text in {"a": manifest, "b": '{"audit_head": "4:abc"}', ".building-1": '{"audit_head": "9:x"}'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(text)
    assert published_heads(tmp_path) == {"Edition b": "4:abc"}
