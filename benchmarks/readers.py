"""Many readers at once, each a session of its own that goes through every page: what the server bears.

    .venv/bin/python -m benchmarks.readers [--readers 30] [--rounds 2] [--times 10]
    .venv/bin/python -m benchmarks.readers --seconds 300 [--readers 50] [--think 25] [--file LIST.csv]

Needs a published edition in WAYMARK_DATA. The first form has readers who never pause, on the edition and on one many
times larger. The second has them think between pages, for so long, while an analyst loads a list and publishes over
and over, on a copy of the data folder. Sessions speak Streamlit's own protocol over their WebSockets, without a
browser: thirty browsers on one machine would measure the browsers. A page is answered when its script has finished and
all of its messages are here. An error is an exception on the page, a script that did not finish, or a lost session.
"""

import argparse
import asyncio
import random
import shutil
import ssl
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from benchmarks.analyst import Analyst, newest_list
from benchmarks.page import PAGES, ROOT, enlarge, served, server
from etl.settings import data_folder

PATIENCE = 120  # seconds


@dataclass
class Seen:
    """The seconds each page took, how many pages failed or were never had, and how often open ones looked for news."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    looks: int = 0


def session(address: str, **options: object) -> connect:
    """Return a connection to the stream of a server; `options` as websockets takes them."""
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    return connect(stream, origin=address, subprotocols=["streamlit"], max_size=None, **options)  # type: ignore[arg-type, list-item]


def trusting() -> ssl.SSLContext:
    """Return TLS that takes any certificate: for a proxy on this machine with one it made itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Answer(NamedTuple):
    """A page: whether it came without an exception, all that came, and how an open page looks for news, how often."""

    clean: bool
    came: bytes
    look: BackMsg | None
    every: float


async def answer(reader: ClientConnection, path: str) -> Answer:
    """Ask for a page and return it once its script has finished."""
    name, _, query = path.partition("?")
    asked = BackMsg()
    asked.rerun_script.page_name = name
    asked.rerun_script.query_string = query
    asked.rerun_script.context_info.color_scheme = "light"
    return await _answered(reader, asked)


async def _answered(reader: ClientConnection, asked: BackMsg) -> Answer:
    await reader.send(asked.SerializeToString())
    clean, came, look, every = True, [], None, 0.0
    again = BackMsg()
    again.CopyFrom(asked)
    while True:
        told = await asyncio.wait_for(reader.recv(), PATIENCE)
        came.append(told if isinstance(told, bytes) else told.encode())
        message = ForwardMsg.FromString(came[-1])
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            clean = False
        if kind == "page_not_found":
            clean = False
        if kind == "new_session":
            again.rerun_script.page_script_hash = message.new_session.page_script_hash
        if kind == "auto_rerun":
            again.rerun_script.fragment_id, again.rerun_script.is_auto_rerun = message.auto_rerun.fragment_id, True
            look, every = again, message.auto_rerun.interval
        if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            well = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
            return Answer(clean and message.script_finished in well, b"".join(came), look, every)


async def reader(address: str, rounds: int, seen: Seen) -> None:
    """Go through every page so many times without a pause."""
    async with session(address) as own:
        for path in list(PAGES.values()) * rounds:
            await _timed(own, path, seen)


async def thinking(address: str, until: float, think: float, chance: random.Random, seen: Seen) -> None:
    """Go through pages in an order of its own until a moment, and think about `think` seconds after each."""
    await asyncio.sleep(chance.uniform(0, min(think, until - time.monotonic())))
    async with session(address) as own:
        while time.monotonic() < until:
            page = await _timed(own, chance.choice(list(PAGES.values())), seen)
            rest = min(chance.uniform(0.5, 1.5) * think, max(0.0, until - time.monotonic()))
            await _thought(own, page, rest, seen)


async def _timed(own: ClientConnection, path: str, seen: Seen) -> Answer:
    begun = time.perf_counter()
    page = await answer(own, path)
    seen.failed += not page.clean
    seen.seconds.append(time.perf_counter() - begun)
    return page


async def _thought(own: ClientConnection, page: Answer, seconds: float, seen: Seen) -> None:
    """Leave a page open for so long; meanwhile it looks for a newer edition by itself, as it does in a browser."""
    until = time.monotonic() + seconds
    while page.look and time.monotonic() + page.every < until:
        await asyncio.sleep(page.every)
        seen.failed += not (await _answered(own, page.look)).clean
        seen.looks += 1
    await asyncio.sleep(max(0.0, until - time.monotonic()))


