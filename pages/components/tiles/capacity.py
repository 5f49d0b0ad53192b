"""The pieces of the capacity page. Imported by that page alone: what it rests on is heavy to load."""

from dataclasses import dataclass

import streamlit as st

from metrics import capacity_view, waits_view, wording
from metrics.capacity import Aim, Outcome, Position
from metrics.capacity_view import Assumed, Clock, Service
from metrics.forecast_rates import Rates, WhatIf
from pages.components import capacity, charts, filters
from pages.components.queries import Edition, kept
from pages.components.text import plain
from pages.components.tiles.basics import draw, facts, look, table


@dataclass(frozen=True)
class Question:
    """What is asked of one list: its service, the standard, the share in time, and rates that may be assumed."""

    service: Service
    clock: Clock
    share: int
    assumed: Assumed | None
    aims: tuple[Aim, ...]

    @property
    def key(self) -> str:
        """Return the question as text: equal questions have equal answers."""
        return f"{self.service.clock} {self.service.area} {self.share} {self.assumed} {self.aims}"

    def rates(self) -> Rates | None:
        """Return rates ahead, None where there are none and nothing is assumed."""
        return kept(f"rates {self.key}", lambda: capacity_view.rates_of(self.service, self.assumed))

    def today(self) -> Position | None:
        """Return how the service stands, None without rates."""
        return capacity_view.standing(self.service, self.assumed, self.clock.weeks, self.share / 100)


def choose(edition: Edition) -> tuple[Service | None, Clock] | None:
    """Ask for a waiting list and return it with its clock; None where the edition holds no list at all."""
    bands, areas = edition.tables["bands"], edition.tables["areas"]
    found, names = capacity_view.lists(bands, areas), edition.area_names()
    if not found:
        return None
    words = {f"{capacity_view.clock(clock).title} · {names.get(area, area)}": (clock, area) for clock, area in found}
    clock, area = filters.waiting_list(words)
    return service(edition, clock, area), capacity_view.clock(clock)


def service(edition: Edition, clock: str, area: str) -> Service | None:
    """Return the latest list of a clock and area; None where it cannot be added up."""
    return kept(f"service {clock} {area}", lambda: capacity_view.service(edition.tables["bands"], clock, area))


def question(edition: Edition, service: Service, clock: Clock, share: int, assumed: Assumed | None) -> Question:
    """Return what is asked of a list: the plan's numbers for it, and the two aims of 52 weeks."""
    planned = kept(
        f"aims {service.clock} {service.area}",
        lambda: capacity_view.aims(service, *(edition.tables[name] for name in ("kpis", "milestones", "scorecard"))),
    )
    return Question(
        service, clock, share, assumed, (*planned, *capacity_view.a_year_ahead(service, clock.weeks, share / 100))
    )


def todays_list(service: Service, clock: Clock) -> None:
    """Show who waits today, by how long."""
    with st.container(horizontal=True):
        longer = capacity_view.waiting_longer(service, clock.weeks)
        for name, figure in capacity.list_facts(service, longer, clock.weeks):
            st.metric(plain(name), plain(figure), border=True, width=300)
    shown = waits_view.to_draw(service.bands, clock.weeks)
    words = charts.waiting_bands_in_words(shown, service.month)
    draw(charts.waiting_bands(shown, clock.weeks, look()), words, "bands", still=True)
    st.markdown(
        f":gray[:small[{plain(f'Hatched: past {clock.weeks} weeks. The bands differ in width.')} "
        f"{plain(' '.join(service.waiting.notes))}]]"
    )


def assumptions(service: Service) -> Assumed | None:
    """Say what published lists can and cannot answer, and ask for the rates they lack."""
    with st.container(border=True):
        st.markdown(
            "**This list comes without referrals and completions.** It tells who waits and who will pass a mark unless "
            "seen first. It cannot tell today's rate, whether the list grows, or when a milestone is reached."
        )
        newest = capacity_view.newest_referrals(service)
        if newest is not None:
            hint = f"{wording.number(newest, 'children')} on the list had waited a week at most"
            st.markdown(f"{plain(hint)}, so at least about that many are referred a week.")
        st.markdown(
            f"Enter what you take them to be. They stay in the address, and all that rests on them is marked "
            f"**{plain(capacity.ASSUMED)}**."
        )
        came, seen = filters.assumed_rates()
    if came is None or seen is None:
        return None
    return Assumed(came, seen)


