"""Functions that test_confine runs in a child."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from etl.errors import DocumentError, UnreadableFileError


class _Panic(BaseException):
    """Stands for pyo3's PanicException."""


def answer(out: Path, **arguments: Any) -> dict[str, Any]:
    (out / "rows.txt").write_text("one")
    return {"got": arguments}


def surroundings(out: Path) -> dict[str, Any]:
    import resource
    import sys
    import tempfile

    mask = os.umask(0)
    return {
        "environment": dict(os.environ),
        "umask": mask,
        "temporary": tempfile.gettempdir(),
        "session": os.getsid(0) == os.getpid(),
        "pid": os.getpid(),
        "pandas": "pandas" in sys.modules,
        "limits": [resource.getrlimit(n)[0] for n in (resource.RLIMIT_AS, resource.RLIMIT_CORE, resource.RLIMIT_FSIZE)],
    }


def misbehave(out: Path, how: str) -> dict[str, Any]:
    if how == "refuse":
        raise UnreadableFileError("EMPTY", "The file is empty.", "Export it again.")
    if how == "document":
        raise DocumentError("a.yaml: wrong")
    if how == "abort":
        os.abort()
    if how in {"SIGSEGV", "SIGKILL"}:
        os.kill(os.getpid(), getattr(signal, how))
    if how == "memory":
        return {"size": len(bytearray(10**11))}
    if how == "panic":
        raise _Panic
    if how == "sleep":
        time.sleep(60)
    if how == "spin":
        while True:
            pass
    if how == "fault":
        raise KeyError("secret value /etc/passwd")
    if how == "network":
        socket.create_connection(("127.0.0.1", 9))
    if how == "program":
        subprocess.run(["/bin/true"], check=True)
    if how == "exit":
        raise SystemExit(0)
    if how == "hard exit":
        os._exit(0)
    if how == "no json":
        return {"x": object()}
    if how == "disk":
        with (out / "big").open("wb") as file:
            file.truncate(2_000_000_000)
    return {"pid": os.getpid()}


def read_file(out: Path, path: str) -> dict[str, Any]:
    from etl.read import read

    content = read(Path(path))
    return {"sheets": [[s.name, *s.cells.shape] for s in content.sheets]}
