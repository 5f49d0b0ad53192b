"""The door of `python -m reports`: the board pack."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from etl.door import acting, answer
from etl.durable import write_whole
from etl.errors import UsageError
from etl.settings import data_folder, editions_folder, plan_folder, shown_to
from etl.warehouse import open_warehouse
from metrics.edition import Audience, EditionError, current_edition
from reports.making import FORMATS, Asked, Format, Made, file_name, make, on_record


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong usage, 3 warehouse busy."""
    return answer(_parser(), arguments)


def _pack(options: argparse.Namespace) -> int:
    if options.audience == "restricted" and shown_to() == "board":
        raise UsageError("WAYMARK_AUDIENCE is board: here only the board's pack can be made.")
    editions = editions_folder()
    edition_id = options.edition or current_edition(editions)
    if edition_id is None:
        raise EditionError("No edition has been published yet: python -m metrics publish")
    template = options.template.read_bytes() if options.template else None
    made = make(editions, plan_folder(), Asked(edition_id, options.audience, options.since, template))
    files = _files(options, made)
    content = {path: made.content(wanted) for wanted, path in files.items()}
    act = acting(options.by)
    on_record(editions, open_warehouse(), act, made, list(files))
    for path, pack in content.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, pack)
    if options.json:
        told = {"edition_id": edition_id, "audience": options.audience, "since": made.pins.since}
        print(json.dumps({**told, "files": [str(path) for path in files.values()]}, indent=1))
    else:
        print("\n".join(str(path) for path in files.values()))
    return 0


def _files(options: argparse.Namespace, made: Made) -> dict[Format, Path]:
    """Return where each format goes: the file asked for, or the folder asked for, by default the packs' own."""
    out: Path | None = options.out
    ending = out.suffix.removeprefix(".") if out else ""
    if out and (options.format or ending in FORMATS):
        if options.format and ending != options.format:
            raise UsageError(f"--out must end in .{options.format}.")
        return {ending: out}  # type: ignore[dict-item]
    folder = out or data_folder() / "packs" / made.pack.manifest.edition_id
    return {one: folder / file_name(made, one) for one in ([options.format] if options.format else FORMATS)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reports", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    words = "make the board pack from one edition; prints where it is"
    pack = commands.add_parser("pack", help=words, description=words)
    pack.set_defaults(run=_pack)
    pack.add_argument("--format", choices=FORMATS, help="PowerPoint, Excel or HTML; by default all three")
    pack.add_argument(
        "--audience", choices=get_args(Audience), default="board", help="whose figures; by default the board's"
    )
    pack.add_argument("--out", type=Path, metavar="FILE", help="where to; a name without an ending is a folder")
    pack.add_argument("--edition", metavar="ID", help="a past edition; by default the one in use")
    pack.add_argument("--since", metavar="ID", help="the edition to compare with; by default that of the last pack")
    pack.add_argument("--template", type=Path, metavar="FILE", help="the local area's own PowerPoint file")
    pack.add_argument("--by", help="who makes it; by default the account's name")
    pack.add_argument("--json", action="store_true", help="print data instead of paths")
    return parser


if __name__ == "__main__":
    sys.exit(main())
