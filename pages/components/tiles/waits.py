"""The pieces of the waiting times page. Imported by that page alone: who passes a mark next is heavy to load."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from metrics import capacity_view, waits_view, wording
from metrics.capacity_view import Clock
from pages.components import charts, filters, waits
from pages.components.queries import Edition, kept
from pages.components.text import plain
from pages.components.theme import Look
from pages.components.tiles import capacity, kpi
from pages.components.tiles.basics import download, drawn, drawn_lines, table
from pages.components.tiles.beside import checks_of_list


@dataclass(frozen=True)
class WaitingList:
    """One list of the edition: who waits on which clock in which area, band by band and month by month."""

    key: str
    area: str
    clock: Clock
    bands: pd.DataFrame
    months: pd.DataFrame
    kpis: pd.DataFrame

    @property
    def name(self) -> str:
        """Return what tells this list from every other of the edition."""
        return f"{self.key} {self.area}"

    @property
    def late_from(self) -> int | None:
        """Return the weeks of the clock's own standard, None where it has none."""
        return self.clock.weeks if self.clock.has_standard else None

    @property
    def straddled(self) -> bool:
        """Return whether a band reaches over those weeks."""
        return waits_view.straddles(self.bands, self.clock.weeks)


def choose(edition: Edition) -> WaitingList | None:
    """Ask for a waiting list and return it; None where the edition holds none."""
    bands = edition.tables["bands"]
    words = list_words(edition)
    if not words:
        return None
    key, area = filters.waiting_list(words)

    def found() -> WaitingList:
        clock, own = capacity_view.clock(key), waits_view.waiting(bands, key, area)
        months = waits_view.by_month(own, clock.weeks)
        return WaitingList(key, area, clock, own, months, waits_view.kpis_of(edition.tables["kpis"], key))

    return kept(f"waiting list {key} {area}", found)


def list_words(edition: Edition) -> dict[str, tuple[str, str]]:
    """Return clock and area of every waiting list by its words."""
    names = edition.area_names()
    found = kept("lists", lambda: capacity_view.lists(edition.tables["bands"], edition.tables["areas"]))
    return {f"{capacity_view.clock(clock).title} · {names.get(area, area)}": (clock, area) for clock, area in found}


def today(edition: Edition, chosen: WaitingList) -> None:
    """Show the latest month's list in four figures, with what its checks found."""
    latest = chosen.months.iloc[-1]
    with st.container(horizontal=True):
        for name, figure in waits.totals(latest, chosen.clock.weeks):
            st.metric(plain(name), plain(figure), border=True)
    checks_of_list(edition, chosen.key, chosen.area, latest["month"])


def size(chosen: WaitingList) -> None:
    """Show the size of the list over time."""
    rows = _as_results(chosen.months, "size")
    title, unit = "Children waiting", "children"
    drawn(
        f"size {chosen.name}",
        lambda look: (charts.over_time(rows, unit, look), charts.over_time_in_words(title, rows, unit)),
    )


def movement(edition: Edition, chosen: WaitingList) -> None:
    """Show who joined and who left the list, or that this list comes without movement."""
    service = capacity.service(edition, chosen.key, chosen.area)
    if service is None or service.flows.empty:
        st.markdown("This list comes without referrals and completions, so who joined and who left is not known.")
        return
    flows = service.flows.assign(left=waits_view.left(service.flows))
    series = [
        charts.Series(name, _as_results(flows, column))
        for name, column in (("Joined", "referrals"), ("Left, seen or removed", "left"))
    ]
    title = "Children joining and leaving the list, month by month"
    drawn_lines(f"movement {chosen.name}", title, series, "children")


def ribbon(chosen: WaitingList) -> None:
    """Show the list by groups of weeks, month after month, with the same as a table."""
    rows = kept(f"ribbon {chosen.name}", lambda: waits_view.ribbon(chosen.bands, chosen.clock.weeks))
    title = f"{chosen.clock.title}: children waiting by how long"
    drawn(
        f"ribbon {chosen.name}",
        lambda look: (charts.ribbon(rows, chosen.late_from, look), charts.ribbon_in_words(rows, title)),
    )
    st.markdown(f":gray[:small[{plain(waits.ribbon_note(chosen.late_from, chosen.straddled))}]]")
    with st.expander("The same as a table"):
        shown = waits.ribbon(rows)
        table(shown, title, "ribbon rows", tuple(shown.columns[1:]))
        download(chosen.bands, f"waymark-{chosen.key}-bands", "Download every band of this list (CSV)")


def distribution(chosen: WaitingList) -> None:
    """Show today's list, band by band as it was sent."""
    month = chosen.bands["month"].max()
    latest = chosen.bands[chosen.bands["month"] == month]
    if latest["children"].isna().all():
        st.info("No band of the latest month has a count, so nothing is drawn. It is not zero.")
        return
    if latest["children"].isna().any():
        st.info("A band of the latest month has no count. It is left out below; it is not zero.")

    def chart(look: Look) -> tuple[go.Figure, str]:
        shown = waits_view.to_draw(latest, chosen.clock.weeks)
        return charts.waiting_bands(shown, chosen.late_from, look), charts.waiting_bands_in_words(shown, month)

    drawn(f"bands {chosen.name}", chart, still=True)


