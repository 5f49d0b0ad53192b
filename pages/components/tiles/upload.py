"""The pieces of the upload page: files in, findings and previews on screen, loads made and taken back."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import streamlit as st

from etl.clean import month_in
from etl.errors import UnreadableFileError, WaymarkError
from etl.load import beside, record_refusal, withdraw
from etl.pipeline import beside_loads, examine_files, load_examined, log_outcome, sketched
from etl.received import received
from etl.return_slip import slip_bytes
from etl.settings import data_folder, plan_folder
from etl.source import load_sources
from etl.warehouse import Warehouse
from metrics.preview import preview
from pages.components import upload
from pages.components.text import plain
from pages.components.theme import VERDICT_MARKS
from pages.components.tiles.basics import offer, sentences_table, table
from pages.components.tiles.working import act, at_work, begin, is_at_work, now, said
from pages.components.upload import Desk

_KINDS = ["xlsx", "csv", "ods", "xml", "zip"]
_LARGEST = 50  # MB a file, as .streamlit/config.toml has it
_DESK = "desk"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PREVIEWED_AT_ONCE = 200_000  # rows; trying more takes so long that somebody should ask for it


def desk(warehouse: Warehouse) -> Desk:
    """Ask for files, check those that are new, and return what is known of them."""
    given = st.file_uploader(
        "Files to check: Excel, CSV, OpenDocument, SEN2 XML or a zip of SEN2 modules", type=_KINDS,
        accept_multiple_files=True, key="extracts", max_upload_size=_LARGEST,
    )  # fmt: skip
    found: Desk = st.session_state.setdefault(_DESK, Desk())
    source, month = _named()
    files = (*(file.file_id for file in given), str(source), str(month))
    if files != found.files:
        found = st.session_state[_DESK] = Desk()
        try:
            _check(warehouse, found, [(file.name, file.getvalue()) for file in given], source, month)
            found.files = files
        except (WaymarkError, OSError) as error:
            found = st.session_state[_DESK] = Desk(files, trouble=said(error))
    if found.trouble:
        st.error(plain(f"The files were not checked. {found.trouble}"))
        st.button("Check them again", on_click=lambda: st.session_state.pop(_DESK))
    return found


def _named() -> tuple[str | None, date | None]:
    """Ask for source and month of files that do not tell; None for what they are to tell themselves."""
    titles = {name: source.title for name, source in load_sources().items()}
    with st.expander("Where a file does not tell what it is, or which month it is for"):
        source = st.selectbox(
            "They follow", list(titles), None, lambda name: f"{titles[name]} ({name})", key="source named",
            placeholder="what their headings say",
        )  # fmt: skip
        text = st.text_input("They are for the month", key="month named", placeholder="YYYY-MM").strip()
        month = month_in(text) if text else None
        if text and month is None:
            st.warning("Write the month as YYYY-MM. Until then the files tell it themselves.")
    return source, month


def _check(
    warehouse: Warehouse, desk: Desk, files: list[tuple[str, bytes]], source: str | None, month: date | None
) -> None:
    """Fill the desk, file by file, with progress. Raises WaymarkError, OSError; no file is left anywhere then."""
    if not files:
        return
    refused: set[str] = st.session_state.setdefault("refused", set())  # on record once, however often it is dropped
    bar = st.progress(0.0, "Putting the files aside …")
    with (
        received(files) as paths,
        closing(examine_files(paths, today=now().date(), source=source, month=month)) as examinations,
    ):
        bar.progress(0.0, f"Checking {len(paths)} files …" if len(paths) > 1 else "Checking the file …")
        for number, found in enumerate(examinations):
            desk.examined.append(found)
            desk.checked.append(beside_loads(warehouse, found))
            if any(finding.rule == upload.UNKNOWN for finding in found.findings):
                desk.sketches[number] = _sketch(found.path)
            if found.verdict == "reject" and found.sha256 not in refused:
                record_refusal(warehouse, found, (), act("load"))
                refused.add(found.sha256)
            bar.progress((number + 1) / len(paths), f"Checked {plain(found.file)}")
    bar.empty()


def _sketch(path: Path) -> str:
    try:
        return sketched(path)
    except UnreadableFileError:
        return ""


def overview(desk: Desk, held: Sequence[dict[str, object]]) -> None:
    """Show every file on one line: verdict, what it is, rows, and what it stands beside."""
    shown = upload.files(desk, [beside(held, found) for found in desk.checked])
    table(shown, "Files and their verdicts", "files", ("Rows", "Can be loaded", "Held back"), whole=True)
    for what in desk.clashes():
        st.warning(plain(f"Two files or more are for {what}. Each replaces the one before it: choose the one to keep."))


def file(desk: Desk, number: int) -> None:
    """Show one file: verdict, findings, what to send back, what must be explained, and what to do when unknown."""
    found = desk.checked[number]
    words, done = upload.verdict_words(desk, number), desk.is_loaded(number)
    with st.expander(
        f"File {number + 1}, {plain(found.file)}: {plain(words)}", expanded=found.verdict != "accept" and not done
    ):
        st.badge(words, color=VERDICT_MARKS[found.verdict].tone)  # type: ignore[arg-type]
        if found.findings:
            sentences_table(upload.findings(found), f"Findings in {found.file}")
            offer(
                "Download the findings to send back", lambda: slip_bytes(found), f"findings {number + 1}.xlsx",
                _WORKBOOK, f"slip {number}",
            )  # fmt: skip
        else:
            st.markdown("Nothing was found in it.")
        if found.verdict == "reject":
            st.markdown("Errors must be mended in the file. Mend it, or send the findings back; then drop it again.")
        if number in desk.sketches:
            _unknown(desk.sketches[number], number)
        if number in desk.loadable():
            # A label is read out as it is written, escapes and all: it holds no text of the file.
            for rule, question in upload.queries(found).items():
                st.markdown(f"**{plain(rule)}:** {plain(question)}")
                st.text_input(
                    f"Why is it right as it is? ({rule}, file {number + 1})", key=_explains(desk, number, rule),
                    placeholder="your reason stays on record with the load",
                )  # fmt: skip
            st.checkbox(f"Load file {number + 1}", True, key=_chooses(desk, number))


def _unknown(draft: str, number: int) -> None:
    st.markdown(
        "**A new kind of file?** A file format is one small text file that says which column means what. Below is a "
        "first draft made from the headings. Save it under etl/sources, settle every line that says TODO, and check "
        "the file again; docs/add\\_a\\_source.md leads through it in ten minutes."
    )
    if draft:
        st.code(draft, language=None, wrap_lines=True)
        offer("Download the draft", draft.encode, "new_source.yaml", "text/yaml", f"sketch {number}")


def chosen(desk: Desk) -> list[int]:
    """Return the numbers of the files that are ticked."""
    return [number for number in desk.loadable() if st.session_state.get(_chooses(desk, number), True)]


def explanations(desk: Desk, number: int) -> dict[str, str]:
    """Return what was answered to a file's queries, by rule."""
    asked = upload.queries(desk.checked[number])
    given = {rule: str(st.session_state.get(_explains(desk, number, rule), "")).strip() for rule in asked}
    return {rule: why for rule, why in given.items() if why}


