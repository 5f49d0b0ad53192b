"""The shape of the house: imports, sizes, names, and where the screens' library may be used."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("access", "etl", "metrics", "reports", "pages")
MODULES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py")) + [
    ROOT / "app.py",
    ROOT / "gate.py",
]
MAY_DRAW = (
    "app.py", "gate.py", "pages/components/queries", "pages/components/filters", "pages/components/tiles",
    "pages/components/visitor",
)  # fmt: skip


def imports(path: Path) -> set[str]:
    """Return the modules a file imports, by full name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_run_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_can_be_read_in_one_go(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    is_page = path.parent == ROOT / "pages"
    assert lines <= (120 if is_page else 300)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_streamlit_stays_on_the_screens(path: Path) -> None:
    uses = any(module.split(".")[0] == "streamlit" for module in imports(path))
    assert not uses or name(path).startswith(MAY_DRAW) or path.parent == ROOT / "pages"


def test_only_queries_open_an_edition_and_only_the_engines_open_duckdb() -> None:
    opening = {name(p) for p in MODULES if name(p).startswith("pages/") and "metrics.edition.read_tables" in imports(p)}
    assert opening == {"pages/components/queries.py"}
    engines = {name(p) for p in MODULES if "duckdb" in imports(p)} - {"app.py"}  # app.py only warms it up
    reading = {f"metrics/{module}.py" for module in ("edition", "fact_frames", "kept_store", "rule")}
    assert engines == {"etl/engine_duckdb.py", *reading}


def test_metrics_see_of_etl_only_the_door_the_tables_and_the_common_ground() -> None:
    allowed = {"warehouse", "tables", "errors", "documents", "settings", "engine_duckdb", "door", "leftovers", "spill"}
    allowed |= {"audit", "durable", "lock", "unfinished", "plan_record", "log", "organisations"}
    used = {
        module.split(".")[1]
        for path in MODULES
        if name(path).startswith("metrics/")
        for module in imports(path)
        if module.startswith("etl.")
    }
    assert used <= allowed


def test_no_module_is_a_drawer() -> None:
    assert not [name(p) for p in MODULES if p.stem in ("utils", "util", "helpers", "common", "misc")]


def test_pages_hold_no_colour_and_no_sql() -> None:
    for path in (ROOT / "pages").glob("*.py"):
        constants = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        words = [value for value in constants if isinstance(value, str)]
        assert not [word for word in words if "SELECT " in word or re.search(r"#[0-9a-fA-F]{3}", word)], path.name


def test_nothing_lets_a_file_draw_markup() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert "unsafe_allow_html" not in text, name(path)
        if name(path) != "pages/components/tiles/shell.py":  # its two sheets for paper: tests/pages/test_house_rules.py
            assert "st.html(" not in text, name(path)
