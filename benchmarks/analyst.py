"""An analyst at work beside the readers: loads a list that is another one each time, publishes, and again."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median
from typing import Self

from benchmarks.page import ROOT


def newest_list(data: Path) -> Path:
    """Return the demonstration's newest list of children in a data folder. Ends the program where there is none."""
    lists = sorted((data / "inbox" / "demonstration").glob("demonstration_nd_0_5_*.csv"))
    if not lists:
        raise SystemExit(f"There is no list of children in {data}/inbox/demonstration; name one with --file.")
    return lists[-1]


class Analyst:
    """Loads and publishes in processes of its own for as long as the block lasts."""

    def __init__(self, data: Path, file: Path, folder: Path) -> None:
        self._file, self._folder = file, folder
        self._environment = {**os.environ, "WAYMARK_DATA": str(data), "WAYMARK_WAIT": "60"}
        self._environment.pop("WAYMARK_WAREHOUSE", None)  # never the one the copy was made of
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.loads: list[float] = []
        self.publications: list[float] = []
        self.failed = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what is begun."""
        self._over.set()
        self._thread.join()

    def told(self) -> str:
        """Return in words how much was done, and how long it took."""
        each = [
            f"{len(seconds)} {what} ({median(seconds):.1f} s each)" if seconds else f"no {what}"
            for what, seconds in (("loads", self.loads), ("publications", self.publications))
        ]
        return f"the analyst meanwhile: {' and '.join(each)}, {self.failed} failed"

    def _work(self) -> None:
        lines = self._file.read_bytes().splitlines(keepends=True)
        copy = self._folder / self._file.name
        turn = 0
        while not self._over.is_set():
            turn += 1
            copy.write_bytes(b"".join(lines[: -(turn % 20) - 1]))  # a row less each time: other figures
            self._load(str(copy))
            self._run(self.publications, "metrics", "publish", "--by", "benchmark")
            self._over.wait(5)

    def _load(self, file: str) -> None:
        """Load a file as people do: what it asks is answered, and then it is loaded."""
        asked, explained = json.loads(self._call("etl", "check", file, "--json").stdout or "[]"), []
        for finding in asked[0]["findings"] if asked else []:
            if finding["severity"] == "query":
                explained.append(f"--explain={finding['rule']}=a trial of the load")
        self._run(self.loads, "etl", "load", file, *explained, "--by", "benchmark")

    def _run(self, seconds: list[float], module: str, *arguments: str) -> None:
        begun = time.monotonic()
        done = self._call(module, *arguments)
        if done.returncode:
            self.failed += 1
            print(f"  {module} {arguments[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
        else:
            seconds.append(time.monotonic() - begun)

    def _call(self, module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False)
