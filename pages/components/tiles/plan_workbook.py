"""The plan's own workbook on the upload page: out as it stands, in with what has changed."""

import tempfile
from pathlib import Path

import streamlit as st

from etl.audit import Act, record
from etl.finding import verdict
from etl.plan_export import write_plan
from etl.plan_load import PlanOutcome, check_plan, ensure_plan, load_plan, read_plan_file
from etl.plan_record import read_plan_record
from etl.plan_shape import PlanShape, load_plan_shape
from etl.plan_sheets import PlanFile
from etl.received import received
from etl.settings import plan_folder
from etl.warehouse import Warehouse
from pages.components import upload
from pages.components.downloads import DOWNLOAD
from pages.components.text import plain
from pages.components.theme import VERDICT_MARKS
from pages.components.tiles.basics import offer, sentences_table
from pages.components.tiles.working import act, at_work, begin, told, whoever_acts

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_READ, _LOADED = "plan workbook read", "plan workbook loaded"


def plan_workbook(warehouse: Warehouse) -> None:
    """Offer the plan as a workbook, and take one back: what it changes, what is wrong with it, and the load."""
    asks = whoever_acts("load")
    offer(
        "Download the plan as it stands", lambda: _exported(warehouse, asks()), "plan.xlsx", _WORKBOOK,
        help="Actions, impact measures and check-ins. Who downloads it is recorded.",
    )  # fmt: skip
    given = st.file_uploader("The plan's workbook, changed (.xlsx)", type=["xlsx"], key="plan workbook")
    if given is None:
        st.session_state.pop(_READ, None)
        return
    with told():
        found = check_plan(warehouse, _read(given.file_id, given.name, given.getvalue()), _shape(), act("load"))
        _shown(found)
        _load(warehouse, found, given.file_id)


def _read(file_id: str, name: str, content: bytes) -> PlanFile:
    """Return the workbook as read in its closed room: once, however often the screen is drawn."""
    kept: tuple[str, PlanFile] | None = st.session_state.get(_READ)
    if kept is None or kept[0] != file_id:
        with received([(name, content)]) as paths, st.spinner("Reading the workbook …"):
            kept = (file_id, read_plan_file(paths))
        st.session_state[_READ] = kept
    return kept[1]


def _shown(found: PlanOutcome) -> None:
    said = verdict(found.change.findings)
    words = f"{VERDICT_MARKS[said].glyph} {upload.VERDICTS[said]}"
    st.badge(words, color=VERDICT_MARKS[said].tone)  # type: ignore[arg-type]
    st.markdown(plain(upload.plan_changes(found.counts)))
    if found.change.findings:
        sentences_table(upload.plan_findings(found), "Findings in the plan's workbook")


def _load(warehouse: Warehouse, found: PlanOutcome, file_id: str) -> None:
    if st.session_state.get(_LOADED) == file_id:
        st.success("Loaded. Screens show it after the next publication.")
        return
    why = {
        rule: st.text_input(f"Why is it right as it is? ({rule})", key=f"plan {file_id} {rule}").strip()
        for rule in found.unexplained
    }
    nothing = not any(found.counts.values())
    refused = verdict(found.change.findings) == "reject"
    if begin("load plan", "Load the plan", off=nothing or refused or not all(why.values())):
        with at_work():
            done = load_plan(warehouse, st.session_state[_READ][1], _shape(), act("load"), why)
            if done.loaded:
                st.session_state[_LOADED] = file_id


def _exported(warehouse: Warehouse, who: Act) -> bytes:
    """Return the plan as a workbook, recorded before anybody has it. Raises WarehouseBusyError, UsageError."""
    ensure_plan(warehouse, plan_folder(), _shape(), who)
    with warehouse.reading() as reader:
        held = read_plan_record(reader)
    with tempfile.TemporaryDirectory() as folder:
        content = write_plan(held, Path(folder) / "plan.xlsx").read_bytes()
    record(warehouse, who, DOWNLOAD, "plan.xlsx", "the plan as it stands")
    return content


def _shape() -> PlanShape:
    return load_plan_shape(plan_folder())
