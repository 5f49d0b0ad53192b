"""Killed with signal 9 in the middle of a load, a withdrawal, a publication, a restore: nothing is lost or half there.

`python -m benchmarks.crashes` does the same some hundred times; docs/evidence/crashes.md has its counts.
"""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from etl.backup import verify_backup
from tests.crashes import Crashes, State, state


@pytest.fixture(scope="module")
def base(crashes: Crashes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with three loads, an edition and a backup of an earlier moment."""
    folder = tmp_path_factory.mktemp("base")
    done = [
        crashes.trial("load", folder / "data", month="2024-01"),
        crashes.trial("writing", folder / "data", edition_id="e1"),
    ]
    done += [crashes.trial("backing_up", folder / "data", to=str(folder / "backups"))]
    done += [crashes.trial("load", folder / "data", month=month) for month in ("2024-02", "2024-03")]
    done += [crashes.trial("writing", folder / "data", edition_id="e2")]
    assert [one["said"] for one in done] == [""] * 6
    found = state(folder / "data")
    assert (len(found.loads), found.current, found.faults) == (3, "e2", ())
    return folder


@pytest.fixture
def place(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it; the environment is put back in the end."""
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path))
    monkeypatch.delenv("WAYMARK_WAREHOUSE", raising=False)
    shutil.copytree(base, tmp_path / "copy")
    return tmp_path / "copy"


def works(place: Path, number: int) -> dict[str, dict[str, Any]]:
    """Return, by its name, one more piece of work of each kind."""
    [backup] = (place / "backups").glob("*.zip")
    return {
        "load": {"month": f"{2030 + number}-01"},
        "withdrawal": {"load_id": "nd_waiting_list.RRE.2024-02.1"},
        "writing": {"edition_id": f"n{number}"},
        "restoring": {"backup": str(backup)},
    }


def well(after: State) -> State:
    """Return the state, nothing being wrong with it."""
    assert after.faults == ()
    return after


@pytest.mark.parametrize("work", ["load", "withdrawal", "writing", "restoring"])
def test_killed_at_a_random_moment_all_of_it_is_there_or_none(
    crashes: Crashes, place: Path, tmp_path: Path, work: str
) -> None:
    chance = random.Random(work)
    shutil.copytree(place, tmp_path / "whole")
    before, whole = (
        state(place / "data"),
        crashes.trial(work, tmp_path / "whole" / "data", **works(tmp_path / "whole", 1)[work]),
    )
    after = state(tmp_path / "whole" / "data")
    assert (whole["ended"], after == before, after.faults) == ("done", False, ())
    for number in range(5):
        trial = tmp_path / str(number)
        shutil.copytree(place, trial)
        ended = crashes.trial(
            work, trial / "data", kill_after=chance.uniform(0, whole["seconds"]), **works(trial, 1)[work]
        )
        assert ended["ended"] in ("killed", "done"), ended["said"]
        found = well(state(trial / "data"))
        assert found == after if ended["ended"] == "done" else found in (before, after)
        assert crashes.trial("load", trial / "data", month="2040-01")["ended"] == "done"
        assert len(well(state(trial / "data")).loads) == len(found.loads) + 1


# A sample of the calls; the longer form tries each.
@pytest.mark.parametrize(
    ("work", "how", "step"),
    [
        ("writing", "fail", 3), ("writing", "kill", 11), ("backing_up", "fail", 7), ("backing_up", "kill", 11),
        ("restoring", "fail", 7), ("restoring", "kill", 11), ("load", "fail", 2), ("load", "kill", 5),
    ],
)  # fmt: skip
def test_refused_or_killed_at_its_kth_call_to_the_disk_all_of_it_is_there_or_none(
    crashes: Crashes, place: Path, tmp_path: Path, work: str, how: str, step: int
) -> None:
    before = state(place / "data")
    request = {**works(place, 1), "backing_up": {"to": str(tmp_path / "made")}}[work]
    for at in range(1, 200, step):
        trial = tmp_path / f"{at}"
        shutil.copytree(place / "data", trial)
        told = crashes.trial(work, trial, step=at, how=how, **request)
        assert told["ended"] in ("done", "killed", "refused"), told["said"]
        found = well(state(trial))
        if work == "backing_up":
            assert found == before
            made = list((tmp_path / "made").glob("*.zip"))
            assert made or told["ended"] != "done"
            for file in made:  # the folder's own flush may be refused after the rename
                verify_backup(file)
                file.unlink()
        elif told["ended"] == "refused":
            assert found == before
            assert told["said"].count("\n") == 0
        else:
            assert told["ended"] == "killed" or found != before
        if told["ended"] == "done" and not told["said"]:
            break
        shutil.rmtree(trial)
    else:
        pytest.fail("the work never came to its end")
