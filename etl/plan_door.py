"""The doors of `python -m etl` to the plan itself: plan, check-in, answer, escalation."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from etl.audit import Act
from etl.check_in import (
    CheckIn,
    Escalation,
    Recorded,
    Response,
    conflict_words,
    record_check_in,
    record_escalations,
    record_response,
)
from etl.door import acting, day_argument, explanation_argument, month_argument
from etl.errors import UsageError
from etl.finding import verdict
from etl.keeping import Told
from etl.plan_export import write_plan, write_plan_template
from etl.plan_load import PlanOutcome, check_plan, ensure_plan, folder_files, load_plan, read_plan_file
from etl.plan_record import latest, read_plan_record
from etl.plan_shape import load_plan_shape
from etl.settings import plan_folder
from etl.warehouse import Warehouse, open_warehouse

_SOURCE = "command line"
Command = Callable[[str, Any, str], argparse.ArgumentParser]
Tell = Callable[[argparse.Namespace, Told], int]


def add_plan_commands(add: Command, tell: Tell) -> None:
    """Add the plan's commands to the parser, by the function that adds one; `tell` prints what they answer."""

    def command(name: str, run: Callable[[argparse.Namespace], Told], words: str) -> argparse.ArgumentParser:
        return add(name, lambda options: tell(options, run(options)), words)

    plan = command("plan", _plan, "the plan's workbook: write a template, check or load one, export what stands")
    plan.add_argument("what", choices=("template", "check", "load", "export"))
    plan.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="to check or load; by default the plan folder's"
    )
    plan.add_argument("--out", type=Path, metavar="FILE.xlsx", help="where template and export go")
    plan.add_argument(
        "--explain", action="append", type=explanation_argument, metavar="RULE=TEXT", help="answer a query"
    )
    entry = command("check-in", _check_in, "enter how an action stands; an earlier check-in is never changed")
    entry.add_argument("action", metavar="REFERENCE|ACTION_ID")
    entry.add_argument("--rag", required=True, choices=("R", "A", "G", "C"))
    entry.add_argument("--progress", required=True)
    entry.add_argument("--evidence", help="a link, or where it is kept")
    entry.add_argument("--by-when", help="the new date, where it was changed")
    entry.add_argument("--why", help="why it was changed")
    entry.add_argument("--follows", help="the check-in you have seen; by default the one that stands")
    entry.add_argument("--settles", nargs="*", default=(), metavar="CHECK_IN", help="check-ins in conflict it settles")
    reply = command("answer", _answer, "answer an exception report")
    reply.add_argument("exception", metavar="EXCEPTION_ID")
    reply.add_argument("--response", required=True)
    reply.add_argument("--owner", required=True, help="role that answers for what follows")
    reply.add_argument("--due", required=True, type=day_argument, metavar="YYYY-MM-DD")
    waits = command("escalation", _escalation, "enter long waits that were escalated: counts alone, never a child")
    for name, kind, words in (
        ("--organisation", str, "the provider"),
        ("--cohort", str, "a cohort of plan.yaml"),
        ("--month", month_argument, "month end they were counted at, YYYY-MM"),
        ("--threshold-weeks", int, "waits longer than this"),
        ("--children", int, "children waiting longer"),
        ("--escalated", int, "of these escalated"),
        ("--escalated-on", day_argument, "YYYY-MM-DD"),
        ("--to", str, "to which role or board"),
    ):
        waits.add_argument(name, required=True, type=kind, help=words)
    waits.add_argument("--risk-recorded", type=int, help="of these with a risk priority")
    waits.add_argument("--outcome")
    waits.add_argument("--follows", metavar="ESCALATION", help="the entry it brings up to date")
    for sub in (plan, entry, reply, waits):
        sub.add_argument("--by", help="who enters it; by default the account's name")
    for sub in (entry, reply, waits):
        sub.add_argument("--role", required=True, help="in which role; people are not named")


