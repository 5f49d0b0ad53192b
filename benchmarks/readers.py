"""Many readers at once, each a session of its own that goes through every page: what the server bears.

    .venv/bin/python -m benchmarks.readers [--readers 30] [--rounds 2] [--times 10]

Needs a published edition in WAYMARK_DATA. Sessions speak Streamlit's own protocol over their WebSockets, without a
browser: thirty browsers on one machine would measure the browsers. A page is answered when its script has finished and
all of its messages are here. An error is an exception on the page, a script that did not finish, or a lost session.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from benchmarks.page import PAGES, ROOT, enlarge, served
from etl.settings import data_folder

PATIENCE = 120  # seconds


async def page(session: ClientConnection, path: str) -> bool:
    """Ask for a page and return whether it came without an exception once its script has finished."""
    name, _, query = path.partition("?")
    asked = BackMsg()
    asked.rerun_script.page_name = name
    asked.rerun_script.query_string = query
    asked.rerun_script.context_info.color_scheme = "light"
    await session.send(asked.SerializeToString())
    clean = True
    while True:
        told = await asyncio.wait_for(session.recv(), PATIENCE)
        message = ForwardMsg.FromString(told if isinstance(told, bytes) else told.encode())
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            clean = False
        if kind == "page_not_found":
            clean = False
        if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return clean and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


async def reader(address: str, rounds: int) -> tuple[list[float], int]:
    """Return the seconds that each page took one reader, and how many failed."""
    seconds, failed = [], 0
    stream = f"{address.replace('http', 'ws')}/_stcore/stream"
    async with connect(stream, origin=address, subprotocols=["streamlit"], max_size=None) as session:  # type: ignore[arg-type, list-item]
        for path in list(PAGES.values()) * rounds:
            begun = time.perf_counter()
            failed += not await page(session, path)
            seconds.append(time.perf_counter() - begun)
    return seconds, failed


async def crowd(address: str, readers: int, rounds: int) -> tuple[list[float], int]:
    """Return the seconds of every page of so many readers at once, and how many pages failed."""
    found = await asyncio.gather(*(_kept(address, rounds) for _ in range(readers)))
    return [one for seconds, _ in found for one in seconds], sum(failed for _, failed in found)


async def _kept(address: str, rounds: int) -> tuple[list[float], int]:
    try:
        return await reader(address, rounds)
    except (OSError, TimeoutError, WebSocketException) as lost:
        print(f"  a session was lost: {type(lost).__name__}: {lost}")
        return [], len(PAGES) * rounds


def told(address: str, readers: int, rounds: int) -> str:
    """Return in words how long pages take one reader alone, then so many at once, and how many pages failed."""
    asyncio.run(crowd(address, 1, 1))  # warms up
    alone, _ = asyncio.run(crowd(address, 1, rounds))
    begun = time.perf_counter()
    seconds, failed = asyncio.run(crowd(address, readers, rounds))
    whole = time.perf_counter() - begun
    if not seconds:
        return f"{readers} readers at once: every session was lost"
    return (
        f"one reader: median {median(alone):.2f} s a page; {readers} at once: median {median(seconds):.2f} s, "
        f"p95 {quantiles(seconds, n=20)[-1]:.2f} s, {len(seconds)} pages in {whole:.1f} s "
        f"({len(seconds) / whole:.1f} a second), {failed} with an error"
    )


def main() -> None:
    """Print how the dashboard bears so many readers, on the edition and on one many times larger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        enlarge(data_folder(), Path(folder), options.times)
        for words, data in (("this edition", data_folder()), (f"{options.times} times larger", Path(folder))):
            with served(ROOT / "app.py", data) as app:
                print(f"{words}: {told(app, options.readers, options.rounds)}")


if __name__ == "__main__":
    main()
