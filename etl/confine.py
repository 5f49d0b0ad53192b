"""Run one of our functions in a child process under limits, because readers of other people's files can abort.

A 23 KB workbook with one far cell makes calamine end its whole process (SIGABRT), which no `except` catches. Here
that ends a child and becomes one sentence. The child has its own session, a private temporary folder, a reduced
environment, no network, and limits on memory, processor time, file size and core dumps (POSIX only; elsewhere the
clock alone).
"""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import etl.errors
from etl.errors import UnreadableFileError, WaymarkError
from etl.leftovers import working_folder
from etl.settings_table import SETTINGS

Json = Any  # whatever json.dumps takes
Job = tuple[dict[str, Json], Path]  # arguments and the folder the function may write to

SECONDS = 60.0
# Beside it, for the size of a job's files: what is small cannot hold the child for long. Measured in processor time:
# 0.12 s a MB of csv (a million rows, 128 MB), 1 s a MB of a workbook (100,000 rows, 7 MB); the rest is for busy hosts.
SECONDS_PER_MB = 2.0
# Address space, not memory in use. Measured with pandas and pyarrow: 0.4 GB once imported; reading a csv of a million
# rows and 15 columns fails at 0.8 and passes at 1.0 GB (0.55 GB in use). The rest is room for the steps after reading.
MEMORY_BYTES = 3_000_000_000
FILE_BYTES = 1_000_000_000  # of any one file the child writes
ANSWER_BYTES = 64_000_000
_ROOT = Path(__file__).resolve().parent.parent
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH")
_POLL_SECONDS = 0.01
_BLOCKED = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
)


def run_confined(
    target: str, arguments: dict[str, Json], out: Path, *, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES
) -> dict[str, Json]:
    """Return what `package.module:function` answers when called with the arguments and `out=` in a child process.

    Raises the function's own WaymarkError, or UnreadableFileError FILE_TOO_COMPLEX when the child dies, runs out of
    memory or takes longer than `seconds`. What a failed child left in `out` is not to be used.
    """
    with closing(run_confined_each(target, [(arguments, out)], seconds=seconds, memory_bytes=memory_bytes)) as answers:
        answer = next(answers)
    if isinstance(answer, WaymarkError):
        raise answer
    return answer


def run_confined_each(
    target: str, jobs: Iterable[Job], *, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES
) -> Generator[dict[str, Json] | WaymarkError, None, None]:
    """Yield each job's answer or error, in order. One child runs them all; after one that died a fresh one goes on.

    `seconds` and `memory_bytes` hold for each job; the start of the child counts towards its first. The files a job
    names, as `path` and `others`, give it more time by their size.
    """
    waiting = list(jobs)
    while waiting:
        answered = 0
        with closing(_run_child(target, waiting, seconds, memory_bytes)) as answers:
            for answer in answers:
                answered += 1
                yield answer
        waiting = waiting[answered:]


