"""How a command line answers: one sentence and an exit code for whatever goes wrong, never a traceback."""

import argparse
import getpass
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime

from etl import log
from etl.audit import Act
from etl.clean import month_in
from etl.errors import WaymarkError


def answer(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> int:
    """Run the command the arguments name and return its exit code.

    0 done, 1 findings or failed, 2 wrong usage, 3 warehouse busy. A disk or folder that refuses is one sentence too.
    """
    options = parser.parse_args(arguments)
    given = sys.argv[1:] if arguments is None else arguments
    command = " ".join([parser.prog.split()[-1], next(word for word in given if not word.startswith("-"))])
    begun = time.monotonic()
    try:
        log.to_commands_log()
        code = int(options.run(options))
    except WaymarkError as error:
        sys.stderr.write(f"{error}\n")
        code = error.exit_code
        log.failed("refused", error, command=command)
    except BrokenPipeError:  # whoever read the answer has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        sys.stderr.write(f"{refusal(error)}\n")
        code = 1
        log.failed("refused", error, command=command)
    log.event("command", command=command, code=code, seconds=round(time.monotonic() - begun, 3))
    return code


def refusal(error: OSError) -> str:
    """Return what a disk or folder that refuses means, and what to do."""
    place = f" ({error.filename})" if error.filename else ""
    remedy = "Check that the folder exists, that you may write to it and that the disk is not full"
    return f"{error.strerror or 'A file cannot be used'}{place}. {remedy}; WAYMARK_DATA names the data folder."


def acting(by: str | None = None, role: str = "analyst") -> Act:
    """Return who acts now: the name given, or this machine's account."""
    return Act(by or getpass.getuser(), datetime.now(UTC).replace(tzinfo=None, microsecond=0), role)


def month_argument(text: str) -> date:
    """Return the month an argument names. Raises argparse.ArgumentTypeError."""
    month = month_in(text)
    if month is None:
        raise argparse.ArgumentTypeError("write the month as YYYY-MM")
    return month


def day_argument(text: str) -> date:
    """Return the day an argument names. Raises argparse.ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("write the day as YYYY-MM-DD") from error


def explanation_argument(text: str) -> tuple[str, str]:
    """Return the rule an argument answers and why. Raises argparse.ArgumentTypeError."""
    rule, _, why = text.partition("=")
    if not rule or not why.strip():
        raise argparse.ArgumentTypeError('write RULE="why"')
    return rule, why.strip()