def _plan(options: argparse.Namespace) -> Told:
    if options.what == "template":
        return _wrote(write_plan_template(options.out or Path("plan_template.xlsx")))
    warehouse, act, shape = open_warehouse(), _act(options), load_plan_shape(plan_folder())
    if options.what == "export":
        ensure_plan(warehouse, plan_folder(), shape, act)
        with warehouse.reading() as reader:
            record = read_plan_record(reader)
        return _wrote(write_plan(record, options.out or Path("plan.xlsx")))
    explanations = dict(options.explain or [])
    if explanations and not options.by:
        raise UsageError("An explanation needs a name: add --by NAME.")
    file = read_plan_file([options.file] if options.file else folder_files(plan_folder()))
    if options.what == "check":
        found = check_plan(warehouse, file, shape, act)
        return _say(options, found, verdict(found.change.findings) != "accept")
    found = load_plan(warehouse, file, shape, act, explanations)
    return _say(options, found, not found.loaded)


def _say(options: argparse.Namespace, found: PlanOutcome, refused: bool) -> Told:
    counts = found.counts
    lines = [
        f"{found.file}: {verdict(found.change.findings)}; new or changed: {counts['actions']} actions, "
        f"{counts['impact_measures']} impact measures, {counts['check_ins']} check-ins"
    ]
    lines += [f"  {f.severity} {f.rule}: {f.message(found.file)}" for f in found.change.findings]
    if options.what == "load" and found.unexplained and verdict(found.change.findings) != "reject":
        rules = " ".join(f'--explain {rule}="why"' for rule in found.unexplained)
        lines.append(f"  Nothing was loaded. To load it all the same, say why: {rules} --by NAME")
    elif options.what == "load":
        lines.append(
            "  Loaded; screens show it after the next publication." if found.loaded else "  Nothing was loaded."
        )
    return Told(found.as_json(), lines, int(refused))


def _check_in(options: argparse.Namespace) -> Told:
    warehouse, act, shape = open_warehouse(), _act(options), load_plan_shape(plan_folder())
    ensure_plan(warehouse, plan_folder(), shape, act)
    action_id, last = _action(warehouse, options.action)
    entry = CheckIn(
        action_id,
        options.role,
        options.rag,
        options.progress,
        options.evidence,
        options.by_when,
        options.why,
        options.follows or last,
        tuple(options.settles),
    )
    done = record_check_in(warehouse, entry, shape, act, _SOURCE)
    return _recorded(done)


def _answer(options: argparse.Namespace) -> Told:
    entry = Response(options.exception, options.role, options.response, options.owner, options.due)
    return _recorded(record_response(open_warehouse(), entry, _act(options)))


def _escalation(options: argparse.Namespace) -> Told:
    entry = Escalation(
        options.organisation,
        options.cohort,
        options.month,
        options.threshold_weeks,
        options.children,
        options.escalated,
        options.escalated_on,
        options.to,
        options.role,
        options.risk_recorded,
        options.outcome,
        options.follows,
    )
    [done] = record_escalations(open_warehouse(), [entry], load_plan_shape(plan_folder()), _act(options), _SOURCE)
    return _recorded(done)


def _action(warehouse: Warehouse, named: str) -> tuple[str, str | None]:
    """Return the id of an action named by id or reference, and its latest check-in. Raises UsageError."""
    with warehouse.reading() as reader:
        record = read_plan_record(reader)
    actions = latest(record.actions, "action_id")
    hit = actions[(actions["action_id"] == named) | ((actions["ref"] == named) & actions["retired_why"].isna())]
    if len(hit) != 1:
        raise UsageError(f"There is no action {named[:40]!r}; python -m etl plan export lists them.")
    one = str(hit["action_id"].iloc[0])
    own = record.check_ins[record.check_ins["action_id"] == one]["check_in_id"]
    return one, None if own.empty else str(own.iloc[-1])


def _recorded(done: Recorded) -> Told:
    said = conflict_words(done) or f"Entered as {done.entry_id}. Screens show it after the next publication."
    return Told({"entered": done.entry_id, "conflicts": list(done.conflicts)}, [said])


def _wrote(path: Path) -> Told:
    return Told({"written": str(path)}, [f"Wrote {path}."])


def _act(options: argparse.Namespace) -> Act:
    return acting(options.by, getattr(options, "role", None) or "analyst")
