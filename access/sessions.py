"""Which sign-ins still hold: a small file beside the warehouse that no load, publication or restore replaces.

Every process that serves the data folder reads the same file. It also keeps what is to be written into the audit until
the warehouse has a moment.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from access.person import Person
from etl.audit import Act, acts, append, one_line
from etl.errors import NotAllowedError, WarehouseBusyError
from etl.warehouse import Warehouse

Ended = Literal["age", "idle", "ended"]
LONGEST = 8 * 3600  # seconds since the person gave proof
IDLE = 30 * 60  # seconds since the last thing the person did
_NOTED_EVERY = 30  # seconds: closer together, doing something is not written down again
_FILE = "access.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS sign_ins (
  oid TEXT, tid TEXT, issued INTEGER, roles TEXT NOT NULL, name TEXT NOT NULL, seen INTEGER NOT NULL,
  PRIMARY KEY (oid, tid, issued));
CREATE TABLE IF NOT EXISTS ended (oid TEXT, tid TEXT, not_before INTEGER NOT NULL, PRIMARY KEY (oid, tid));
CREATE TABLE IF NOT EXISTS lines (
  at INTEGER, who TEXT, role TEXT, act TEXT, subject TEXT, detail TEXT, settled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (at, who, act, subject, detail));
"""


class Sessions:
    """The sign-ins of a data folder. Times are seconds since 1970 and come from the caller."""

    def __init__(self, data: Path) -> None:
        """Open the file, which its owner alone may read. Raises NotAllowedError where it cannot be used."""
        self._path = data / _FILE
        data.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        with self._open() as file:
            file.executescript(_TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=5)) as file, file:
                yield file
        except sqlite3.Error as error:
            raise NotAllowedError("Sessions cannot be checked, so nothing is shown. Tell an analyst.") from error

    def begin(self, person: Person, now: float) -> None:
        """Note a sign-in. One with other roles than before ends every earlier one of that person."""
        with self._open() as file:
            file.execute("DELETE FROM sign_ins WHERE issued < ?", (int(now) - 2 * LONGEST,))
            self._note(file, person, now)
            other = "SELECT max(issued) FROM sign_ins WHERE oid = ? AND tid = ? AND issued < ? AND roles <> ?"
            [(last,)] = file.execute(other, (person.oid, person.tid, person.issued, person.role_words))
            if last is not None:
                _end(file, person.oid, person.tid, last)

    def ended(self, person: Person, now: float) -> Ended | None:
        """Return why a sign-in no longer holds, None while it does. One never seen before is judged by its making."""
        if now - person.proven > LONGEST:
            return "age"
        with self._open() as file:
            not_before = file.execute(
                "SELECT not_before FROM ended WHERE oid = ? AND tid = ?", (person.oid, person.tid)
            ).fetchone()
            if not_before and person.issued <= not_before[0]:
                return "ended"
            seen = file.execute(
                "SELECT seen, roles FROM sign_ins WHERE oid = ? AND tid = ? AND issued = ?",
                (person.oid, person.tid, person.issued),
            ).fetchone()
        # A large sign-in comes in several cookies, each signed by itself: pieces of two must not make a third.
        if seen and seen[1] != person.role_words:
            return "ended"
        return "idle" if now - (seen[0] if seen else person.issued) > IDLE else None

    def seen(self, person: Person, now: float) -> None:
        """Note that a person did something. Only for a sign-in that still holds."""
        with self._open() as file:
            late = (person.oid, person.tid, person.issued, int(now) - _NOTED_EVERY)
            new = "SELECT 1 FROM sign_ins WHERE oid = ? AND tid = ? AND issued = ? AND seen > ?"
            if file.execute(new, late).fetchone() is None:
                self._note(file, person, now)

    def end(self, oid: str, tid: str, now: float) -> int:
        """End every sign-in of a person so far, on every machine; return how many were known."""
        with self._open() as file:
            known = "SELECT count(*), max(issued) FROM sign_ins WHERE oid = ? AND tid = ?"
            [(count, last)] = file.execute(known, (oid, tid))
            _end(file, oid, tid, max(int(now), last or 0))
        return int(count)

    def known(self, now: float) -> list[dict[str, object]]:
        """Return the sign-ins of the last eight hours, newest first: who, roles, when signed in and seen last."""
        with self._open() as file:
            rows = file.execute(
                "SELECT s.oid, s.tid, s.name, s.roles, s.issued, s.seen, coalesce(e.not_before >= s.issued, 0) "
                "FROM sign_ins s LEFT JOIN ended e USING (oid, tid) WHERE s.issued > ? ORDER BY s.issued DESC",
                (int(now) - LONGEST,),
            ).fetchall()
        names = ("oid", "tid", "name", "roles", "signed_in", "seen", "ended")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def line(self, now: float, who: str, role: str, act: str, subject: str, detail: str) -> None:
        """Keep one line for the audit until `settle` brings it there; the same one in the same second is one."""
        with self._open() as file:
            row = (int(now), one_line(who), one_line(role), act, one_line(subject), one_line(detail))
            file.execute("INSERT OR IGNORE INTO lines VALUES (?, ?, ?, ?, ?, ?, 0)", row)

    def refused(self, person: Person, subject: str, now: float) -> None:
        """Keep one line that a person was refused something; what this sign-in was refused before is not said again."""
        with self._open() as file:
            found = "SELECT 1 FROM lines WHERE act = 'refused' AND detail = ? AND subject = ? AND at >= ?"
            said_before = file.execute(found, (person.key, subject, person.issued)).fetchone() is not None
        if not said_before:
            self.line(now, person.name, person.role_words, "refused", subject, person.key)

    def settle(self, warehouse: Warehouse) -> int:
        """Write what waits into the audit, oldest first, and return how many lines did not get there yet.

        A line that is there already, because a process ended between the two files, is not written again.
        """
        with self._open() as file:
            waiting = file.execute(
                "SELECT rowid, at, who, role, act, subject, detail FROM lines WHERE settled = 0 ORDER BY at, rowid"
            ).fetchall()
        if not waiting:
            return 0
        try:
            with warehouse.writing() as writer:
                told = acts(writer)
                there = set(zip(told["at"], told["who"], told["act"], told["subject"], told["detail"], strict=True))
                for _, at, who, role, act, subject, detail in waiting:
                    when = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
                    if (when, who, act, subject, detail) not in there:
                        append(writer, Act(who, when, role), act, subject, detail)
        except WarehouseBusyError:
            return len(waiting)
        with self._open() as file:
            file.executemany("UPDATE lines SET settled = 1 WHERE rowid = ?", [(row[0],) for row in waiting])
            file.execute("DELETE FROM lines WHERE settled = 1 AND at < ?", (waiting[-1][1] - 2 * LONGEST,))
        return 0

    @staticmethod
    def _note(file: sqlite3.Connection, person: Person, now: float) -> None:
        file.execute(
            "INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (oid, tid, issued) DO UPDATE SET seen = max(seen, excluded.seen)",
            (person.oid, person.tid, person.issued, person.role_words, person.name, int(now)),
        )


def _end(file: sqlite3.Connection, oid: str, tid: str, not_before: int) -> None:
    file.execute(
        "INSERT INTO ended VALUES (?, ?, ?) "
        "ON CONFLICT (oid, tid) DO UPDATE SET not_before = max(not_before, excluded.not_before)",
        (oid, tid, not_before),
    )
