"""Does the list as a whole make sense? The checks NHS England asks of a waiting-list return, on one file alone.

RTT guidance v5.0, Annex B. Negatives, decimals, totals and starts below the newest waits cannot go wrong here: waits
are worked out row by row. Checks against last month's list are in etl/history.py, unknown starts in etl/clocks.py.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from etl.clean import each_once
from etl.clocks import Ticking
from etl.dates import DateColumn
from etl.extract import Extract

_ENOUGH = 20  # children; shares of fewer say nothing
_SOON_DAYS, _FEW = 120, 3  # between the two dates of one event; so few may be chance
# A clinic's steady list has a twentieth of its children in the first week; a council's clocks run for weeks alone.
_SHORT_DAYS, _SHORT_SHARE = 7, 0.25


def say_implausible(
    extract: Extract, ticking: Sequence[Ticking], codes: Mapping[str, pd.Series], band: pd.Series, taken: date
) -> None:
    """Say, as queries, what is unlikely of the list as a whole."""
    first = ticking[0]
    waiting = extract.good & first.applies & first.stopped.isna()
    listed = extract.good & first.applies
    if not extract.layout.from_council and listed.sum() >= _ENOUGH and not waiting.any():
        extract.say(
            listed, None, "NOBODY_WAITING", "query",
            "every wait on the list has ended, so nobody would count as waiting",
            "Ask the sender for the children who still wait; a list of closed referrals is not the whole list.",
        )  # fmt: skip
    short = waiting & ((pd.Timestamp(taken) - first.started).dt.days <= _SHORT_DAYS)
    if not extract.layout.from_council and waiting.sum() >= _ENOUGH and short.sum() > _SHORT_SHARE * waiting.sum():
        extract.say(
            short, None, "SHORT_WAITS", "query", f"more than {_SHORT_SHARE:.0%} of the list has waited a week or less",
            "Check that the start is the day the referral was received, not one that is reset.",
        )  # fmt: skip
    bands = extract.layout.breakdowns.get("age_band")
    for key in bands.columns if bands else []:
        if key in codes:
            _say_aged_out(extract, key, waiting, codes[key], band)


def _say_aged_out(extract: Extract, key: str, waiting: pd.Series, stated: pd.Series, band: pd.Series) -> None:
    """Say who is older than the list the row says it is on: at 18 a child moves to the adults' list."""
    rank = {age_band.name: float(number) for number, age_band in enumerate(extract.layout.ages)}
    by_age, by_list = (each_once(words.fillna(""), lambda texts: texts.map(rank)) for words in (band, stated))
    extract.say(
        waiting & (by_age > by_list), key, "AGED_OUT", "query",
        "children are older than the list they stand on; they are counted by their age",
        "Ask whether they were moved to the next list, and close them here.",
    )  # fmt: skip


def say_swapped(extract: Extract, dates: Mapping[str, DateColumn]) -> None:
    """Ask where two dates seem to stand under each other's heading, as reader and template of SEN2 disagree on two.

    The next meeting comes months after the last decision; a decision comes weeks after its meeting.
    """
    for first, then in extract.layout.ordered:
        if first not in dates or then not in dates:
            continue
        days = (dates[then].values - dates[first].values).dt.days
        before, behind = (extract.good & days.between(*span) for span in ((0, _SOON_DAYS), (-_SOON_DAYS, -1)))
        if behind.sum() >= _FEW and behind.sum() > before.sum():
            extract.say(
                behind, then, "DATES_SWAPPED", "query",
                f'most dates lie shortly before those under "{extract.heading(first)}", which should come first',
                "Check that the two columns are not the wrong way round.",
            )  # fmt: skip
