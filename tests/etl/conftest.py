"""What the tests on crashes and disks share."""

from collections.abc import Iterator

import pytest

from tests.crashes import Crashes


@pytest.fixture(scope="session")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashes]:
    """Yield the parent of children that may be killed."""
    parent = Crashes(tmp_path_factory.mktemp("children"))
    yield parent
    parent.close()
