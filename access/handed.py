"""Files handed out: whose each is, for the short while until the browser has fetched it.

Streamlit serves a download to whoever names its address. Here the address is good for the person it was made for.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic

_KEPT = 120  # seconds


class HandedOut:
    """Which file, by Streamlit's id of it, was made for whom."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start with nothing handed out."""
        self._clock = clock
        self._until: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def to(self, key: str, file: str) -> None:
        """Note that a file was made for a person."""
        now = self._clock()
        with self._lock:
            self._until = {one: until for one, until in self._until.items() if until > now}
            self._until[key, file] = now + _KEPT

    def is_for(self, key: str, file: str) -> bool:
        """Return whether a file was made for this person, a moment ago."""
        with self._lock:
            return self._until.get((key, file), 0) > self._clock()


HANDED_OUT = HandedOut()
