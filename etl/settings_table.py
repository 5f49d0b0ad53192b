"""Every setting there is: the one list that docs/operate.md prints and tests hold the code to.

`etl/settings.py` reads them. A variable is a setting of Waymark only if it stands here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SIGN_IN = "sign-in"
_HEADINGS = ("setting", "by default", "what it sets", "who needs it")


@dataclass(frozen=True)
class Setting:
    """One environment variable; a `secret` one is not handed on to the process that reads files."""

    name: str
    default: str
    what: str
    who: str
    secret: bool = False


SETTINGS = (
    Setting("WAYMARK_DATA", "`data` beside the code", "the data folder, an absolute path", "every installation"),
    Setting(
        "WAYMARK_WAREHOUSE",
        "`duckdb:<data folder>/warehouse.duckdb`",
        "the warehouse: `duckdb:<file>`, or `spark:…` as below",
        "a warehouse that lies elsewhere than the editions, or in a lake",
    ),
    Setting(
        "WAYMARK_KEY",
        "`~/.config/waymark/pseudonym.key`",
        "the file of the pseudonym key, apart from code, data and backups",
        "every installation that loads lists of children",
    ),
    Setting(
        "WAYMARK_WAIT",
        "`30`",
        "seconds a load, publication or backup waits for another one",
        "scheduled work: `600`",
    ),
    Setting(
        "WAYMARK_AUDIENCE",
        "`restricted`",
        "whose figures the screens show: `restricted`, or `board` with small counts hidden",
        "screens shown without sign-in to more than those who may see exact figures",
    ),
    Setting(
        "WAYMARK_BESIDE",
        "none",
        "data folders of other local areas, `:` between: their board figures stand beside ours",
        "areas that compare with each other, and every roll-up of areas",
    ),
    Setting(
        "WAYMARK_LOG",
        "screens: `stderr`; commands: `off`",
        "where events are logged: `stderr`, `off`, or a file",
        "a service; scheduled commands: `stderr`",
    ),
    Setting(
        "WAYMARK_WEBHOOK",
        "no notice",
        "https address a notice of each edition is posted to; may hold a secret",
        "areas that tell a channel",
        secret=True,
    ),
    Setting(
        "WAYMARK_SMTP",
        "no notice",
        "`host:port, from, to[, to…]`: relay and people a notice is mailed to",
        "areas that tell people by mail",
        secret=True,
    ),
    Setting("WAYMARK_ADDRESS", "none", "the public address, `https://…`", SIGN_IN),
    Setting("WAYMARK_OIDC_METADATA", "none", "the provider's `…/.well-known/openid-configuration`", SIGN_IN),
    Setting("WAYMARK_OIDC_CLIENT_ID", "none", "the app registration", SIGN_IN),
    Setting("WAYMARK_OIDC_CLIENT_SECRET", "none", "its secret", SIGN_IN, secret=True),
    Setting("WAYMARK_OIDC_TENANT", "none", "the only tenant (`tid`) let in", SIGN_IN),
    Setting(
        "WAYMARK_COOKIE_SECRET",
        "none",
        "32 random bytes or more, the same for every process; a new one signs everybody out",
        SIGN_IN,
        secret=True,
    ),
    Setting("WAYMARK_ROLES", "by their own names", "which claim means which role: `Waymark.Board=board, …`", SIGN_IN),
    Setting(
        "WAYMARK_PEOPLE", "nobody", "roles of people the provider gives none: `<oid>=role, …`", SIGN_IN, secret=True
    ),
)


def settings_table(settings: Iterable[Setting] = SETTINGS) -> str:
    """Return the table of docs/operate.md: one line a setting."""
    rows = [_HEADINGS, ("---",) * len(_HEADINGS)]
    rows += [(f"`{s.name}`", s.default, s.what, s.who) for s in settings]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
