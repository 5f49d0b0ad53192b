"""Takes pictures of the board pack as its readers see it, slide by slide and printed page by page: `make pictures`.

Needs LibreOffice (soffice) and Poppler (pdftoppm); without them there are none.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser.dashboard import ROOT, chromium

_KEPT = {"slides": 11, "page": 8}  # of the demonstration: a KPI that needs attention, shown in docs/board_pack.md


def take(folder: Path, environment: dict[str, str]) -> list[Path]:
    """Write a picture of each slide, sheet and printed page of the edition in use, and of two for the documentation."""
    if not (shutil.which("soffice") and shutil.which("pdftoppm")):
        sys.stderr.write("No pictures of the pack: install libreoffice-impress, libreoffice-calc and poppler-utils.\n")
        return []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        asked = [sys.executable, "-m", "reports", "pack", "--out", place]
        made = subprocess.run(asked, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        pptx, xlsx, html = (Path(line) for line in made.stdout.splitlines())
        printed = {"slides": _by_office(pptx), "sheets": _by_office(xlsx), "page": html.with_suffix(".page.pdf")}
        with chromium() as browser:
            page = browser.new_page()
            page.goto(html.as_uri())
            page.pdf(path=printed["page"], prefer_css_page_size=True, print_background=True)
        for name, file in printed.items():
            subprocess.run(["pdftoppm", "-r", "80", "-png", str(file), str(folder / f"pack-{name}")], check=True)
    taken = sorted(folder.glob("pack-*-*.png"))
    for name, number in _KEPT.items():
        shown = [path for path in taken if path.stem.startswith(f"pack-{name}-")][number - 1]
        shutil.copyfile(shown, folder / f"pack_{name}.png")
    return taken


def _by_office(file: Path) -> Path:
    made = file.parent / f"{file.suffix[1:]}.pdf"
    asked = ["soffice", f"-env:UserInstallation=file://{file.parent}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*asked, "--outdir", str(file.parent), str(file)], check=True, capture_output=True)
    return file.with_suffix(".pdf").rename(made)