def rates(question: Question) -> None:
    """Show today's rates, load, pressure and target list size, or that nobody can tell without rates."""
    today, weeks, assumed = question.today(), question.clock.weeks, question.assumed is not None
    if today is None:
        st.info("Cannot tell without referrals and completions. Enter both above, as assumptions.")
        return
    facts(
        [
            ("Referrals", capacity.rate_words(today.referrals, assumed)),
            ("Completions", capacity.rate_words(today.completions, assumed)),
            ("Load, referrals over completions", capacity.load_words(today, assumed)),
            ("Pressure, twice the mean wait over the standard", capacity.pressure_words(today, weeks)),
            ("Target list size", capacity.target_words(today, weeks, question.share, assumed)),
        ]
    )


def needed(question: Question) -> None:
    """Show completions a week that each aim takes, beside today's."""
    rates, today = question.rates(), question.today()
    if rates is None or today is None:
        return
    aims = list(question.aims)
    needs = capacity_view.needs(question.service, rates, today, aims)
    shown = capacity.needs_table(needs, aims, question.assumed is not None)
    table(shown, "Completions a week that each aim takes", "needed", ("Needed a week", "Today a week", "More"))
    st.markdown(
        ":gray[:small[In brackets: four of five simulated futures lie between. A share within a number of weeks is "
        "taken as the list size that allows it once waits have settled.]]"
    )


def asked(service: Service) -> WhatIf:
    """Ask what to try, kept in the address."""
    months = {wording.month_words(month): month for month in capacity_view.months_to_choose(service)}
    first, second = st.columns(2)
    with first:
        more, begin = filters.slots(months)
        growth = filters.growth()
    with second:
        extra, start = filters.recovery(months)
        now, then = filters.missed()
    return WhatIf(growth, more, begin, now, then, extra, start)


def tried(question: Question, change: WhatIf) -> None:
    """Show the list, the share in time and the aims redrawn under a what-if, beside nothing changed."""
    rates, today = question.rates(), question.today()
    if rates is None or today is None:
        return
    service, aims, weeks = question.service, list(question.aims), question.clock.weeks

    def outcome(what: WhatIf) -> Outcome:
        return kept(f"{what} {question.key}", lambda: capacity_view.try_out(service, rates, what, aims))

    now = outcome(WhatIf())
    then = None if capacity_view.changes_nothing(change) else outcome(change)
    mark = f" ({capacity.ASSUMED} rates)" if question.assumed else ""
    for title, measure, unit, target in (
        (f"Children waiting{mark}", "size", "children", today.target_list),
        (f"Waiting {weeks} weeks or less{mark}", f"within_{weeks}", "percent", float(question.share)),
    ):
        before = capacity_view.measure(service, now, measure)
        after = None if then is None else capacity_view.measure(service, then, measure)
        sizes = service.sizes if unit == "children" else service.sizes.iloc[:0]
        st.markdown(f"**{plain(title)}**")
        chart = charts.ahead(sizes, before, after, target, look(), percent=unit == "percent")
        draw(chart, charts.ahead_in_words(title, before, after, unit), f"ahead {measure}")
    table(
        capacity.reached_table(now.reached, None if then is None else then.reached, aims),
        "When each aim is reached",
        "reached",
    )


def passing(question: Question) -> None:
    """Show who passes each mark by a board meeting, with and without the rates."""
    by = filters.board_date(*capacity_view.board_dates(question.service))
    rates = question.rates()
    found = kept(f"passing {by} {question.key}", lambda: capacity_view.passing(question.service, by, rates))
    whose = None if rates is None else "the assumed rates" if question.assumed else "today's rates"
    table(capacity.passing_table(found, by, whose), "Who passes each mark", "passing")
    st.markdown(
        ":gray[:small[Children are taken as spread evenly inside a band; the bounds hold whatever the spread.]]"
    )
