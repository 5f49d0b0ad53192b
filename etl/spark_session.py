"""Spark itself: started or reached when first needed, and its refusals in a sentence. Nothing else imports pyspark."""

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from etl.errors import UsageError, WarehouseBusyError
from etl.spark_address import SparkAddress

_LOG = Path(__file__).parent / "spark_log.properties"
# One SQL text for both engines, whatever the address sets: names in double quotes, nothing overflows in silence.
_SQL = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
}
_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_JAVA = "spark.driver.extraJavaOptions"
_HERE = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
# On this machine a task hands its rows over in memory (to 1 GiB). Kept as a block instead, to be fetched over a socket,
# as Spark does from 1 MiB up, one of ten million children's was lost, and a local master tries no task twice.
_IN_MEMORY = {"spark.task.maxDirectResultSize": "1g", "spark.rpc.message.maxSize": "1024"}
_INSTALL = (
    "WAYMARK_WAREHOUSE names Spark, which is not installed here: python -m pip install -r requirements-spark.txt, and "
    "Java 17."
)
_one_at_a_time = threading.Lock()
_started: list[tuple[str, dict[str, str]]] = []  # a process has one Spark of its own


class Spark:
    """One session, opened when first asked for: its views are seen by nobody else."""

    def __init__(self, address: SparkAddress) -> None:
        self._address = address
        self._session: Any = None

    @contextmanager
    def session(self) -> Iterator[Any]:
        """Yield the session. Raises UsageError without pyspark, WarehouseBusyError for what Spark cannot do.

        Spark's own words may hold a cell's value and are not repeated.
        """
        try:
            # Rows go to Spark and come back as Arrow, never as frames of pandas.
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            from py4j.protocol import Py4JError
            from pyspark.errors import PySparkException
        except ImportError as error:
            raise UsageError(_INSTALL) from error
        try:
            if self._session is None:
                self._session = _connected(self._address) if self._address.connects else _started_here(self._address)
            yield self._session
        except (PySparkException, Py4JError, ConnectionError) as error:
            said = error.getCondition() if isinstance(error, PySparkException) else None
            raise WarehouseBusyError(
                f"Spark at {self._address.host} did not do its part ({said or type(error).__name__}); nothing was "
                "changed. See that it runs, that all its machines see the rows under the same path and have memory "
                "enough; its log says more."
            ) from error

    def hand_in(self, name: str, rows: pa.Table) -> None:
        """Make rows from here the session's view of this name."""
        with self.session() as session:
            from pyspark.sql.pandas.types import from_arrow_schema

            if rows.num_rows:
                given = session.createDataFrame(rows)
            else:  # of which Spark Connect tells no types by itself
                given = session.createDataFrame([], from_arrow_schema(rows.schema, prefer_timestamp_ntz=True))
            given.createOrReplaceTempView(name)

    def end(self) -> None:
        """Let go of what the session holds; Spark itself runs on for the next one."""
        if self._session is None:
            return
        with suppress(WarehouseBusyError), self.session() as session:  # Spark is gone, and what it held with it
            if self._address.connects:
                session.stop()
                os.environ.pop("SPARK_CONNECT_MODE_ENABLED", None)  # else pyspark starts nothing of its own any more
            else:
                for view in session.catalog.listTables():
                    if view.isTemporary:
                        session.catalog.dropTempView(view.name)
        self._session = None


def _connected(address: SparkAddress) -> Any:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(address.where).create()
    for name, value in {**address.settings, **_SQL}.items():
        session.conf.set(name, value)
    return session


def _started_here(address: SparkAddress) -> Any:
    from pyspark.sql import SparkSession

    settings = {**_QUIET, **_following(address), **address.settings, **_SQL}
    settings[_JAVA] = f"-Dlog4j.configurationFile=file:{_LOG} {settings.get(_JAVA, '')}".strip()
    with _one_at_a_time:
        running = SparkSession.getActiveSession()
        if running is not None and _started != [(address.where, settings)]:
            running.stop()
        builder = SparkSession.builder.appName("Waymark").master(address.where)
        for name, value in settings.items():
            builder = builder.config(name, value)
        whole = builder.getOrCreate()
        _started[:] = [(address.where, settings)]
        return whole.newSession()


def _following(address: SparkAddress) -> dict[str, str]:
    """Return settings that follow from the address; nothing listens beyond this machine that need not."""
    local = address.where.startswith("local")
    here = local or address.where.startswith(("spark://127.0.0.1", "spark://localhost"))
    return {
        **(_HERE if here else {}),
        **(_IN_MEMORY if local else {}),
        **({"spark.sql.catalogImplementation": "hive"} if address.catalog else {}),
    }
