"""Files as a browser hands them over: a private folder while they are read, nothing afterwards, plain names."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.received import received, safe_name


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_files_are_private_and_gone_afterwards_also_on_an_error(temporary: Path) -> None:
    with received([("a.csv", b"1"), ("A.csv", b"2"), ("b.csv", b"3")]) as paths:
        assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]
        assert [path.name for path in paths] == ["a.csv", "A.csv", "b.csv"]
        assert paths[0].parent == paths[2].parent  # the modules of one return lie in one folder
        [folder] = temporary.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(temporary.iterdir()) == []

    def stopped() -> None:
        with received([("a.csv", b"1")]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("nd list May.csv", "nd list May.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\nd.csv", "nd.csv"),
        ("..", "file"),
        ("", "file"),
        (".csv", "csv"),
        ("a\x00b\nc.csv", "abc.csv"),
        ("nd.csv ", "nd.csv"),
        ("é" * 100 + ".csv", "é" * 75 + ".csv"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_any_name_makes_one_plain_file_in_the_folder(name: str) -> None:
    with received([(name, b"x")]) as [path]:
        assert path.read_bytes() == b"x"
        assert path.name == safe_name(name)
        assert len(path.name.encode()) <= 200
        assert path.name not in (".", "..")
        assert not set(path.name) & set('/\\:*?"<>|\n\0')
