"""Settings: one list, and neither code, deployment nor documentation knows a setting that is not on it."""

import re
import subprocess
from pathlib import Path

import pytest

from etl.settings_table import SETTINGS, SIGN_IN, Setting, settings_table

ROOT = Path(__file__).resolve().parent.parent
NAMES = {setting.name for setting in SETTINGS}
# Those of sign-in may be given as a file each.
BY_FILE = {f"{setting.name}_FILE" for setting in SETTINGS if setting.who == SIGN_IN}
# What only tests and benchmarks read.
OF_TESTS = {"WAYMARK_SHARED", "WAYMARK_ATTACKED_TABLES"}
_NAME = re.compile(r"\bWAYMARK(?:\\?_[A-Z]+)+\b")
_TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".conf", ".service", ".timer", ".example", ".sh", ".css", ""}


def tracked() -> list[Path]:
    """Return the files of the repository; in a copy without its history, all that are there."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode == 0:
        return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]


def test_every_setting_named_anywhere_is_on_the_list() -> None:
    named: dict[str, str] = {}
    for path in tracked():
        if path.suffix in _TEXT or path.name == "Containerfile":
            for name in _NAME.findall(path.read_text(encoding="utf-8")):
                named[name.replace("\\", "")] = path.relative_to(ROOT).as_posix()
    assert {name: path for name, path in named.items() if name not in NAMES | BY_FILE | OF_TESTS} == {}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_on_the_list_is_read(setting: Setting) -> None:
    reading = (ROOT / "etl" / "settings.py").read_text(encoding="utf-8")
    if setting.who != SIGN_IN:
        assert f'"{setting.name}"' in reading
    elif (ROOT / "gate.py").exists():  # read by one loop over their names
        assert f'"{setting.name.removeprefix("WAYMARK_").lower()}"' in reading


def test_only_settings_reads_the_environment() -> None:
    reading = {
        path.relative_to(ROOT).as_posix()
        for package in ("etl", "metrics", "reports", "pages")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"os\.environ|os\.getenv|getenv\(", path.read_text(encoding="utf-8"))
    }
    # The second hands some on to the child, the third takes back what pyspark left there.
    assert reading == {"etl/settings.py", "etl/confine.py", "etl/spark_session.py"}


def test_the_table_in_the_documentation_is_the_list() -> None:
    assert settings_table() in (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
