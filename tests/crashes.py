"""Real processes, killed or refused by the disk in the middle of their work, and what they leave behind.

`python -m tests.crashes FOLDER` is the parent of them: it has imported everything once and forks a child a trial, which
says when its work begins and is killed, with signal 9, some time after, or at its k-th call that changes a disk.
"""

import hashlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import etl.backup
import metrics.edition
from etl.audit import Act, acts, audit_faults
from etl.backup import back_up
from etl.engine_duckdb import DuckDBTransaction
from etl.errors import WaymarkError
from etl.load import store, withdraw
from etl.lock import alone_with_editions
from etl.restore import restore
from etl.settings import SHIPPED
from etl.warehouse import Warehouse, open_warehouse
from metrics.edition import Manifest, content_hash, current_edition, list_editions, read_tables, write_edition
from metrics.publish import publish
from tests import waits
from tests.metrics.test_edition import manifest, tables

ACT = Act("A. Analyst", datetime(2026, 11, 22))
ROWS = 200
REFUSED, BROKEN = 3, 4  # exit codes of a child


def load(data: Path, found: Any, month: str, **_: object) -> None:
    """Load the list as another month's."""
    first = date.fromisoformat(f"{month}-01")
    store(house(data), replace(found, month=first, covers_from=first), ACT, {}, demonstration=False)


def withdrawal(data: Path, load_id: str, **_: object) -> None:
    """Take a load out of the figures."""
    withdraw(house(data), load_id, "sent in error", ACT)


def publication(data: Path, at: str, ready: Callable[[], None], **_: object) -> None:
    """Compute and publish everything; what counts as the work begins with reading."""
    ready()
    publish(house(data), data / "editions", SHIPPED / "plan", by="A", note="", at=datetime.fromisoformat(at))


def writing(data: Path, edition_id: str, **_: object) -> None:
    """Write an edition of a few sentences: the last step of publishing alone, with the lock it is done under."""
    content = tables(*(f"{edition_id} {n}" for n in range(50)))
    with alone_with_editions(data / "editions"):
        write_edition(data / "editions", content, manifest(edition_id, content))


def backing_up(data: Path, to: str, **_: object) -> None:
    """Make a backup."""
    back_up(house(data), data, Path(to), ACT)


def restoring(data: Path, backup: str, **_: object) -> None:
    """Restore a backup."""
    restore(Path(backup), data, data / "warehouse.duckdb", ACT)


def crowd(data: Path, found: Any, tasks: list[tuple[str, dict[str, Any]]], **_: object) -> None:
    """Do several pieces of work at once, a process each, and leave in `crowd.json` how each ended."""
    children = []
    for work, request in tasks:
        said, say = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(_child({"work": work, "data": str(data), **request}, found, say, say))
        os.close(say)
        children.append((child, said))
    ended = []
    for child, said in children:
        with os.fdopen(said) as words:
            told = words.read()[1:]  # the first byte says that it began
        ended.append((os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told))
    (data / "crowd.json").write_text(json.dumps(ended))


def reading(data: Path, **_: object) -> None:
    """Read again and again: each time every load is whole."""
    for _time in range(10):
        with house(data).reading() as reader:
            odd = reader.query(
                "SELECT load_id FROM loads LEFT JOIN pathways USING (load_id) GROUP BY load_id, rows_loaded "
                "HAVING count(pathway_id) <> rows_loaded"
            )
        assert odd.empty, odd


WORKS: dict[str, Callable[..., None]] = {
    work.__name__: work for work in (load, withdrawal, publication, writing, backing_up, restoring, reading, crowd)
}


def house(data: Path) -> Warehouse:
    """Return the warehouse of a data folder, by the door that completes a restore."""
    os.environ["WAYMARK_DATA"] = str(data)
    os.environ.pop("WAYMARK_WAREHOUSE", None)
    return open_warehouse()


@dataclass(frozen=True)
class State:
    """What a data folder holds, and what is wrong with it (nothing, if all is well)."""

    loads: dict[str, str]
    current: str | None
    editions: frozenset[str]
    faults: tuple[str, ...]


def state(data: Path) -> State:
    """Read everything through the doors: every load whole or not there, every edition openable, the audit a chain."""
    warehouse, faults = house(data), []
    with warehouse.reading() as reader:
        loads = reader.query("SELECT load_id, state, rows_loaded FROM loads")
        held = reader.query("SELECT load_id, count(*) AS n FROM pathways GROUP BY load_id").set_index("load_id")["n"]
        covered = set(reader.query("SELECT load_id FROM coverage")["load_id"])
        faults += audit_faults(reader, {})
        told = Counter(acts(reader)["act"])
    faults += [f"{r.load_id} is partial" for r in loads.itertuples() if held.get(r.load_id) != r.rows_loaded]
    faults += [f"rows of {load_id} without a load" for load_id in set(held.index) - set(loads["load_id"])]
    if covered != set(loads.loc[loads["state"] == "current", "load_id"]):
        faults.append("the coverage is not that of the current loads")
    if (told["load"], told["withdraw"]) != (len(loads), int((loads["state"] == "withdrawn").sum())):
        faults.append("the audit is not that of the loads")
    editions, current = list_editions(data / "editions"), current_edition(data / "editions")
    faults += [
        f"edition {found.edition_id} is not what was published"
        for found in editions
        if not _is_whole(data / "editions", found)
    ]
    names = frozenset(found.edition_id for found in editions)
    folders = {path.name for path in (data / "editions").glob("[!.]*") if path.is_dir()}
    if folders != names or (current is not None and current not in names):
        faults.append("what lies among the editions is none")
    return State(dict(zip(loads["load_id"], loads["state"], strict=True)), current, names, tuple(faults))


