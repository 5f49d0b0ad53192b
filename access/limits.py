"""How many may knock: whoever is not signed in can open the stream, since it draws the page to sign in on."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

STRANGERS = 60  # open at once, by people who are not signed in
KNOCKS = 120  # a minute, by them: opening the stream, beginning and ending a sign-in
TABS = 30  # open at once by one person
_STRANGER = ""


class Limits:
    """Counts of one process; a proxy in front limits by address as well."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start with nobody there."""
        self._clock = clock
        self._open: Counter[str] = Counter()
        self._knocks: deque[float] = deque()

    def knock(self) -> bool:
        """Count a knock of somebody not signed in; return whether it is one too many."""
        now = self._clock()
        while self._knocks and self._knocks[0] <= now - 60:
            self._knocks.popleft()
        if len(self._knocks) >= KNOCKS:
            return True
        self._knocks.append(now)
        return False

    def is_full(self, key: str | None) -> bool:
        """Return whether this person, or all who are not signed in, have as many open as they may."""
        return self._open[key or _STRANGER] >= (TABS if key else STRANGERS)

    @contextmanager
    def counted(self, key: str | None) -> Iterator[None]:
        """Count one open stream for as long as it is."""
        name = key or _STRANGER
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]