def _run_child(
    target: str, jobs: Sequence[Job], seconds: float, memory_bytes: int
) -> Generator[dict[str, Json] | WaymarkError, None, None]:
    """Yield the answers of one child until it ends; FILE_TOO_COMPLEX if it ends in its first job or at a deadline."""
    folder = working_folder("waymark-")
    try:
        (folder / "temporary").mkdir(mode=0o700)
        times = [seconds + SECONDS_PER_MB * _megabytes(arguments) for arguments, _ in jobs]
        for _, out in jobs:
            out.mkdir(mode=0o700, parents=True, exist_ok=True)
        order = {
            "target": target,
            "jobs": [
                {"arguments": arguments, "out": str(out.resolve()), "seconds": allowed}
                for (arguments, out), allowed in zip(jobs, times, strict=True)
            ],
            "memory_bytes": memory_bytes,
        }
        (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
        child = _start(folder)
        try:
            for number, allowed in enumerate(times):
                answer = _await_answer(child, folder / f"answer-{number}.json", time.monotonic() + allowed)
                if answer is None and number > 0:
                    return  # what ended the child may be an earlier job's doing: this one gets a fresh child
                yield _too_complex() if answer is None else answer
                if answer is None:
                    return
        finally:
            _stop(child)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _megabytes(arguments: dict[str, Json]) -> float:
    paths = [Path(path) for path in (arguments.get("path"), *arguments.get("others", ())) if path]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    own = {setting.name for setting in SETTINGS if not setting.secret}
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name in own}
    private = str(folder / "temporary")
    environment = kept | {
        "PYTHONPATH": str(_ROOT),
        "PYTHONUTF8": "1",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), private),
        # Every thread reserves address space (8 MB of stack, 128 MB of heap), which the limit counts.
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_IO_THREADS"), "1"),
        "MALLOC_ARENA_MAX": "2",
    }
    return subprocess.Popen(  # noqa: S603 (our own interpreter and module; the order travels in a file)
        [sys.executable, "-P", "-s", "-m", "etl.confine", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment,
        umask=0o077 if os.name == "posix" else -1,
    )


def _await_answer(
    child: "subprocess.Popen[bytes]", file: Path, deadline: float
) -> dict[str, Json] | WaymarkError | None:
    """Return the child's answer, None if it died; stop it at the deadline."""
    while not file.exists():
        if child.poll() is not None and not file.exists():
            return None
        if time.monotonic() > deadline:
            _stop(child)
            return _too_complex()
        time.sleep(_POLL_SECONDS)
    if file.stat().st_size > ANSWER_BYTES:
        _stop(child)
        return _too_complex()
    answer = json.loads(file.read_text(encoding="utf-8"))
    return _error(answer["error"]) if "error" in answer else answer["answer"]


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """Kill the child and whatever it started, and wait for its end."""
    if child.poll() is None:
        try:
            if os.name == "posix":
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
        except ProcessLookupError:
            pass
    child.wait()


def _too_complex() -> UnreadableFileError:
    message = "Reading the file took too much time or memory."
    return UnreadableFileError(
        "FILE_TOO_COMPLEX", message, "Copy the table alone into a new workbook, or save it as .csv."
    )


def _error(told: dict[str, Any]) -> WaymarkError:
    kind = getattr(etl.errors, told["kind"])
    error: WaymarkError = kind(*told["arguments"])
    return error


# --- in the child -----------------------------------------------------------------------------------------------------


def _serve(folder: Path) -> None:
    """Answer the jobs of `order.json` one by one; each answer appears by one rename."""
    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    _limit(order["memory_bytes"])
    sys.addaudithook(_refuse_outside)
    for number, job in enumerate(order["jobs"]):
        _limit_processor_time(job["seconds"])
        answer, sound = _answer(order["target"], job["arguments"], Path(job["out"]))
        part = folder / f"answer-{number}.part"
        part.write_text(answer, encoding="utf-8")
        part.replace(folder / f"answer-{number}.json")
        if not sound:
            return  # after a panic or without memory nothing can be relied on: the rest gets a fresh child


def _answer(target: str, arguments: dict[str, Json], out: Path) -> tuple[str, bool]:
    """Return the answer as JSON, and whether this process is fit for another job."""
    try:
        module, _, function = target.partition(":")
        answer = getattr(importlib.import_module(module), function)(out=out, **arguments)
        return json.dumps({"answer": answer or {}}), True
    except WaymarkError as error:
        return _told(error), True
    except BaseException as error:  # noqa: BLE001 (a Rust panic derives from BaseException; nothing may pass as a traceback)
        if isinstance(error, MemoryError) or not isinstance(error, Exception):
            return _told(_too_complex()), False
        return _told(_fault(error)), True


def _told(error: WaymarkError) -> str:
    arguments = [str(error)]
    if isinstance(error, UnreadableFileError):
        arguments = [error.rule, error.message, error.remedy]
    return json.dumps({"error": {"kind": type(error).__name__, "arguments": arguments}})


def _fault(error: Exception) -> UnreadableFileError:
    """Return a fault of our own as an error: its kind and our line, nothing that could hold a value or a path."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(_ROOT) and ".venv" not in file.parts and file != Path(__file__):
            place = f"{file.stem}, line {trace.tb_lineno}"
        trace = trace.tb_next
    message = f"Reading stopped at an unexpected fault ({type(error).__name__} in {place})."
    return UnreadableFileError("READING_FAILED", message, "Report it with this sentence; nothing was loaded.")


def _limit(memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # not POSIX
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))


def _limit_processor_time(seconds: float) -> None:
    """Allow this job twice its seconds of processor time (two threads); the clock of the parent stops it sooner."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime + 2 * seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _refuse_outside(event: str, _: tuple[object, ...]) -> None:
    if event in _BLOCKED:
        raise PermissionError("no network and no programs in here")


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
