"""The same edition gives the same pack, bit for bit, whatever was published, packed or changed since."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from pptx import Presentation

from etl.audit import acts
from etl.settings import SHIPPED
from etl.warehouse import open_warehouse
from metrics.prune import kept_for, prunable
from reports.__main__ import main
from tests.pages.contract_rows import SLT
from tests.reports.conftest import Publish
from tests.reports.packs import slide_words, slides

ROOT = Path(__file__).resolve().parents[2]


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def recorded() -> list[tuple[str, str, str]]:
    with open_warehouse().reading() as reader:
        rows = acts(reader)
    return list(zip(rows["act"], rows["subject"], rows["detail"], strict=True))


def changes(pptx: Path) -> str:
    (slide, *_) = [s for s in slides(pptx.read_bytes()) if s.shapes.title.text_frame.text.startswith("What changed")]
    return slide_words(slide)


def test_the_command_makes_all_three_and_says_where(
    data: Path, publish: Publish, capsys: pytest.CaptureFixture
) -> None:
    publish("e1")
    assert main(["pack", "--by", "B. Secretary"]) == 0
    files = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [file.name for file in files] == [f"waymark-board-pack-e1.{f}" for f in ("pptx", "xlsx", "html")]
    assert all(file.is_file() and file.parent == data / "packs" / "e1" for file in files)
    assert recorded() == [("pack", "e1", "board pack as pptx, xlsx, html")]
    assert kept_for(data / "editions", "e1") == ["board pack"]


def test_another_process_elsewhere_gives_the_same_bytes(data: Path, publish: Publish) -> None:
    publish("e1", "course")
    assert main(["pack", "--out", str(data / "here")]) == 0
    apart = {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7", "LC_ALL": "C", "LANG": "C"}
    told = subprocess.run(
        [sys.executable, "-m", "reports", "pack", "--out", str(data / "there")], cwd=ROOT, check=False,
        env={**os.environ, **apart, "WAYMARK_DATA": str(data)}, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert hashes(data / "here") == hashes(data / "there")


def test_a_past_pack_is_rebuilt_bit_for_bit(data: Path, publish: Publish) -> None:
    publish("e1")
    assert main(["pack", "--out", str(data / "first")]) == 0
    publish("e2", **{SLT: 700.0})
    assert main(["pack", "--out", str(data / "second")]) == 0
    assert "first pack" in changes(data / "first" / "waymark-board-pack-e1.pptx")
    assert "Before: edition e1" in changes(data / "second" / "waymark-board-pack-e2.pptx")

    publish("e3", **{SLT: 600.0})
    shutil.copytree(SHIPPED / "plan", data / "plan")
    Presentation().save(str(data / "plan" / "pack_template.pptx"))  # a template that later packs use
    assert main(["pack", "--out", str(data / "third")]) == 0
    for edition, place in (("e1", "first"), ("e2", "second")):
        assert main(["pack", "--edition", edition, "--out", str(data / f"{place}-again")]) == 0
        assert hashes(data / place) == hashes(data / f"{place}-again")

    (data / "plan" / "pack_template.pptx").unlink()  # the third pack keeps the template it was made with
    assert main(["pack", "--out", str(data / "third-again")]) == 0
    assert hashes(data / "third") == hashes(data / "third-again")
    assert prunable(data / "editions", keep=1) == []


def test_an_edition_without_a_pack_is_not_the_last_pack(data: Path, publish: Publish) -> None:
    """What the board has not been sent is not what it compares with; nor is a restricted pack."""
    publish("e1")
    assert main(["pack", "--format", "pptx"]) == 0
    publish("e2")
    assert main(["pack", "--format", "pptx", "--audience", "restricted"]) == 0
    publish("e3", **{SLT: 700.0})
    assert main(["pack", "--format", "pptx", "--out", str(data / "p.pptx")]) == 0
    assert "Before: edition e1" in changes(data / "p.pptx")
    assert main(["pack", "--format", "pptx", "--since", "e2", "--out", str(data / "q.pptx")]) == 0
    assert "Before: edition e2" in changes(data / "q.pptx")
    assert main(["pack", "--format", "pptx", "--out", str(data / "r.pptx")]) == 0  # asked for once, not pinned
    assert (data / "r.pptx").read_bytes() == (data / "p.pptx").read_bytes()
    assert kept_for(data / "editions", "e2") == ["restricted pack", "compared with in the board pack of e3"]


def test_a_last_pack_that_cannot_be_opened_is_said(data: Path, publish: Publish) -> None:
    publish("e1")
    assert main(["pack", "--format", "html"]) == 0
    publish("e2")
    board = data / "editions" / "e1" / "board.duckdb"
    board.chmod(0o600)
    board.write_bytes(b"rotten")
    assert main(["pack", "--format", "html", "--out", str(data / "p.html")]) == 0
    assert "Edition e1 of the last pack cannot be compared" in (data / "p.html").read_text()


def test_without_a_record_there_is_no_pack(data: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish("e1")
    assert main(["pack", "--format", "html", "--out", str(data / "a.html")]) == 0
    monkeypatch.setenv("WAYMARK_WAIT", "0.1")
    with FileLock(data / "warehouse.duckdb.lock"):
        assert main(["pack", "--format", "html", "--out", str(data / "b.html")]) == 3
    assert not (data / "b.html").exists()


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (["--edition", "e9"], 1, "There is no edition 'e9'."),
        (["--format", "pptx", "--out", "x.xlsx"], 2, "--out must end in .pptx."),
        (["--template", "README.md"], 2, "The template is not a PowerPoint file"),
        (["--template", "nowhere.pptx"], 1, "No such file"),
    ],
)
def test_what_cannot_be_made_is_said(
    data: Path, publish: Publish, capsys: pytest.CaptureFixture, asked: list[str], code: int, words: str
) -> None:
    publish("e1")
    assert main(["pack", *asked]) == code
    assert words in capsys.readouterr().err
    assert not (data / "packs").exists()


def test_before_the_first_edition_the_command_says_so(data: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["pack"]) == 1
    assert "python -m metrics publish" in capsys.readouterr().err


def test_an_areas_own_template_is_used(data: Path, publish: Publish, capsys: pytest.CaptureFixture) -> None:
    """Four to three, with a slide of its own that does not come along."""
    publish("e1")
    template = Presentation()
    template.slides.add_slide(template.slide_layouts[1]).shapes.title.text = "Sample slide"
    template.save(str(data / "own.pptx"))
    asked = ["--template", str(data / "own.pptx"), "--format", "pptx", "--out", str(data / "p.pptx"), "--json"]
    assert main(["pack", *asked]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == [str(data / "p.pptx")]
    made = Presentation(io.BytesIO((data / "p.pptx").read_bytes()))
    assert made.slide_width == template.slide_width
    assert "Sample slide" not in "".join(slide_words(slide) for slide in made.slides)
