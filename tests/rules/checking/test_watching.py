"""A changed file is noticed."""

import os
from pathlib import Path

from cyberforensics.rules.checking.watching import changes


def test_each_change_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "a.yar"
    file.parent.mkdir()
    file.write_text("1")
    alone = tmp_path / "b.yar"
    steps = iter(
        (
            lambda: file.write_text("12"),
            lambda: os.utime(file, ns=(1, 1)),
            lambda: alone.write_text("new"),
            lambda: None,
            alone.unlink,
        )
    )
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        next(steps)()

    seen = changes([tmp_path], sleep)
    counts = []
    for _ in range(5):
        next(seen)
        counts.append(len(slept))
    assert counts == [0, 1, 2, 3, 5]


def test_what_is_not_there_yet(tmp_path: Path) -> None:
    file = tmp_path / "a.yar"

    def sleep(_: float) -> None:
        file.write_text("x")

    seen = changes([file], sleep)
    next(seen)
    next(seen)
    assert file.exists()
