"""How a command line answers: one sentence and an exit code for whatever goes wrong, never a traceback."""

import argparse
import os
import sys
from collections.abc import Sequence

from etl.errors import WaymarkError


def answer(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> int:
    """Run the command the arguments name and return its exit code.

    0 done, 1 findings or failed, 2 wrong usage, 3 warehouse busy. A disk or folder that refuses is one sentence too.
    """
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except WaymarkError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except BrokenPipeError:  # whoever read the answer has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        sys.stderr.write(f"{refusal(error)}\n")
        return 1


def refusal(error: OSError) -> str:
    """Return what a disk or folder that refuses means, and what to do."""
    place = f" ({error.filename})" if error.filename else ""
    remedy = "Check that the folder exists, that you may write to it and that the disk is not full"
    return f"{error.strerror or 'A file cannot be used'}{place}. {remedy}; WAYMARK_DATA names the data folder."
