"""What the tests of hostile evidence share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cyberforensics.model.run import Options
from tests.hostile.checks import OPTIONS, Outcome, checked_triage
from tests.hostile.forked import forked_workers

Examine = Callable[..., Outcome]


@pytest.fixture
def examine(tmp_path: Path) -> Iterator[Examine]:
    """Examines bytes, or several named files of which the first is the source; nothing that must hold may fail."""

    def run(data: bytes | dict[str, bytes], name: str = "hostile.raw", options: Options = OPTIONS) -> Outcome:
        folder = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        (folder / "evidence").mkdir(parents=True)
        files = data if isinstance(data, dict) else {name: data}
        for file, content in files.items():
            (folder / "evidence" / file).write_bytes(content)
        outcome = checked_triage({"X": folder / "evidence" / next(iter(files))}, folder, options)
        assert outcome.failures == []
        return outcome

    with forked_workers():
        yield run
