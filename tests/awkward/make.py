"""Write files as they really arrive, and as somebody with bad intent would send them, with what must come of each.

`python -m tests.awkward.make FOLDER` writes them with a list of the expected outcomes. Everything is invented.
"""

import json
import sys
from pathlib import Path

from tests.awkward.case import Case
from tests.awkward.csvs import csv_cases
from tests.awkward.open_documents import open_document_cases
from tests.awkward.workbooks import workbook_cases


def cases() -> list[Case]:
    """Every awkward file; building them takes about two seconds."""
    found = [*csv_cases(), *workbook_cases(), *open_document_cases()]
    assert len({case.name for case in found}) == len(found)
    return found


def make(folder: Path) -> list[Case]:
    """Write every file and the list of outcomes, outcomes.json."""
    folder.mkdir(parents=True, exist_ok=True)
    found = cases()
    for case in found:
        (folder / case.name).write_bytes(case.content)
    outcomes = {case.name: {"rule": case.rule, "rows": case.rows, "notes": case.notes} for case in found}
    (folder / "outcomes.json").write_text(json.dumps(outcomes, indent=1), encoding="utf-8")
    return found


if __name__ == "__main__":
    print(len(make(Path(sys.argv[1]))), "files")
