"""The doors of `python -m metrics`: publish, show, editions, signals, forecast, health."""

import argparse
import getpass
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from etl.door import acting, answer, day_argument
from etl.errors import UsageError
from etl.settings import editions_folder, plan_folder
from etl.warehouse import open_warehouse
from metrics.compare import compare
from metrics.document import document
from metrics.edition import Manifest, current_edition, list_editions
from metrics.forecast_csv import forecast_of_csv
from metrics.health import exit_code, health
from metrics.plan import first_of
from metrics.prune import edition_faults, keep_for_pack, prunable, prune
from metrics.publication import Publication, publish_and_tell
from metrics.show import show
from metrics.signals_csv import signals_of_csv
from metrics.wording import figure, period_words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong usage, 3 warehouse busy."""
    return answer(_parser(), arguments)


def _publish(options: argparse.Namespace) -> int:
    if options.when_none and current_edition(editions_folder()):
        return 0
    seconds: dict[str, float] = {}
    console = Console(stderr=True)
    begun = [("", time.monotonic())]

    def step(name: str) -> None:
        before, since = begun[-1]
        if before:
            seconds[before] = round(time.monotonic() - since, 3)
        begun.append((name, time.monotonic()))
        if console.is_terminal:
            console.print(f"{name} …")

    made = publish_and_tell(
        open_warehouse(),
        editions_folder(),
        plan_folder(),
        by=options.by or getpass.getuser(),
        note=options.note,
        at=datetime.now(UTC).replace(microsecond=0),
        as_of=options.as_of,
        step=step,
    )
    step("")
    _say_published(options, made, seconds)
    return 0


def _say_published(options: argparse.Namespace, made: Publication, seconds: dict[str, float]) -> None:
    edition, changed, notice = made.published.manifest, made.published.changed, made.notice
    problems = made.problems
    if options.json:
        told = {**_edition(edition), "changed": changed, "counts": edition.rows, "seconds": seconds}
        print(json.dumps({**told, "notice": str(notice.path) if notice else None, "problems": problems}, indent=1))
        return
    if changed:
        counted = f"{edition.rows['results']:,} results, as of {edition.as_of:%B %Y}"
        print(f"Published edition {edition.edition_id}: {counted}.")
    else:
        print(f"Nothing has changed since edition {edition.edition_id}; it stays in use.")
        if options.note and options.note != edition.note:
            print("An edition is never changed, so the note given now is not kept.")
    for problem in problems:
        print(problem)


def _show(options: argparse.Namespace) -> int:
    rows = show(editions_folder(), options.kpi, month=options.month, by=options.by, area=options.area)
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return 0
    for row in rows:
        where = f"{row['area']}, {row['group']}" if options.by else row["area"]
        value = figure(row["value"], row["unit"], at_least=row["at_least"], flag=row["flag"])
        parts = f" ({row['numerator']:g} of {row['denominator']:g})" if _both(row) else ""
        when = period_words(first_of(row["month"]), row["period_months"])
        print(f"{where}, {when}: {value}{parts}" + (f", {row['status']}" if row["status"] else ""))
    return 0


def _both(row: dict[str, Any]) -> bool:
    return row["numerator"] is not None and row["denominator"] is not None


def _document(options: argparse.Namespace) -> int:
    text = document()
    print(json.dumps({"text": text}) if options.json else text, end="")
    return 0


def _editions(options: argparse.Namespace) -> int:
    folder = editions_folder()
    if options.compare:
        differences = compare(folder, *options.compare)
        if options.json:
            print(json.dumps(differences, indent=1, ensure_ascii=False))
        for line in differences if not options.json else []:
            before, after = (figure(line[side], line["unit"]) for side in ("before", "after"))
            print(f"{line['title']}, {line['area']}, {line['month']}: {before} → {after}")
        return 0
    if options.verify:
        return _verify(options)
    if options.prune:
        return _prune(options)
    if options.keep:
        keep_for_pack(folder, options.keep, options.why)
        print(json.dumps({"kept": options.keep}) if options.json else f"Edition {options.keep} is never pruned.")
        return 0
    known, used = list_editions(folder), current_edition(folder)
    if options.json:
        print(json.dumps([{**_edition(m), "current": m.edition_id == used} for m in known], indent=1))
        return 0
    if not known:
        print("No edition has been published yet: python -m metrics publish")
    for m in known:
        mark = " (in use)" if m.edition_id == used else ""
        note = f": {m.note}" if m.note else ""
        when = f"as of {m.as_of:%B %Y}, published {m.published_at:%d %B %Y}"
        print(f"{m.edition_id}{mark}: {when} by {m.published_by}{note}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    faults = edition_faults(editions_folder())
    if options.json:
        print(json.dumps([{"edition_id": name, "fault": fault} for name, fault in faults.items()], indent=1))
    for name, fault in faults.items() if not options.json else []:
        print(fault or f"Edition {name} holds what was published.")
    return 1 if any(faults.values()) else 0


def _prune(options: argparse.Namespace) -> int:
    if options.keep and not options.keep.isdigit():
        raise UsageError("With --prune, --keep is how many of the newest editions stay.")
    chosen = {"keep": int(options.keep) if options.keep else None, "before": options.before}
    act = acting(options.by)
    folder = editions_folder()
    going = prune(open_warehouse(), folder, act, **chosen) if options.yes else prunable(folder, **chosen)
    if options.json:
        print(json.dumps({"pruned": options.yes, "editions": [_edition(m) for m in going]}, indent=1))
        return 0
    for m in going:
        print(f"{m.edition_id}: as of {m.as_of:%B %Y}, published {m.published_at:%d %B %Y} by {m.published_by}")
    many = f"{len(going)} edition{'' if len(going) == 1 else 's'}"
    print(f"{many} gone for good." if options.yes else f"{many} would go for good; to do it, add --yes.")
    return 0


def _health(options: argparse.Namespace) -> int:
    made = health(options.server, screens=options.screens)
    if options.json:
        told = [{"check": one.what, "well": not one.code, "sentence": one.sentence} for one in made]
        print(json.dumps(told, indent=1))
    else:
        print("\n".join(f"{one.what}: {one.sentence}" for one in made))
    return exit_code(made)


def _signals(options: argparse.Namespace) -> int:
    told = signals_of_csv(
        options.file,
        options.rules,
        options.better,
        options.target,
        fix_after=options.fix_after,
        screens_ranges=options.screen,
    )
    if options.json:
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return 0
    print(f"{told['file']}, rules {told['rules']}, {told['points_used']} points")
    for sentence in [*_lines(told["sentences"]), *_lines(told["notes"])]:
        print(sentence)
    return 0


def _forecast(options: argparse.Namespace) -> int:
    told = forecast_of_csv(options.file, options.months, options.unit)
    if options.json:
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return 0
    if told.get("cannot_tell"):
        print(told["cannot_tell"])
    for row in told["months"]:
        print(f"{row['month']}: {row['median']:g} (80 %: {row['low80']:g} to {row['high80']:g})")
    return 0


def _lines(told: object) -> list[str]:
    return [str(line) for line in told] if isinstance(told, list) else []


def _edition(manifest: Manifest) -> dict[str, Any]:
    return {
        "edition_id": manifest.edition_id,
        "content_hash": manifest.content_sha256,
        "as_of": f"{manifest.as_of:%Y-%m}",
        "published_at": manifest.published_at.isoformat(),
        "published_by": manifest.published_by,
        "note": manifest.note,
        "demonstration": manifest.demonstration,
    }


def _month(text: str) -> date:
    try:
        return first_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("write the month as YYYY-MM") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m metrics", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Any, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="print data instead of sentences")
        return sub

    publish_ = command("publish", _publish, "compute everything and publish an edition")
    publish_.add_argument("--by", help="who publishes; by default the account's name")
    publish_.add_argument("--note", default="", help="what readers should know about this edition")
    publish_.add_argument("--as-of", type=_month, help="the month the scorecard is read in, YYYY-MM; by default now")
    publish_.add_argument("--when-none", action="store_true", help="only where no edition exists yet")
    show_ = command("show", _show, "print one KPI from the current edition")
    show_.add_argument("kpi")
    show_.add_argument("--month", type=_month, help="only this month, YYYY-MM")
    show_.add_argument("--by", help="split by a breakdown the KPI declares")
    show_.add_argument("--area", help="area code; by default the area the scorecard uses")
    signals = command("signals", _signals, "control chart of any date,value series")
    signals.add_argument("file", type=Path, metavar="FILE.csv")
    signals.add_argument("--rules", default="mdc-2023", help="named rule set: mdc-2023 (default) or ptd-0.2.2")
    signals.add_argument("--better", default="higher", choices=("higher", "lower", "neither"))
    signals.add_argument("--target", type=float)
    signals.add_argument("--fix-after", type=int, metavar="N", help="set the limits on the first N points")
    signals.add_argument("--screen", action=argparse.BooleanOptionalAction, help="leave outlying ranges out of limits")
    command("document", _document, "print docs/kpis.md, made from the definitions")
    ahead = command("forecast", _forecast, "forecast of any date,value series")
    ahead.add_argument("file", type=Path, metavar="FILE.csv")
    ahead.add_argument("--months", type=int, default=18, help="how many months ahead; 18 by default")
    ahead.add_argument("--unit", default="value", help="percent, children, weeks, …: what values can occur")
    well = command("health", _health, "whether edition, warehouse, disk and server are well")
    well.add_argument("--server", metavar="ADDRESS", help="also whether the server there answers")
    well.add_argument("--screens", action="store_true", help="leave out the warehouse, which screens do without")
    editions = command("editions", _editions, "list editions, or what differs between two")
    editions.add_argument("--compare", nargs=2, metavar=("BEFORE", "AFTER"))
    editions.add_argument("--verify", action="store_true", help="whether each holds what was published")
    editions.add_argument("--prune", action="store_true", help="say which would go; with --yes, let them go for good")
    editions.add_argument("--keep", metavar="N|ID", help="with --prune: the newest N stay; else: never prune this one")
    editions.add_argument("--before", type=day_argument, metavar="YYYY-MM-DD", help="what is older may go")
    editions.add_argument("--yes", action="store_true", help="with --prune: do it")
    editions.add_argument("--why", default="", help="what an edition is kept for")
    editions.add_argument("--by", help="who; by default the account's name")
    return parser


if __name__ == "__main__":
    sys.exit(main())
