"""Every awkward file comes to the end that is written beside it."""

from pathlib import Path

import pytest

from etl.errors import UnreadableFileError
from etl.read import Content, read
from tests.awkward.make import Case, cases

CASES = cases()


def test_there_are_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_awkward_file(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.content)
    if case.rule is None:
        holds(case, read(path))
        return
    with pytest.raises(UnreadableFileError) as caught:
        read(path)
    assert caught.value.rule == case.rule
    for words in case.says:
        assert words in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def holds(case: Case, content: Content) -> None:
    assert len(content.sheets) == case.sheets
    assert tuple(sheet.hidden for sheet in content.sheets) == case.hidden
    sheet = content.sheets[case.sheet]
    assert case.rows in (None, len(sheet.cells))
    assert case.columns in (None, len(sheet.cells.columns))
    assert {place: sheet.cells.loc[place] for place in case.cells} == case.cells
    assert tuple(note.rule for note in content.notes) == case.notes
    assert tuple((problem.rule, problem.row) for problem in sheet.problems) == case.problems
    assert sheet.merged == case.merged
    assert sheet.hidden_rows == case.hidden_rows
    assert content.epoch_1904 == case.epoch_1904
    assert all(str(dtype) == "str" for dtype in sheet.cells.dtypes)
    assert not sheet.cells.isna().any().any()
