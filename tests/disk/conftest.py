"""What the tests of the disk room share."""

from pathlib import Path

import pytest

_EVIDENCE = Path(__file__).parents[3] / "shared" / "evidence"


@pytest.fixture(scope="session")
def evidence() -> Path:
    """The folder of public evidence beside the checkout."""
    if not _EVIDENCE.is_dir():
        pytest.skip("the folder of public evidence (../shared/evidence) is not there")
    return _EVIDENCE
