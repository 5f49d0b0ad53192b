"""A standalone Spark cluster on loopback, from the pip wheel: one master and its workers, each a process of its own."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.loopback import free_port

_SECONDS = 90.0  # a start takes 5 to 15


@dataclass(frozen=True)
class Cluster:
    """Where the master listens, and its workers; each heads a process group that holds its executors."""

    address: str
    workers: list[subprocess.Popen[bytes]]

    def kill_worker(self, number: int) -> None:
        """Kill a worker and its executors at once, as a power cut would."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()


@contextmanager
def standalone(folder: Path, workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """Start a master and workers of one core each; yield when all are known to the master, stop all at the end."""
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    processes: list[subprocess.Popen[bytes]] = []
    try:
        log = folder / "master.log"
        master = "org.apache.spark.deploy.master.Master"
        processes.append(spark_class(log, master, "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"))
        wait_for(processes[0], port)
        for number in range(workers):
            processes.append(
                spark_class(
                    folder / f"worker-{number}.log", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1",
                    "--cores", "1", "--memory", memory, "--webui-port", "0",
                    "--work-dir", str(folder / f"worker-{number}"), address,
                )
            )  # fmt: skip
        _until(lambda: log.read_text().count("Registering worker") == workers, "workers did not register")
        yield Cluster(address, processes[1:])
    finally:
        stop(processes)


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """Start a Spark Connect server with a catalog of its own in the folder, yield its address, stop it at the end."""
    port = free_port()
    server = spark_class(
        folder / "connect.log", "org.apache.spark.deploy.SparkSubmit", "--master", "local[2]",
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
        "--driver-java-options", "-XX:TieredStopAtLevel=1",
        *(part for name, value in {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(port),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "4",
            "spark.sql.warehouse.dir": str(folder / "tables"),
        }.items() for part in ("--conf", f"{name}={value}")),
        "spark-internal",
    )  # fmt: skip
    try:
        wait_for(server, port)
        yield f"sc://127.0.0.1:{port}"
    finally:
        stop([server])


def spark_class(log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start one of Spark's own processes, its words in a log."""
    found = find_spec("pyspark")
    assert found
    assert found.origin
    home = Path(found.origin).parent
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    with log.open("wb") as words:
        return subprocess.Popen(
            [str(home / "bin" / "spark-class"), *arguments],
            stdout=words, stderr=subprocess.STDOUT, env=environment, start_new_session=True, cwd=log.parent,
        )  # fmt: skip


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Return when the process listens."""

    def listens() -> bool:
        assert process.poll() is None, "the process ended; see its log"
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    _until(listens, "nothing listens")


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """End processes and their children, the last started first."""
    for process in reversed(processes):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
    for process in reversed(processes):
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until(done: Callable[[], bool], words: str) -> None:
    end = time.monotonic() + _SECONDS
    while not done():
        assert time.monotonic() < end, words
        time.sleep(0.2)
