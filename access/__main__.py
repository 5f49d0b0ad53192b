"""The door of `python -m access`: who is signed in, ending somebody's sessions, and whether the settings hold."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from access.sessions import Sessions
from access.setup import sign_in
from etl.audit import record
from etl.door import acting, answer
from etl.errors import UsageError
from etl.settings import data_folder, sign_in_values
from etl.warehouse import open_warehouse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong usage or settings, 3 warehouse busy."""
    return answer(_parser(), arguments)


def _check(options: argparse.Namespace) -> int:  # noqa: ARG001 (what every command gets)
    how = sign_in(sign_in_values())
    if how is None:
        print("Sign-in is not set up: this machine alone is served.")
    else:
        print(f"Served as {how.address}, signed in by {how.issuer}, tenant {how.tenant}.")
        print(f"Roles: {', '.join(f'{value} = {role}' for value, role in how.roles.items())}.")
    return 0


def _people(options: argparse.Namespace) -> int:
    known = Sessions(data_folder()).known(time.time())
    if options.json:
        print(json.dumps(known, indent=1))
        return 0
    for one in known:
        since = datetime.fromtimestamp(int(str(one["signed_in"])), UTC)
        state = "ended" if one["ended"] else "open"
        print(f"{one['oid']}  {one['name']}, {one['roles']}, signed in {since:%d %B %H:%M} UTC, {state}")
    return 0


def _end(options: argparse.Namespace) -> int:
    tenant = options.tenant or sign_in_values().get("oidc_tenant")
    if not tenant:
        raise UsageError("Say of which tenant with --tenant, or set WAYMARK_OIDC_TENANT.")
    if not options.why.strip():
        raise UsageError('Say why: --why "…". The reason stays on record.')
    sessions = Sessions(data_folder())
    count = sessions.end(options.oid, tenant, time.time())
    print(f"{count} sign-in{'' if count == 1 else 's'} of the last hours ended, and every other made before now.")
    record(open_warehouse(), acting(options.by), "end sessions", f"{options.oid}@{tenant}", options.why)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m access", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    check = commands.add_parser("check", help="say how people sign in, or what is wrong with the settings")
    check.set_defaults(run=_check)
    people = commands.add_parser("people", help="list the sign-ins of the last eight hours")
    people.set_defaults(run=_people)
    people.add_argument("--json", action="store_true", help="print data instead of lines")
    end = commands.add_parser("end", help="end every session of a person, at once and on every machine")
    end.set_defaults(run=_end)
    end.add_argument("oid", help="the person's object id; python -m access people lists them")
    end.add_argument("--why", required=True, help="left, lost a laptop, changed role: it stays on record")
    end.add_argument("--tenant", help="the tenant; by default the one that is set")
    end.add_argument("--by", help="who does it; by default the account's name")
    return parser


if __name__ == "__main__":
    sys.exit(main())
