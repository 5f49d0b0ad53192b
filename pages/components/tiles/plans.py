"""The pieces of the EHC plans page: several KPIs on one chart, stage after stage, and the place among others."""

import pandas as pd
import streamlit as st

from pages.components import charts, filters, tables
from pages.components.plans import Named, latest_stages, with_figures
from pages.components.queries import Edition, kept
from pages.components.text import plain
from pages.components.tiles.basics import drawn, drawn_lines, table
from pages.components.tiles.beside import ranked, read_beside
from pages.components.tiles.kpi import comparison
from pages.components.tiles.scorecard import to_kpi


def together(edition: Edition, title: str, named: Named) -> None:
    """Show KPIs of one unit as lines on one chart, each by its short name, and what to read beside them.

    Says which have no figure.
    """
    held = _held(edition, named)
    st.markdown(f"**{plain(title)}**")
    _absent(named, held)
    if held:
        series = [charts.Series(named[kpi], rows) for kpi, rows in held.items()]
        unit = str(edition.tables["kpis"].set_index("kpi")["unit"][next(iter(held))])
        drawn_lines(f"together {title}", title, series, unit)
        for kpi in held:
            to_kpi(kpi, named[kpi])
        read_beside(edition, *held)


def by_period(edition: Edition, key: str, title: str, named: Named) -> None:
    """Offer KPIs of a year and their twins of a month (`?<key>=`); only the ones asked for are drawn."""
    monthly = {f"{kpi}_by_month": name for kpi, name in named.items()}
    by_year, by_month = filters.periods(["By year", "By month"], key)
    for place, words, held in ((by_year, "by year", named), (by_month, "by month", monthly)):
        if place.open:
            with place:
                together(edition, f"{title}, {words}", held)


def stages(edition: Edition, named: Named) -> None:
    """Show the latest figure of each stage, a share with its interval, in the order given."""
    held = _held(edition, named)
    _absent(named, held)
    if held:
        rows = latest_stages(held, named)
        drawn("stages", lambda look: (charts.stages(rows, look), charts.stages_in_words(rows)), still=True)
        table(tables.stages(rows), "Stage after stage", "stage rows", ("On time", "Base", "95 % interval"))


def beside(edition: Edition, kpi: str) -> None:
    """Show a KPI beside its comparators, with its place among areas of its level and among its neighbours."""
    row = edition.kpi(kpi)
    if row is None:
        st.markdown("This edition does not hold the figure.")
        return
    ranked(edition, kpi, str(row["unit"]))
    comparison(edition, kpi, str(row["title"]), str(row["unit"]))


def _held(edition: Edition, named: Named) -> dict[str, pd.DataFrame]:
    return kept(f"over time {list(named)}", lambda: with_figures(edition, named))


def _absent(named: Named, held: dict[str, pd.DataFrame]) -> None:
    if names := [name for kpi, name in named.items() if kpi not in held]:
        st.markdown(f":gray[No figure yet: {plain('; '.join(names))}.]")
