"""The doors of `python -m etl`: check, load, findings, template, sketch, withdraw, status, audit,
backup, restore, dictionary, demo; and those to the plan itself (etl/plan_door.py)."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from etl import keeping
from etl.demo.plan import load_demonstration_plan
from etl.demo.write import EXPLANATIONS, SEED, WHO, write_demonstration
from etl.dictionary import dictionary
from etl.door import acting, answer, explanation_argument, month_argument
from etl.errors import UsageError, WarehouseBusyError
from etl.load import withdraw
from etl.local_area import load_local_area
from etl.pipeline import Outcome, checked_files, load_files, sketched, status
from etl.plan_door import add_plan_commands
from etl.return_slip import slip_of_file, slip_of_load
from etl.settings import SHIPPED, data_folder, plan_folder
from etl.source import load_sources
from etl.template import write_template
from etl.warehouse import open_warehouse

_ASIDE = Console(stderr=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 findings, 2 wrong usage, 3 warehouse busy."""
    return answer(_parser(), arguments)


def _check(options: argparse.Namespace) -> int:
    found = []
    with Progress(console=_ASIDE, transient=True, disable=not _ASIDE.is_terminal) as progress:
        task = progress.add_task("checking", total=len(options.files))
        for one in checked_files(
            open_warehouse(), options.files, today=acting().at.date(), source=options.source, month=options.month
        ):
            found.append(one)
            progress.advance(task)
    outcomes = [Outcome(one) for one in found]
    _say(options, [one.as_json() for one in found], outcomes)
    return 0 if all(one.verdict == "accept" for one in found) else 1


def _load(options: argparse.Namespace) -> int:
    explanations = dict(options.explain or [])
    if explanations and not options.by:
        raise UsageError("An explanation needs a name: add --by NAME.")
    act = acting(options.by)
    with Progress(console=_ASIDE, transient=True, disable=not _ASIDE.is_terminal) as progress:
        task = progress.add_task("loading", total=len(options.files))
        outcomes: list[Outcome] = []
        try:
            for outcome in load_files(
                open_warehouse(), options.files, act,
                explanations=explanations, source=options.source, month=options.month,
            ):  # fmt: skip
                outcomes.append(outcome)
                progress.advance(task)
        except WarehouseBusyError:  # what is loaded is told before
            _say(options, [outcome.as_json() for outcome in outcomes], outcomes)
            raise
    _say(options, [outcome.as_json() for outcome in outcomes], outcomes)
    return 1 if any(outcome.refused for outcome in outcomes) else 0


def _say(options: argparse.Namespace, data: list[dict[str, Any]], outcomes: Sequence[Outcome]) -> None:
    if options.json:
        print(json.dumps(data, indent=1, ensure_ascii=False))
        return
    for outcome in outcomes:
        found = outcome.found
        what = f"{found.source.title}, {found.month:%B %Y}" if found.source and found.month else "not recognised"
        print(f"{found.file}: {found.verdict}; {what}; {found.rows_in:,} rows, {found.rows_rejected:,} held back")
        for finding in found.findings:
            print(f"  {finding.severity} {finding.rule}: {finding.message(found.file)}")
        if options.run is not _load:
            continue
        if outcome.unexplained:
            rules = " ".join(f'--explain {rule}="why"' for rule in outcome.unexplained)
            print(f"  Nothing was loaded. To load it all the same, say why: {rules} --by NAME")
        elif outcome.refused:
            print("  Nothing was loaded.")
        elif not outcome.changed:
            print(f"  Already loaded as {outcome.load_id}; nothing changed.")
        else:
            print(f"  Loaded as {outcome.load_id}.")


def _findings(options: argparse.Namespace) -> int:
    path = Path(options.what)
    if path.is_file():
        [found] = checked_files(
            open_warehouse(), [path], today=acting().at.date(), source=options.source, month=options.month
        )
        slip_of_file(found, options.out)
    else:
        slip_of_load(open_warehouse(), options.what, options.out)
    print(json.dumps({"written": str(options.out)}) if options.json else f"Wrote {options.out}.")
    return 0


def _template(options: argparse.Namespace) -> int:
    source = load_sources().get(options.source)
    if source is None:
        raise UsageError(f"There is no source {options.source!r}; known are {', '.join(load_sources())}.")
    out = write_template(source, load_local_area(plan_folder()), options.out or Path(f"{source.name}_template.xlsx"))
    print(json.dumps({"written": str(out)}) if options.json else f"Wrote {out}.")
    return 0


def _dictionary(options: argparse.Namespace) -> int:
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(dictionary(), encoding="utf-8")
    print(json.dumps({"written": str(options.out)}) if options.json else f"Wrote {options.out}.")
    return 0


def _sketch(options: argparse.Namespace) -> int:
    if not options.file.is_file():
        raise UsageError(f"There is no file {options.file}.")
    draft = sketched(options.file)
    print(json.dumps({"draft": draft}) if options.json else draft)
    return 0


def _withdraw(options: argparse.Namespace) -> int:
    withdraw(open_warehouse(), options.load_id, options.why, acting(options.by))
    print(json.dumps({"withdrawn": options.load_id}) if options.json else f"Withdrew {options.load_id}.")
    return 0