async def crowd(address: str, readers: int, rounds: int) -> Seen:
    """Return what so many readers at once see who never pause."""
    all_seen = [Seen() for _ in range(readers)]
    await asyncio.gather(*(_kept(reader(address, rounds, seen), seen) for seen in all_seen))
    return _together(all_seen)


async def audience(address: str, readers: int, seconds: float, think: float, seed: int = 1) -> Seen:
    """Return what so many readers see who think between pages, for so long."""
    all_seen, until = [Seen() for _ in range(readers)], time.monotonic() + seconds
    await asyncio.gather(*(
        _kept(thinking(address, until, think, random.Random(seed * 1000 + n), seen), seen)
        for n, seen in enumerate(all_seen)
    ))  # fmt: skip
    return _together(all_seen)


async def _kept(going: object, seen: Seen) -> None:
    try:
        await going  # type: ignore[misc]
    except (OSError, TimeoutError, WebSocketException) as lost:
        print(f"  a session was lost: {type(lost).__name__}: {lost}")
        seen.failed += 1


def _together(all_seen: list[Seen]) -> Seen:
    pages = [one for seen in all_seen for one in seen.seconds]
    return Seen(pages, sum(seen.failed for seen in all_seen), sum(seen.looks for seen in all_seen))


def times(seen: Seen) -> str:
    """Return median, 95th and 99th percentile in words."""
    if len(seen.seconds) < 2:
        return "no page was had"
    cuts = quantiles(seen.seconds, n=100, method="inclusive")
    return f"p50 {median(seen.seconds):.2f} s, p95 {cuts[94]:.2f} s, p99 {cuts[98]:.2f} s"


def told(address: str, readers: int, rounds: int) -> str:
    """Return in words how long pages take one reader alone, then so many at once, and how many pages failed."""
    asyncio.run(crowd(address, 1, 1))  # warms up
    alone = asyncio.run(crowd(address, 1, rounds))
    begun = time.perf_counter()
    seen = asyncio.run(crowd(address, readers, rounds))
    whole = time.perf_counter() - begun
    return (
        f"one reader: {times(alone)} a page; {readers} at once: {times(seen)}, {len(seen.seconds)} pages in "
        f"{whole:.1f} s ({len(seen.seconds) / whole:.1f} a second), {seen.failed} with an error"
    )


def under_load(data: Path, file: Path, readers: int, seconds: float, think: float) -> tuple[int, str]:
    """Return how many errors readers and analyst met, and in words how both fared, on a copy of the data folder."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        shutil.copytree(data, copy, ignore=shutil.ignore_patterns("backups", "replaced-*", "*.log"))
        with server(ROOT / "app.py", copy) as (address, process):
            asyncio.run(crowd(address, 1, 2))  # warms up
            before = _peak(process)
            alone = asyncio.run(crowd(address, 1, 3))
            with Analyst(copy, file, Path(folder)) as analyst:
                seen = asyncio.run(audience(address, readers, seconds, think))
            after = _peak(process)
    ratio = median(seen.seconds) / median(alone.seconds) if seen.seconds else float("nan")
    return seen.failed + analyst.failed, "\n".join([
        f"one reader:  {times(alone)}, {len(alone.seconds)} pages, {alone.failed} with an error",
        f"{readers} readers: {times(seen)}, {len(seen.seconds)} pages and {seen.looks} looks for news in {seconds:g} "
        f"s, {seen.failed} with an error; p50 {ratio:.1f} times one reader's",
        analyst.told(),
        f"memory of the server at its peak: {before:.0f} MB with one reader, {after:.0f} MB",
    ])  # fmt: skip


def _peak(process: int) -> float:
    """Return the most memory a process ever held, in MB (Linux)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


def main() -> int:
    """Print how the dashboard bears so many readers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seconds", type=float, help="for so long, while an analyst loads and publishes")
    parser.add_argument("--think", type=float, default=25, help="seconds between a reader's pages")
    parser.add_argument("--file", type=Path, help="the list the analyst loads; by default the demonstration's newest")
    options = parser.parse_args()
    if options.seconds:
        file = options.file or newest_list(data_folder())
        failed, words = under_load(data_folder(), file, options.readers, options.seconds, options.think)
        print(words)
        return 1 if failed else 0
    with tempfile.TemporaryDirectory() as folder:
        enlarge(data_folder(), Path(folder), options.times)
        for words, data in (("this edition", data_folder()), (f"{options.times} times larger", Path(folder))):
            with served(ROOT / "app.py", data) as app:
                print(f"{words}: {told(app, options.readers, options.rounds)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