def percentiles(chosen: WaitingList) -> None:
    """Show the median and the 92nd percentile over time beside the standard."""
    series = [
        charts.Series(name, _as_results(chosen.months, column))
        for name, column in (("92 of 100 have waited up to", "long"), ("Half have waited up to", "median"))
    ]
    title = "Weeks that children have waited so far"
    drawn_lines(f"percentiles {chosen.name}", title, series, "weeks", chosen.late_from)


def passing(edition: Edition, chosen: WaitingList) -> None:
    """Show who is past each mark and who passes it next."""
    service = capacity.service(edition, chosen.key, chosen.area)
    if service is None:
        st.info("A band of this list has no count in its latest month, so nobody can say who passes a mark next.")
        return
    capacity.passing(capacity.question(edition, service, chosen.clock, filters.SHARE, None))


def cohorts(edition: Edition, chosen: WaitingList) -> None:
    """Show the list's figures by each split that its KPIs have, one table a split."""

    def split() -> pd.DataFrame:
        frames = [edition.broken_down(str(kpi)).assign(title=title) for kpi, title in _titles(chosen)]
        return pd.concat(frames) if frames else edition.tables["results"].iloc[:0]

    rows = kept(f"splits {chosen.name}", split)
    if rows.empty:
        st.markdown("The figures of this list come for everyone together; no split was sent.")
        return
    units, senders = dict(zip(chosen.kpis["kpi"], chosen.kpis["unit"], strict=True)), edition.senders()
    if blank := waits.never_supplied(rows):
        st.markdown(f":gray[Not supplied on this list: {plain(', '.join(wording.group_words(one) for one in blank))}.]")
    rows = rows[~rows["breakdown"].isin(blank)]
    if len(rows):
        breakdown = filters.split({wording.group_words(one): one for one in sorted(set(rows["breakdown"]))})
        shown = waits.cohorts(rows[rows["breakdown"] == breakdown], units, senders)
        words = f"By {wording.group_words(breakdown)}"
        table(shown, f"{words}: figures of the list", f"cohorts {breakdown}", tuple(shown.columns[1:]))


def side_by_side(edition: Edition, keys: tuple[str, ...]) -> None:
    """Show these clocks' lists on one axis of days, and the share of each within its own standard."""
    lists = [(words, (clock, area)) for words, (clock, area) in list_words(edition).items() if clock in keys]
    if not lists:
        st.markdown("None of these lists is in this edition.")
        return
    weeks = {clock: capacity_view.clock(clock).weeks for _, (clock, _) in lists}
    both = [one for _, one in lists]
    rows = kept(f"side by side {both}", lambda: waits_view.side_by_side(edition.tables["bands"], both, weeks))
    one_place = len({area for _, (_, area) in lists}) == 1
    named = [capacity_view.clock(clock).title if one_place else words for words, (clock, _) in lists]
    names = [f"{n}, {wording.short_month(m)}" for n, m in zip(named, rows["month"], strict=True)]
    words = charts.clocks_in_words(rows, named)
    drawn(f"clocks {both}", lambda look: (charts.clocks(rows, names, look), words), still=True)
    st.markdown(
        ":gray[:small[Dot: half have waited so long or less. Diamond: 92 of 100. Upright line: the standard of the "
        "clock. Open shapes: the true figure lies further right.]]"
    )
    shown = waits.clocks(rows, named)
    table(shown, "Clocks beside each other", "clock rows", tuple(shown.columns[1:]))


def beside(edition: Edition, chosen: WaitingList) -> None:
    """Show the share within the standard beside England and the integrated care board."""
    found = chosen.kpis[chosen.kpis["kpi"].str.endswith(f"within_{chosen.clock.weeks}_weeks")]
    if found.empty:
        st.markdown("No other area publishes this list.")
        return
    row = found.iloc[0]
    kpi.comparison(edition, str(row["kpi"]), str(row["title"]), str(row["unit"]))


def _titles(chosen: WaitingList) -> list[tuple[str, str]]:
    return list(zip(chosen.kpis["kpi"], chosen.kpis["title"], strict=True))


def _as_results(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return month, value and the parts a chart asks for, one row a month."""
    least = frame.get(f"{column}_at_least")
    blank = {**dict.fromkeys(("numerator", "denominator", "low", "high")), "flag": frame.get("flag")}
    return pd.DataFrame(
        {"month": frame["month"], "period_months": 0, "value": frame[column], "at_least": least, **blank}
    )


def month_words(chosen: WaitingList) -> str:
    """Return the latest month of a list in words."""
    return wording.month_words(chosen.months["month"].iloc[-1])
