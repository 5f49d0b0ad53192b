"""How many may knock: whoever is not signed in can open the stream, since it draws the page to sign in on."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

STRANGERS = 60  # open at once from one address, by people who are not signed in
ALL_STRANGERS = 300  # open at once from everywhere
SAID = 30  # messages a minute on one stream of a stranger: the page to sign in on needs a handful
SAID_BY_PERSON = 1200  # on one of somebody who is signed in
KNOCKS = 240  # a minute from one address, by them: opening the stream, beginning and ending a sign-in
TABS = 30  # open at once by one person
_ADDRESSES = 10_000  # remembered before those that have been quiet are forgotten


class Pace:
    """How fast one stream talks: each message makes Streamlit draw a page anew."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        """Allow so many messages in any minute."""
        self._times: deque[float] = deque(maxlen=most)
        self._clock = clock

    def is_too_fast(self) -> bool:
        """Count a message; return whether it is one too many."""
        now = self._clock()
        full = len(self._times) == self._times.maxlen and self._times[0] > now - 60
        self._times.append(now)
        return full


class Limits:
    """Counts of one process; a proxy in front limits by address as well."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start with nobody there."""
        self._clock = clock
        self._open: Counter[tuple[str, str]] = Counter()
        self._knocks: dict[str, deque[float]] = {}

    def knock(self, address: str) -> bool:
        """Count a knock of somebody not signed in; return whether it is one too many from there."""
        now = self._clock()
        if len(self._knocks) > _ADDRESSES:
            self._knocks = {one: times for one, times in self._knocks.items() if times[-1] > now - 60}
        times = self._knocks.setdefault(address, deque([], KNOCKS))
        if len(times) == KNOCKS and times[0] > now - 60:
            return True
        times.append(now)
        return False

    def is_full(self, key: str | None, address: str) -> bool:
        """Return whether this person, or those at an address who are not signed in, have as many open as they may."""
        if key:
            return self._open[key, ""] >= TABS
        everywhere = sum(count for (who, _), count in self._open.items() if not who)
        return self._open["", address] >= STRANGERS or everywhere >= ALL_STRANGERS

    @contextmanager
    def counted(self, key: str | None, address: str) -> Iterator[None]:
        """Count one open stream for as long as it is."""
        name = (key, "") if key else ("", address)
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]
