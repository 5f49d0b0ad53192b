"""Events as lines of JSON, for whoever looks after the machine: what happened, how much, how long it took.

Who did it, to which file and in which words is in the audit, which is private. A log travels to other machines, so a
line holds fields of a closed list alone, and in them numbers, codes and names of our own code: no file's or person's
name, no cell, no address, no message of an error. A value of another form is left out.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from etl.settings import SHIPPED, log_target

_OWN = "waymark"
_FIELDS = (
    "command", "code", "seconds", "source", "month", "load_number", "rows_in", "rows_held", "rules", "changed",
    "edition_id", "results", "problems", "version", "engine", "audience",
    "mode", "role", "why", "status", "kind",
    "logger", "error", "place", "raised_in",
)  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9_.:/ -]{1,120}")


def to_commands_log() -> None:
    """Log where `WAYMARK_LOG` says, by default nowhere: a person reads the answer. Raises OSError for its file.

    Where something is logged, an error nobody foresaw ends in a line too and not in a traceback, which holds values.
    """
    _to(log_target() or "off")
    sys.excepthook = _unforeseen if logging.getLogger(_OWN).handlers else sys.__excepthook__


def to_screens_log() -> None:
    """Log where `WAYMARK_LOG` says, by default to standard error; what libraries log becomes lines of the same form.

    Their own words are left out: they hold values and addresses. Raises OSError for the setting's file.
    """
    _to(log_target() or "stderr")
    logging.captureWarnings(True)  # warnings quote values too; nobody hears them
    logging.setLogRecordFactory(_record)


def event(what: str, level: int = logging.INFO, **fields: Any) -> None:
    """Write one line. Raises ValueError for a field that is not on the list."""
    if unknown := fields.keys() - set(_FIELDS):
        raise ValueError(f"not a field of the log: {', '.join(sorted(unknown))}")
    logging.getLogger(_OWN).log(level, what, extra=fields)


def failed(what: str, error: BaseException, **fields: Any) -> None:
    """Write one line on an error: its type and where it was raised, never what it says."""
    event(what, logging.ERROR, **fields, **_error(error))


class _Lines(logging.Formatter):
    """Makes a line of an event of ours: the record's message names it, its further attributes are the fields."""

    def format(self, record: logging.LogRecord) -> str:
        error = _error(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        return _line(str(record.msg), record.levelno, {**error, **record.__dict__})


def _to(target: str) -> None:
    logger = logging.getLogger(_OWN)
    for handler in [*logger.handlers]:
        logger.removeHandler(handler)
        handler.close()
    logger.propagate, logger.disabled = False, target == "off"
    logger.setLevel(logging.INFO)
    if target == "off":
        return
    handler = logging.StreamHandler() if target == "stderr" else WatchedFileHandler(target, encoding="utf-8")
    handler.setFormatter(_Lines())
    logger.addHandler(handler)


def _line(what: str, level: int, fields: dict[str, Any]) -> str:
    said = {name: _plain(fields[name]) for name in _FIELDS if fields.get(name) is not None}
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"at": at, "level": logging.getLevelName(level).lower(), "event": _plain(what), **said})


def _plain(value: object) -> object:
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if isinstance(value, str) and _CODE.fullmatch(value) else "left out"


def _error(error: BaseException) -> dict[str, str]:
    """Return the type of an error, the line of ours it passed last, and the line that raised it."""
    frames = _frames(error.__traceback__)
    home = SHIPPED.parent
    own = [place for place in frames if place.is_relative_to(home) and "site-packages" not in place.parts]
    told = {"error": type(error).__name__}
    if own:
        told["place"] = own[-1].relative_to(home).as_posix()
    if frames and frames[-1:] != own[-1:]:
        told["raised_in"] = "/".join(frames[-1].parts[-2:])
    return told


def _frames(traceback: TracebackType | None) -> list[Path]:
    """Return `<file>:<line>` of every frame, outermost first."""
    found = []
    while traceback:
        found.append(Path(f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"))
        traceback = traceback.tb_next
    return found


def _record(
    name: str, level: int, path: str, line: int, message: object, arguments: Any, said: Any, *rest: Any, **more: Any
) -> logging.LogRecord:
    """Return a record as logging makes it; one of a library with a line in place of its message and its traceback."""
    if name.partition(".")[0] != _OWN:
        error = said[1] if isinstance(said, tuple) else None
        fields = {"logger": name, "place": f"{Path(path).name}:{line}", **(_error(error) if error else {})}
        message, arguments, said = _line("library", level, fields), (), None
    return logging.LogRecord(name, level, path, line, message, arguments, said, *rest, **more)


def _unforeseen(_: object, error: BaseException, traceback: TracebackType | None) -> None:
    failed("unforeseen", error.with_traceback(traceback))