def _status(options: argparse.Namespace) -> int:
    data = status(open_warehouse())
    if options.json:
        print(json.dumps(data, indent=1, ensure_ascii=False))
        return 0
    if not data["loads"]:
        print("Nothing is loaded yet. Start with: python -m etl load FILE…   or: python -m etl demo")
        return 0
    for load in data["loads"]:
        why = f" ({load['state_reason']})" if load["state_reason"] else ""
        rows = f"{load['rows_loaded']:,} rows, {load['rows_rejected']:,} held back"
        print(f"{load['load_id']}: {load['file_name']}, {rows}, {load['state']}{why}")
    for span in data["coverage"]:
        gaps = f"; no extract for {', '.join(span['gaps'])}" if span["gaps"] else "; no gaps"
        print(
            f"{span['source']} ({span['organisation']}): {span['from']} to {span['to']}, {span['months']} months{gaps}"
        )
    return 0


def _audit(options: argparse.Namespace) -> int:
    return _tell(options, keeping.audit(verify=options.verify))


def _backup(options: argparse.Namespace) -> int:
    with _bar("reading" if options.verify else "copying") as progress:
        if options.verify:
            told = keeping.verified(options.verify, progress)
        else:
            told = keeping.backup(options.to, acting(options.by), progress)
    return _tell(options, told)


def _restore(options: argparse.Namespace) -> int:
    with _bar("restoring") as progress:
        act = acting(options.by)
        told = keeping.restored(options.file, options.into, act, progress, every_area=options.every_area)
    return _tell(options, told)


def _tell(options: argparse.Namespace, told: keeping.Told) -> int:
    print(json.dumps(told.data, indent=1, ensure_ascii=False) if options.json else "\n".join(told.lines))
    return told.code


@contextmanager
def _bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what is told how much of how much is done; it draws on a terminal alone."""
    with Progress(console=_ASIDE, transient=True, disable=not _ASIDE.is_terminal) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)


def _demo(options: argparse.Namespace) -> int:
    warehouse = open_warehouse()
    if options.when_empty and status(warehouse)["loads"]:
        return 0
    files = write_demonstration(data_folder() / "inbox" / "demonstration", seed=options.seed, children=options.children)
    act = acting(WHO)
    outcomes = list(load_files(warehouse, files, act, explanations=EXPLANATIONS, demonstration=True))
    _say(options, [outcome.as_json() for outcome in outcomes], outcomes)
    plan = load_demonstration_plan(warehouse, files[0].parent, plan_folder(), act, options.seed)
    return 1 if any(outcome.refused for outcome in outcomes) or (plan and not plan.loaded) else 0


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 2:
        raise argparse.ArgumentTypeError("write a whole number from 2 up")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Any, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="print data instead of sentences")
        return sub

    check = command("check", _check, "recognise, read and check files; load nothing")
    load = command("load", _load, "check and load files, all or nothing each")
    for sub in (check, load):
        sub.add_argument("files", nargs="+", type=Path, metavar="FILE")
        sub.add_argument("--source", help="the source the files follow, where it cannot be told")
        sub.add_argument("--month", type=month_argument, help="the month they are for, YYYY-MM")
    load.add_argument(
        "--explain", action="append", type=explanation_argument, metavar="RULE=TEXT", help="answer a query"
    )
    load.add_argument("--by", help="who says so; by default the account's name")
    slip = command("findings", _findings, "write findings and rows held back as a workbook for the provider")
    slip.add_argument("what", metavar="FILE|LOAD_ID")
    slip.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx")
    slip.add_argument("--source", help="the source the file follows, where it cannot be told")
    slip.add_argument("--month", type=month_argument, help="the month it is for, YYYY-MM")
    form = command("template", _template, "write the workbook that a provider fills in")
    form.add_argument("source", help="nd_waiting_list, slt_waiting_list, ehc_advice_log or measures")
    form.add_argument("--out", type=Path, metavar="FILE.xlsx")
    words = command("dictionary", _dictionary, "write the data dictionary")
    words.add_argument("--out", type=Path, default=SHIPPED.parent / "docs" / "data_dictionary.md", metavar="FILE.md")
    command("sketch", _sketch, "draft a source from an unknown file").add_argument("file", type=Path, metavar="FILE")
    undo = command("withdraw", _withdraw, "take a load out of the figures, keep it on record")
    undo.add_argument("load_id")
    undo.add_argument("--why", required=True)
    undo.add_argument("--by")
    command("status", _status, "list loads, coverage and gaps")
    audit = command("audit", _audit, "list who did what, newest first")
    audit.add_argument("--verify", action="store_true", help="whether every act stands as it was written")
    backup = command("backup", _backup, "copy warehouse, editions and plan of one moment into one file; never the key")
    backup.add_argument("--to", type=Path, metavar="FOLDER", help="where; by default backups in the data folder")
    backup.add_argument("--verify", type=Path, metavar="BACKUP", help="read a backup whole instead of making one")
    back = command("restore", _restore, "put a backup in the place of what is there, which is kept aside")
    back.add_argument("file", type=Path, metavar="BACKUP")
    back.add_argument("--into", type=Path, metavar="FOLDER", help="another data folder than the one in use")
    back.add_argument("--every-area", action="store_true", help="although other areas' loads go back with it")
    for sub in (backup, back):
        sub.add_argument("--by", help="who; by default the account's name")
    add_plan_commands(command, _tell)
    demo = command("demo", _demo, "write and load the demonstration extracts")
    demo.add_argument("--when-empty", action="store_true", help="only where nothing is loaded yet")
    demo.add_argument("--seed", type=int, default=SEED, help="another seed invents other children")
    demo.add_argument("--children", type=_count, metavar="N", help="make one list N rows long, for trials of size")
    return parser


if __name__ == "__main__":
    sys.exit(main())
