"""Takes a picture of every screen, wide and narrow, light and dark, and of the board pack: `make pictures`.

The figures are those of the demonstration.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser import pack_pictures
from tests.browser.dashboard import ROOT, chromium, serving, settled
from tests.pages.contract_rows import EHC

SCREENS = {
    "scorecard": "",
    "kpi": f"kpi?kpi={EHC}",
    "waiting_times": "waiting_times",
    "ehc_plans": "ehc_plans",
    "surveys": "surveys",
    "capacity": "capacity?referrals=40&completions=38",
    "action_plan": "action_plan?action=5.1.2",
    "exceptions": "action_plan?view=Exceptions",
    "review": "review",
    "changes": "changes",
    "definitions": "definitions",
    "data_quality": "data_quality",
    "upload": "upload",
}
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")


def take(folder: Path, address: str, screens: dict[str, str]) -> list[Path]:
    """Write one picture per screen, width and scheme into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with chromium() as browser:
        for scheme in SCHEMES:
            for width in WIDTHS:
                context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme)
                page = context.new_page()
                for name, path in screens.items():
                    page.set_viewport_size({"width": width, "height": 1000})
                    page.goto(f"{address}/{path}")
                    settled(page)
                    if (scheme, width) == (SCHEMES[0], WIDTHS[0]):
                        page.set_viewport_size({"width": width, "height": 1360})
                        page.wait_for_timeout(800)
                        page.screenshot(path=folder / f"{name}.png")  # the upper part, for the README
                    # Streamlit scrolls inside the page, so the window has to be as tall as what is in it.
                    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": width, "height": int(tall) + 40})
                    page.wait_for_timeout(800)
                    taken.append(folder / f"{name}-{scheme}-{width}.png")
                    page.screenshot(path=taken[-1])
                context.close()
    return taken


def main() -> None:
    """Build the demonstration in a temporary folder, as its reader would, serve it and take the pictures."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    with tempfile.TemporaryDirectory() as place:
        environment = {**os.environ, "WAYMARK_DATA": place}
        for command in (["etl", "demo"], ["metrics", "publish", "--by", "A. Analyst"]):
            subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment, check=True)
        with serving(Path(place)) as address:
            for path in take(folder, address, SCREENS):
                print(path)
        for path in pack_pictures.take(folder, environment):
            print(path)


if __name__ == "__main__":
    main()
