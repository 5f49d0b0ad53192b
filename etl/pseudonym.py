"""Keyed pseudonyms: HMAC-SHA-256 under a key kept in a file outside the repository and the warehouse folder.

A bare hash of a ten-digit number is undone in seconds by counting; without the key this one is not. Whoever loses the
key can still load, but the same child then has another pseudonym.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.errors import UsageError
from etl.formats import TextColumns

_BYTES = 32
_BLOCK = 64  # of SHA-256
# 128 of 256 bits: a million children collide with a chance of 1 in 10^26, in half the space.
_HEX = 32
_AT_ONCE = 20_000  # texts held as Python objects at a time


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

        HMAC by its definition (RFC 2104), from two hashes that have taken in the key already: a third of the time of
        `hmac.digest`, and next to no memory. A test holds it to `hmac`.
        """
        padded = self.key.ljust(_BLOCK, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + f"{kind}:".encode())
        outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

        def pseudonym(text: str) -> str:
            if not text:
                return ""
            within, whole = inner.copy(), outer.copy()
            within.update(text.encode())
            whole.update(within.digest())
            return whole.hexdigest()[:_HEX]

        codes, distinct = pd.factorize(identifiers)
        hashed = TextColumns(1)
        for begin in range(0, len(distinct), _AT_ONCE):
            piece = distinct[begin : begin + _AT_ONCE].to_numpy(dtype=object)
            hashed.add_columns([[pseudonym(text) for text in piece]])
        found: pd.Series = hashed.frame()[0]
        if len(found) < len(codes):
            found = found.take(codes)
        return found.set_axis(identifiers.index)


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