_WHOLE: set[str] = set()  # hashes of the files of editions that were found whole: reading one takes half a second


def _is_whole(folder: Path, found: Manifest) -> bool:
    files = sorted((folder / found.edition_id).iterdir())
    key = hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()
    if key not in _WHOLE and content_hash(read_tables(folder, found.edition_id)) == found.content_sha256:
        _WHOLE.add(key)
    return key in _WHOLE


class Crashes:
    """The parent of children that are killed, and how often it killed one in the middle of its work."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "WAYMARK_DATA": str(folder / "unused"), "WAYMARK_KEY": str(folder / "key" / "k")}
        command = [sys.executable, "-m", "tests.crashes", str(folder)]
        self._parent = subprocess.Popen(
            command, cwd=SHIPPED.parent, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._parent.stdout
        assert self._parent.stdout.readline() == "ready\n"
        self.kills: Counter[str] = Counter()

    def trial(self, work: str, data: Path, **request: Any) -> dict[str, Any]:
        """Run one child and return how it ended (done, killed, refused), what it said, and the seconds it had.

        After `kill_after` seconds it is killed; at its `step`-th call that changes a disk it is `how` "kill" or "fail".
        """
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.write(json.dumps({"work": work, "data": str(data), **request}) + "\n")
        self._parent.stdin.flush()
        told: dict[str, Any] = json.loads(self._parent.stdout.readline())
        self.kills[work] += told["ended"] == "killed"
        return told

    def close(self) -> None:
        """End the parent."""
        self._parent.communicate()


def _serve(folder: Path) -> None:
    """Answer requests, a line each, with a child of its own."""
    found = waits.check(waits.write(folder / "nd.csv", waits.children(ROWS)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        request = json.loads(line)
        begun, tell = os.pipe()
        said, say = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(_child(request, found, tell, say))
        os.close(tell)
        os.close(say)
        os.read(begun, 1)
        since = time.monotonic()
        if (after := request.get("kill_after")) is not None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        seconds = time.monotonic() - since
        ended = {0: "done", REFUSED: "refused"}.get(os.waitstatus_to_exitcode(status), "broken")
        with os.fdopen(said) as words:
            told = {"ended": "killed" if os.WIFSIGNALED(status) else ended, "seconds": seconds, "said": words.read()}
        os.close(begun)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _child(request: dict[str, Any], found: Any, tell: int, say: int) -> int:
    began = []

    def ready() -> None:
        if not began:
            began.append(os.write(tell, b"x"))

    try:
        data = Path(request.pop("data"))
        work = WORKS[request.pop("work")]
        if work is not publication:
            ready()
        if limit := request.pop("file_limit", None):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if request.pop("as_nobody", False):
            os.setuid(65534)
        interfered = _interfere(request.pop("step"), request.pop("how")) if "step" in request else []
        work(data=data, found=found, ready=ready, **request)
        os.write(say, b"a refusal was overcome" if interfered else b"")
    except (WaymarkError, OSError) as error:
        os.write(say, str(error).encode())
        return REFUSED
    except BaseException:  # noqa: BLE001 (said to the parent, and a failure there)
        os.write(say, traceback.format_exc().encode()[-3000:])
        return BROKEN
    return 0


def _interfere(step: int, how: str) -> list[str]:
    """Let the k-th call that changes a disk be refused, as by a full one, or be the process's last.

    The list that is returned is empty until then.
    """
    calls, refused = [0], []

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            calls[0] += 1
            if calls[0] == step:
                if how == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                refused.append(how)
                raise OSError(28, "No space left on device")
            return real(*arguments, **named)

        return call

    def opening(real: Callable[..., Any]) -> Callable[..., Any]:
        refusing = counted(real)

        def call(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
            return (real if set(mode) <= set("rbt") else refusing)(file, mode, *arguments, **named)

        return call

    for name in ("fsync", "rename", "replace", "mkdir", "chmod"):
        setattr(os, name, counted(getattr(os, name)))
    io.open = opening(io.open)  # type: ignore[assignment]
    metrics.edition.insert_frame = counted(metrics.edition.insert_frame)
    etl.backup._poured = counted(etl.backup._poured)
    for name in ("insert", "execute"):
        setattr(DuckDBTransaction, name, counted(getattr(DuckDBTransaction, name)))
    return refused


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        _serve(Path(sys.argv[1]))
