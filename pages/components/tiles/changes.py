"""The pieces of the changes page."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from metrics import compare
from pages.components import changes
from pages.components.queries import Edition, kept
from pages.components.text import plain
from pages.components.tiles.basics import download, table


@dataclass(frozen=True)
class Differences:
    """All figures that differ between two editions, those of the local area, and what else moved."""

    all: pd.DataFrame
    local: pd.DataFrame
    plan: pd.DataFrame


def differences(before: Edition, now: Edition) -> Differences:
    """Return what differs, worked out once for the two editions."""

    def found() -> Differences:
        rows = compare.figures(before.tables, now.tables)
        own = compare.local(rows, now.tables["scorecard"], now.tables["areas"])
        return Differences(rows, own, compare.of_the_plan(before.tables, now.tables))

    return kept(f"differences from {before.manifest.edition_id}", found)


def in_short(before: Edition, now: Edition, found: Differences) -> None:
    """Say in sentences what differs, and who published either edition and why."""
    told = changes.in_short(before.manifest, now.manifest, found.all, found.local)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in told))


def of_the_plan(found: Differences) -> None:
    """Show what moved beside the figures."""
    if found.plan.empty:
        st.markdown("No status, target or rule set changed.")
    else:
        table(changes.plan_table(found.plan), "What moved on the scorecard", "moved", long_text=True)


def figures(found: Differences, names: dict[str, str]) -> None:
    """Show the local figures that changed, areas by their names, and offer every changed figure."""
    if found.all.empty:
        st.markdown("No figure changed.")
        return
    if found.local.empty:
        st.markdown("No figure of the local area changed.")
    else:
        shown = changes.figures_table(found.local, names)
        table(shown, "Figures that changed", "changed figures", ("Before", "Now", "Difference"))
    download(found.all, "waymark-changes", "Download every changed figure (CSV)")