def _explains(desk: Desk, number: int, rule: str) -> str:
    return f"why {desk.files[number : number + 1]} {number} {rule}"


def _chooses(desk: Desk, number: int) -> str:
    return f"choose {desk.files[number : number + 1]} {number}"


def would_change(warehouse: Warehouse, desk: Desk, numbers: list[int]) -> None:
    """Show what loading these files would do to the figures, tried on a private copy."""
    if not numbers:
        st.markdown("No file is chosen.")
        return
    fresh = desk.previewed != tuple(numbers)
    few = sum(desk.checked[number].rows_in for number in numbers) <= _PREVIEWED_AT_ONCE
    asked = begin("preview", "Work out what would change", off=not fresh) if fresh else False
    if asked or (fresh and desk.preview is None and few and desk.problem is None and not is_at_work()):
        with at_work():
            _try_out(warehouse, desk, numbers)
    if desk.problem:
        st.info(plain(f"What would change cannot be shown: {desk.problem}"))
    if desk.preview is None or desk.previewed != tuple(numbers):
        return
    jumps, words = upload.preview_in_short(desk.preview)
    (st.warning if jumps else st.markdown)(plain(words))
    if len(desk.preview):
        shown = upload.preview(desk.preview)
        table(shown, "What the chosen files would change", "preview rows", tuple(shown.columns[3:6]), whole=True)


