"""`spark:<where>?lake=<folder>`: which Spark counts, where rows lie, and which register says what of them counts."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from etl.errors import UsageError

FORMS = (
    'A Spark warehouse is "spark:<where>?lake=<folder>" or "spark:<where>?catalog=<database>&register=<file>". '
    "<where> is local[2] (this machine), spark://host:7077 (a standalone cluster) or sc://host:15002 (Spark Connect); "
    "<folder> and <file> are absolute paths. Settings of Spark itself follow as &spark.executor.memory=4g."
)
NO_BACKUP = (
    "The rows of a Spark warehouse lie in its lake, which a backup of Waymark does not hold. While nobody loads, copy "
    "the register, then the lake, then the data folder; pieces of a lake never change (docs/operate.md)."
)
_WHERE = re.compile(r"local(\[(\d+|\*)\])?|spark://[\w.-]+:\d+(,[\w.-]+:\d+)*|sc://[\w.-]+(:\d+)?(/[^?]*)?")
_DATABASE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_PLAIN = re.compile(r"/[^*?{}\[\]\\,]*")  # Spark reads the rest as patterns


@dataclass(frozen=True)
class SparkAddress:
    """What an address says. Exactly one of `lake` and `catalog` is given; `settings` are Spark's own."""

    where: str
    register: Path
    lake: Path | None = None
    catalog: str | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def connects(self) -> bool:
        """Whether Spark runs elsewhere and is talked to through Spark Connect."""
        return self.where.startswith("sc://")

    @property
    def folders(self) -> list[Path]:
        """Return the folders of this machine that hold register and rows."""
        return [self.register.parent, *([self.lake] if self.lake else [])]

    @property
    def host(self) -> str:
        """Return where Spark is without what may be secret in the address."""
        return re.split(r"(?<=[^/])/(?=[^/])", self.where, maxsplit=1)[0]


def parse_spark(place: str) -> SparkAddress:
    """Return what stands behind `spark:`. Raises UsageError that tells the right forms and never repeats a token."""
    where, _, rest = place.partition("?")
    try:
        pairs = parse_qsl(rest, keep_blank_values=True, strict_parsing=True) if rest else []
    except ValueError as error:
        raise UsageError(FORMS) from error
    given = dict(pairs)
    settings = {name: value for name, value in given.items() if name.startswith("spark.")}
    own = {name: value for name, value in given.items() if name not in settings}
    lake, catalog, register = own.pop("lake", None), own.pop("catalog", None), own.pop("register", None)
    if not _WHERE.fullmatch(where) or own or len(given) != len(pairs) or (lake is None) == (catalog is None):
        raise UsageError(FORMS)
    if catalog is not None and (register is None or not _DATABASE.fullmatch(catalog)):
        raise UsageError(FORMS)
    if any(path is not None and not _PLAIN.fullmatch(path) for path in (lake, register)):
        raise UsageError(FORMS)
    file = Path(register) if register else Path(str(lake)) / "register.duckdb"
    return SparkAddress(where, file, Path(lake) if lake else None, catalog, settings)
