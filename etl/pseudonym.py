"""Keyed pseudonyms: HMAC-SHA-256 under a key kept in a file outside the repository and the warehouse folder.

A bare hash of a ten-digit number is undone in seconds by counting; without the key this one is not. Whoever loses the
key can still load, but the same child then has another pseudonym.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from etl.engine_duckdb import connect
from etl.errors import UsageError

_BYTES = 32
_BLOCK = 64  # of SHA-256
# 128 of 256 bits: a million children collide with a chance of 1 in 10^26, in half the space.
_HEX = 32


@dataclass(frozen=True)
class Pseudonyms:
    """Turns identifiers into pseudonyms. `key_id` tells two keys apart and says nothing of either."""

    key: bytes

    def __repr__(self) -> str:
        return f"Pseudonyms({self.key_id})"

    @property
    def key_id(self) -> str:
        """Return a short name of the key."""
        return hmac.digest(self.key, b"waymark key id", "sha256").hex()[:12]

    def of(self, identifiers: pd.Series, kind: str) -> pd.Series:
        """Return the pseudonym of each text, blank for blank; equal texts of another kind get another one.

        HMAC by its definition (RFC 2104) in DuckDB: five times as fast as a call a row. A test holds it to `hmac`.
        """
        padded = self.key.ljust(_BLOCK, b"\0")
        inner = bytes(byte ^ 0x36 for byte in padded) + f"{kind}:".encode()
        outer = bytes(byte ^ 0x5C for byte in padded)
        codes, distinct = pd.factorize(identifiers)
        connection = connect(None, read_only=False)
        try:
            table = pa.table(
                {"place": pa.array(np.arange(len(distinct))), "identifier": pa.array(distinct, pa.string())}
            )
            connection.register("identifiers", table)
            hashed = connection.execute(
                "SELECT CASE WHEN identifier = '' THEN '' "
                "ELSE left(sha256(?::BLOB || unhex(sha256(?::BLOB || encode(identifier)))), ?) END AS pseudonym "
                "FROM identifiers ORDER BY place",
                [outer, inner, _HEX],
            ).df()["pseudonym"]
        finally:
            connection.close()
        return pd.Series(hashed.astype("str").take(codes).array, index=identifiers.index)


def load_pseudonyms(path: Path) -> Pseudonyms:
    """Return the pseudonyms under the key in the file, which is made on first use (0600 in a 0700 folder).

    Raises UsageError for a file that is no key, or that others may read.
    """
    if not path.exists():
        _create(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise UsageError(f"Others may read the pseudonym key {path.name}; take their rights away: chmod 600.")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, UnicodeDecodeError) as error:
        raise UsageError(f"The pseudonym key {path.name} is damaged; restore it from its copy.") from error
    if len(key) != _BYTES:
        raise UsageError(f"The pseudonym key {path.name} is damaged; restore it from its copy.")
    return Pseudonyms(key)


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)  # unlike a rename this never replaces a key another process made meanwhile
    except FileExistsError:
        pass
    finally:
        part.unlink()
