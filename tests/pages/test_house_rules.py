"""What pages and components may hold, read from their text."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "pages").glob("*.py"))
COMPONENTS = sorted((ROOT / "pages" / "components").rglob("*.py"))
WITH_STREAMLIT = re.compile(r"pages/(components/(queries|filters|tiles|visitor)(\.py|/.*)|[a-z_]+\.py)$")


@pytest.mark.parametrize(
    "path", [*PAGES, *COMPONENTS, ROOT / "app.py"], ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_a_module_keeps_the_house_rules(path: Path) -> None:
    text, place = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    assert len(text.splitlines()) <= (120 if path in PAGES else 300)
    assert not re.search(r"unsafe_allow|components\.v[12]|st\.write\(|st\.iframe", text)
    assert text.count("st.html(") == (place == "pages/components/tiles/shell.py")  # its sheets for print, below
    if "import streamlit" in text:
        assert WITH_STREAMLIT.match(place) or place == "app.py"
    if not place.endswith("theme.py"):
        assert not re.search(r"#[0-9a-fA-F]{6}\b", text), "colours belong in theme.py"
    if not place.endswith("queries.py"):
        assert not re.search(r"read_tables|read_manifest|duckdb\.connect|SELECT ", text), "queries.py opens editions"
        assert not re.search(r"st\.cache_data", text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_holds_no_arithmetic(path: Path) -> None:
    code = re.sub(r'"""[\s\S]*?"""|"[^"\n]*"|\'[^\'\n]*\'', "", path.read_text(encoding="utf-8"))
    assert not re.search(r"[\w)\]] [-+*/%] [\w(\[]|\bround\(|\bsum\(", code)


def test_the_only_html_is_two_constant_sheets_for_paper() -> None:
    text = (ROOT / "pages/components/tiles/shell.py").read_text(encoding="utf-8")
    assert 'for sheet in (_PRINT, _PRINT_DARK) if look().name == "dark" else (_PRINT,):\n        st.html(sheet)' in text
    for name in ("print.css", "print_dark.css"):
        assert f'Path(__file__).parents[1] / "{name}"' in text
        sheet = (ROOT / "pages/components" / name).read_text(encoding="utf-8")
        rules = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
        assert not re.search(r"url\(|@import|expression|<", rules)  # fetches nothing, starts nothing
        assert all(part.startswith(("@page", "@media print")) for part in re.findall(r"^\S.*\{", rules, re.MULTILINE))
