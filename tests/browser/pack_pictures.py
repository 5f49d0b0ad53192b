"""Takes pictures of the board pack as its readers see it, slide by slide and printed page by page: `make pictures`.

Needs LibreOffice (soffice) and Poppler (pdftoppm); without them there are none.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser.dashboard import ROOT, chromium
from tests.reports.packs import slide_charts, slides

_SHEETS = 20  # printed pages of the workbook: its long lists go on alike


def take(folder: Path, environment: dict[str, str]) -> list[Path]:
    """Write a picture of each slide, sheet and printed page of the edition in use, and of one for the documentation."""
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
            few = ["-l", str(_SHEETS)] if name == "sheets" else []
            asked = ["pdftoppm", "-r", "80", *few, "-png", str(file), str(folder / f"pack-{name}")]
            subprocess.run(asked, check=True)
        first = next(n for n, slide in enumerate(slides(pptx.read_bytes())) if slide_charts(slide))
    shown = sorted(folder.glob("pack-slides-*.png"))[first]
    shutil.copyfile(shown, folder / "pack_slides.png")  # a KPI that needs attention, for docs/board_pack.md
    return sorted(folder.glob("pack-*-*.png"))


def _by_office(file: Path) -> Path:
    made = file.parent / f"{file.suffix[1:]}.pdf"
    asked = ["soffice", f"-env:UserInstallation=file://{file.parent}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*asked, "--outdir", str(file.parent), str(file)], check=True, capture_output=True)
    return file.with_suffix(".pdf").rename(made)
