"""Publishing from the screen, and who did what."""

import streamlit as st

from etl.audit import acts
from etl.settings import editions_folder, plan_folder
from etl.warehouse import Warehouse
from metrics import wording
from metrics.publication import Publication, publish_and_tell
from metrics.rehearsal import Rehearsal, rehearse
from pages.components import upload
from pages.components.text import plain
from pages.components.tiles.basics import table
from pages.components.tiles.working import act, at_work, begin, now, told

_REHEARSED, _PUBLISHED = "rehearsed", "published"
_EVERY = "Every act"


def publish(warehouse: Warehouse) -> None:
    """Show what publishing would change, ask for a note, publish step by step, and say what came of it."""
    if begin("rehearse", "Work out what would change"):
        with at_work(), st.status("Working out what would change …") as steps:
            found = rehearse(
                warehouse, editions_folder(), plan_folder(), by=act("publish").who, at=now(),
                step=lambda name: steps.update(label=f"Working out what would change: {name} …"),
            )  # fmt: skip
            st.session_state[_REHEARSED] = found
            st.session_state.pop(_PUBLISHED, None)
    rehearsed: Rehearsal | None = st.session_state.get(_REHEARSED)
    if rehearsed is not None:
        _would_change(rehearsed)
    note = st.text_input("Note for the readers of this edition", key="note to readers", max_chars=300)
    same = rehearsed is not None and not rehearsed.changed
    if begin("publish", "Publish", off=same, primary=True):
        with at_work():
            who = act("publish")
            with st.status("Publishing …") as steps:
                made = publish_and_tell(
                    warehouse, editions_folder(), plan_folder(), by=who.who, note=note, at=now(), role=who.role,
                    step=lambda name: steps.update(label=f"Publishing: {name} …"),
                )  # fmt: skip
            st.session_state[_PUBLISHED] = made, rehearsed
            st.session_state.pop(_REHEARSED, None)
    if _PUBLISHED in st.session_state:
        _published(*st.session_state[_PUBLISHED])


def _would_change(found: Rehearsal) -> None:
    if not found.changed:
        st.info("The figures are those of the edition in use: there is nothing to publish.")
        return
    if found.first:
        st.markdown(plain(f"This would be the first edition, with {found.figures:,} figures."))
        return
    rows = found.scorecard
    scored = (
        "the latest figures and statuses of these scored KPIs" if len(rows) else "no status or latest scored figure"
    )
    st.markdown(plain(f"{found.figures:,} figures would differ, among them {scored}."))
    if len(rows):
        table(upload.scorecard(rows), "What would change on the scorecard", "scorecard changes", whole=True)


def _published(made: Publication, rehearsed: Rehearsal | None) -> None:
    manifest = made.published.manifest
    if not made.published.changed:
        st.info("Nothing has changed since the edition in use, so it stays. A note is kept with new figures only.")
        return
    st.success(plain(f"Published at {wording.moment_words(manifest.published_at)}: edition {manifest.edition_id}."))
    if rehearsed is not None and rehearsed.manifest.content_sha256 != manifest.content_sha256:
        st.warning("Something was loaded or taken back since you looked, so more changed than was shown above.")
    for problem in made.problems:
        st.warning(plain(problem))
    if made.notice and made.notice.problem is None:
        st.markdown(plain(f"A digest for those who were not here is kept as {made.notice.path.name}."))
    st.page_link("pages/changes.py", label="See what changed →")


def who_did_what(warehouse: Warehouse) -> None:
    """Show the audit, newest first, filtered by what was done and by words."""
    with told():
        with warehouse.reading() as reader:
            rows = acts(reader)
        kinds = {upload.act_words(act): act for act in sorted(set(rows["act"]))}
        left, right = st.columns(2)
        with left:
            kind = st.selectbox("What was done", [_EVERY, *kinds], key="act")
        with right:
            words = st.text_input("With the words", key="act words", placeholder="a name, a load, an edition")
        table(upload.acts(rows, kinds.get(kind), words), "Who did what, newest first", "acts")
