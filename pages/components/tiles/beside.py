"""What stands beside a figure so that it does not mislead: other KPIs, its checks, its place, where others differ."""

import pandas as pd
import streamlit as st

from metrics import checks_view
from pages.components import phrases, quality
from pages.components.queries import Edition, kept
from pages.components.text import plain
from pages.components.tiles.scorecard import to_kpi


def read_beside(edition: Edition, *kpis: str) -> None:
    """Show the newest figure of every KPI without which these mislead; nothing where there is none."""
    areas = {edition.local_area(kpi) for kpi in kpis}
    names = edition.read_beside(kpis)
    told = kept(f"read beside {kpis}", lambda: [(name, _beside(edition, name, areas)) for name in names])
    if told:
        with st.container(border=True, gap="xsmall"):
            st.markdown("**Read beside**")
            for column, (name, words) in zip(st.columns(len(told)), told, strict=True):
                with column, st.container(gap="xxsmall"):
                    st.markdown(words)
                    to_kpi(name, "Open it in full")


def _beside(edition: Edition, kpi: str, areas: set[str | None]) -> str:
    """Return a KPI's title over its newest figure, with whose it is where it is of none of these areas."""
    row, newest = edition.kpi(kpi), edition.newest(kpi)
    assert row is not None  # Edition.read_beside names none that the edition does not hold
    figure, *about = phrases.newest_words(newest, str(row["unit"]))
    if newest is not None and newest["area"] not in areas:
        about.append(edition.area_names().get(newest["area"], newest["area"]))
    return f"{plain(row['title'])}  \n**{plain(figure)}**" + "".join(f" :gray[· {plain(words)}]" for words in about)


def checks(edition: Edition, kpi: str) -> None:
    """Show why a KPI's newest figure is withheld, and how many of those who should send have sent."""
    newest, row = edition.newest(kpi), edition.kpi(kpi)
    if newest is None or row is None:
        return
    behind = checks_view.behind(_checks(edition, kpi), str(row["kind"]), newest)
    if newest["flag"] == "withheld":
        _withheld("This figure is withheld, because a check does not hold", behind)
    _submitted(behind)


def checks_of_list(edition: Edition, clock: str, area: str, month: pd.Timestamp) -> None:
    """Show why the KPIs of a list's month are withheld, and how many of those who should send have sent."""
    rows = checks_view.of_list(edition.tables["checks"], clock, area)
    rows = rows[rows["month"] == month]
    _withheld("KPIs that rest on this list are withheld, because a check does not hold", rows)
    _submitted(rows)


def withheld_before(edition: Edition, kpi: str) -> None:
    """Show why earlier figures of a KPI are withheld, closed at first; nothing where no check is the reason."""
    row, rows = edition.kpi(kpi), edition.over_time(kpi)
    gone = rows.iloc[:-1][rows.iloc[:-1]["flag"] == "withheld"]
    if row is None or gone.empty:
        return
    behind = [checks_view.behind(_checks(edition, kpi), str(row["kind"]), figure) for _, figure in gone.iterrows()]
    found = checks_view.failed(pd.concat(reversed(behind))).drop_duplicates()  # latest first
    if len(found):
        with st.expander("Why earlier figures are withheld"):
            _lines(found)


def ranked(edition: Edition, kpi: str, unit: str) -> None:
    """Show in words the local area's place, its quarter and its neighbours; nothing where it is not ranked."""
    row = edition.place_among_others(kpi)
    if row is not None:
        for sentence in phrases.place_words(row, unit):
            st.markdown(plain(sentence))


def differences(edition: Edition, kpi: str, areas: list[str]) -> None:
    """Warn where the areas that stand beside each other do not count the same."""
    told = " ".join(edition.differences(kpi, areas))
    if told:
        st.warning(plain(told))


def _checks(edition: Edition, kpi: str) -> pd.DataFrame:
    return kept(f"checks of {kpi}", lambda: edition.checks_of(kpi))


def _withheld(why: str, rows: pd.DataFrame) -> None:
    found = checks_view.failed(rows)
    if len(found):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{plain(why)}**")
            _lines(found)


def _submitted(rows: pd.DataFrame) -> None:
    for line in quality.check_lines(checks_view.submitted(rows)):
        st.markdown(plain(line))


def _lines(rows: pd.DataFrame) -> None:
    st.markdown("\n".join(f"- {plain(line)}" for line in quality.check_lines(rows)))