def _try_out(warehouse: Warehouse, desk: Desk, numbers: list[int]) -> None:
    def load(copy: Warehouse) -> None:
        for number in numbers:
            rules = {finding.rule: "tried" for finding in desk.checked[number].findings}
            load_examined(copy, desk.examined[number], act("load"), explanations=rules)

    with st.spinner("Trying it on a copy …"):
        try:
            desk.preview = preview(warehouse, data_folder() / "kept", plan_folder(), load, now().date())
            desk.previewed, desk.problem = tuple(numbers), None
        except (WaymarkError, OSError) as error:  # the files can be loaded all the same
            desk.preview, desk.problem = None, said(error)


def load(warehouse: Warehouse, desk: Desk, numbers: list[int], off: bool) -> None:
    """Offer to load the chosen files; those whose queries have no answer are named."""
    open_questions = [n for n in numbers if set(upload.queries(desk.checked[n])) - set(explanations(desk, n))]
    for number in open_questions:
        st.info(plain(f"{desk.checked[number].file} waits for an explanation above; untick it to load the others."))
    words = f"Load these {len(numbers)} files" if len(numbers) > 1 else "Load this file"
    if begin("load", words, off=off or not numbers or bool(open_questions), primary=True):
        with at_work():
            _load(warehouse, desk, numbers)


def _load(warehouse: Warehouse, desk: Desk, numbers: list[int]) -> None:
    bar = st.progress(0.0, "Loading …")
    for done, number in enumerate(numbers, start=1):
        answered, begun = explanations(desk, number), time.monotonic()
        outcome = desk.outcomes[number] = load_examined(
            warehouse, desk.examined[number], act("load"), explanations=answered
        )  # fmt: skip
        log_outcome(outcome, time.monotonic() - begun)
        desk.checked[number] = outcome.found
        desk.preview, desk.previewed = None, ()
        bar.progress(done / len(numbers), f"{plain(outcome.found.file)} is done")


def outcomes(desk: Desk) -> None:
    """Say what became of every file that was to be loaded."""
    for outcome in desk.outcomes.values():
        loaded, words = upload.outcome_words(outcome)
        (st.success if loaded else st.warning)(plain(words))


def take_back(warehouse: Warehouse, held: Sequence[dict[str, object]]) -> None:
    """Offer to take a load out of the figures, with a reason and a second look."""
    words = upload.current_loads(held)
    if not words:
        st.markdown("Nothing is loaded.")
        return
    load_id = st.selectbox(
        "Load to take back", list(words), format_func=lambda one: words[one], key="load to take back"
    )
    why = st.text_input("Reason", key="reason to take back", placeholder="it stays on record with the load")
    sure = st.checkbox("Its figures go with the next publication; an earlier load of that month does not return.")
    if begin("withdraw", "Take it back", off=not (sure and why.strip())):
        with at_work():
            withdraw(warehouse, load_id, why, act("load"))


def each(desk: Desk, show: Callable[[Desk, int], None]) -> None:
    """Show every file of the desk."""
    for number in range(len(desk.checked)):
        show(desk, number)
