"""What a server writes while it serves: an error's words reach neither its log nor its output."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.readers import Answer, answer, session
from tests.test_proxy import fetched, free_ports, until
from tests.test_settings import ROOT

BROKEN = """
import logging, warnings
from pages.components import serving
serving.begin_log()
warnings.warn("Canary Surname")
logging.getLogger("streamlit.late").warning("Canary %s", "SY1 1AA")
raise KeyError("Canary Surname, 9990000018")
"""


def test_an_error_on_a_screen_is_logged_by_type_and_place_alone(tmp_path: Path) -> None:
    [port] = free_ports(1)
    (tmp_path / "broken.py").write_text(BROKEN)
    command = [sys.executable, "-m", "streamlit", "run", tmp_path / "broken.py", f"--server.port={port}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=err)
    try:
        until(lambda: fetched(f"http://127.0.0.1:{port}")[0] == "ok")

        async def ask() -> Answer:
            async with session(f"http://127.0.0.1:{port}") as own:
                return await answer(own, "")

        clean, came, *_ = asyncio.run(ask())
    finally:
        server.kill()
        server.wait()
    said = (tmp_path / "out").read_text() + (tmp_path / "err").read_text()
    assert not clean
    assert b"Canary" not in came
    assert "Canary" not in said
    assert "Traceback" not in said
    lines = [json.loads(line) for line in (tmp_path / "err").read_text().splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines[:1]] == ["start"]
    errors = [(line["error"], line["logger"]) for line in lines if "error" in line]
    assert errors == [("KeyError", "streamlit.error_util")]
    assert {line["logger"] for line in lines[1:]} == {"streamlit.late", "streamlit.error_util"}
