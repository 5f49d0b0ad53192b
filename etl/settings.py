"""Where things are. The only place that reads Waymark's environment variables; settings_table.py lists them."""

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from etl.errors import UsageError
from etl.spark_address import NO_BACKUP, parse_spark

_MAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")

SHIPPED = Path(__file__).resolve().parent.parent / "data"


def data_folder() -> Path:
    """Return the data folder: `WAYMARK_DATA`, or `data` beside the code."""
    return Path(os.environ.get("WAYMARK_DATA") or SHIPPED)


def warehouse_address() -> str:
    """Return `<engine>:<place>` of the warehouse: `WAYMARK_WAREHOUSE`, or a DuckDB file in the data folder."""
    return os.environ.get("WAYMARK_WAREHOUSE") or f"duckdb:{data_folder() / 'warehouse.duckdb'}"


def warehouse_file() -> Path:
    """Return the file of a DuckDB warehouse. Raises UsageError for another engine, which has backups of its own."""
    engine, _, place = warehouse_address().partition(":")
    if engine == "spark":
        raise UsageError(NO_BACKUP)
    if engine != "duckdb" or not place:
        raise UsageError(f'WAYMARK_WAREHOUSE must be "duckdb:<path>"; engine "{engine}" is not known.')
    return Path(place)


def warehouse_wait_seconds() -> float:
    """Return how long a call waits for another writer: `WAYMARK_WAIT`, or 30 seconds. Raises UsageError."""
    try:
        return float(os.environ.get("WAYMARK_WAIT") or 30)
    except ValueError as error:
        raise UsageError("WAYMARK_WAIT must be a number of seconds.") from error


def shown_to() -> str:
    """Return whose figures the screens show: `WAYMARK_AUDIENCE`, "restricted" or "board". Raises UsageError."""
    audience = os.environ.get("WAYMARK_AUDIENCE") or "restricted"
    if audience not in ("restricted", "board"):
        raise UsageError('WAYMARK_AUDIENCE must be "restricted" (exact figures) or "board" (small counts hidden).')
    return audience


def log_target() -> str | None:
    """Return where events are logged, `WAYMARK_LOG`: "stderr", "off" or a file; None where it is not set."""
    return os.environ.get("WAYMARK_LOG") or None


@dataclass(frozen=True)
class MailRoute:
    """Where a digest goes by mail: the relay, from whom and to whom."""

    host: str
    port: int
    sender: str
    receivers: tuple[str, ...]


def webhook() -> str | None:
    """Return the address a digest is posted to, `WAYMARK_WEBHOOK`, or None. Raises UsageError.

    https, or http on this machine alone. The address may carry a secret: never show it.
    """
    address = os.environ.get("WAYMARK_WEBHOOK")
    if not address:
        return None
    try:
        parts = urlsplit(address)
        there = parts.hostname
    except ValueError:
        there = None
    if there and (parts.scheme == "https" or (parts.scheme == "http" and there in ("127.0.0.1", "::1", "localhost"))):
        return address
    raise UsageError("WAYMARK_WEBHOOK must be an https address; http only on this machine.")


def mail_route() -> MailRoute | None:
    """Return the route of `WAYMARK_SMTP`, "host:port, from, to[, to…]", or None. Raises UsageError."""
    said = os.environ.get("WAYMARK_SMTP")
    if not said:
        return None
    relay, *people = [part.strip() for part in said.split(",")]
    host, _, port = relay.rpartition(":")
    if not host or not port.isdigit() or len(people) < 2 or not all(_MAIL.fullmatch(person) for person in people):
        raise UsageError('WAYMARK_SMTP must be "host:port, from, to": a mail relay and two addresses or more.')
    return MailRoute(host.strip("[]"), int(port), people[0], tuple(people[1:]))


_SIGN_IN = (
    "address", "oidc_metadata", "oidc_client_id", "oidc_client_secret", "oidc_tenant", "cookie_secret", "roles",
    "people",
)  # fmt: skip


def sign_in_values() -> dict[str, str]:
    """Return what is set of sign-in, by name in lower case without `WAYMARK_`; nothing where none is.

    From `WAYMARK_<NAME>`, else from the file that `WAYMARK_<NAME>_FILE` names, else from [waymark] in secrets.toml.
    Raises UsageError for a file that cannot be read.
    """
    kept = secrets_sections().get("waymark", {})
    found = {name: _environment(name) or str(kept.get(name, "")) for name in _SIGN_IN}
    return {name: value for name, value in found.items() if value}


def secrets_sections() -> dict[str, dict[str, object]]:
    """Return the sections of .streamlit/secrets.toml beside the code, none where it is not there. Raises UsageError."""
    place = SHIPPED.parent / ".streamlit" / "secrets.toml"
    try:
        with place.open("rb") as stream:
            return {name: part for name, part in tomllib.load(stream).items() if isinstance(part, dict)}
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(".streamlit/secrets.toml cannot be read.") from error


def _environment(name: str) -> str:
    variable = f"WAYMARK_{name.upper()}"
    place = os.environ.get(f"{variable}_FILE")
    if os.environ.get(variable) or not place:
        return os.environ.get(variable, "").strip()
    try:
        return Path(place).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{variable}_FILE names a file that cannot be read.") from error


def key_file() -> Path:
    """Return the file of the pseudonym key: `WAYMARK_KEY`, or one in the user's configuration folder."""
    configuration = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(os.environ.get("WAYMARK_KEY") or configuration / "waymark" / "pseudonym.key").expanduser().resolve()


def check_key_place(path: Path) -> None:
    """Raise UsageError for a key inside the repository or beside the warehouse: whoever copies those gets it too."""
    engine, _, place = warehouse_address().partition(":")
    beside = [Path(place).parent] if engine == "duckdb" else parse_spark(place).folders if engine == "spark" else []
    apart = [SHIPPED.parent, data_folder(), *beside]
    if any(path.is_relative_to(folder.resolve()) for folder in apart):
        raise UsageError(
            "The pseudonym key lies beside the code, the data or the warehouse; name a place elsewhere in WAYMARK_KEY."
        )


def editions_folder() -> Path:
    """Return the folder of published editions."""
    return data_folder() / "editions"


def folders_beside() -> list[Path]:
    """Return the data folders of other areas whose board figures stand beside ours: `WAYMARK_BESIDE`."""
    return [Path(folder) for folder in (os.environ.get("WAYMARK_BESIDE") or "").split(os.pathsep) if folder]


def plan_folder() -> Path:
    """Return the local area's plan folder; the shipped one where the data folder has none of its own."""
    return _own_or_shipped("plan")


def reference_folder() -> Path:
    """Return the folder of small public lookups; the shipped one where the data folder has none of its own."""
    return _own_or_shipped("reference")


def source_names() -> frozenset[str]:
    """Return the names of the sources that can be read: one file each in etl/sources; a leading _ is a shared part."""
    return frozenset(path.stem for path in (Path(__file__).parent / "sources").glob("[!_]*.yaml"))


def _own_or_shipped(name: str) -> Path:
    own = data_folder() / name
    return own if own.is_dir() else SHIPPED / name
