from pathlib import Path

import pytest

from benchmarks import inputs


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for number in range(40):
        (tmp_path / f"{number}.bin").write_bytes(bytes(100 + number))
    (tmp_path / "too-large.bin").write_bytes(bytes(5000))
    (tmp_path / "link").symlink_to("0.bin")
    monkeypatch.setattr(inputs, "SOURCE", tmp_path)
    return tmp_path


def test_the_largest_are_left_out_until_the_rest_fits(source: Path) -> None:
    size = inputs.Size("tiny", 1 << 20, 20, 2000, 1000)
    chosen = inputs._choose(size, 0)
    assert sum(length for _, length in chosen) <= 2000
    assert chosen == inputs._choose(size, 0)
    assert not {"too-large.bin", "link"} & {path.name for path, _ in chosen}
    assert not set(chosen) & set(inputs._choose(size, 20))


def test_nine_tenths_of_the_second_volume_are_those_of_the_first(source: Path) -> None:
    size = inputs.Size("tiny", 1 << 20, 20, 10_000, 1000)
    own, others = inputs._choose(size, 0), inputs._choose(size, 20)
    second = inputs._mostly(own, others)
    common = sum(length for _, length in set(own) & set(second))
    whole, largest = sum(length for _, length in own), max(length for _, length in own)
    assert abs(common - 0.9 * whole) <= largest
    assert 0 < len(set(second) - set(own)) <= 3


def test_a_missing_program_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_SEARCH", "")
    with pytest.raises(inputs.Missing, match=r"mkntfs is not here \(Debian package ntfs-3g\)"):
        inputs.program("mkntfs")
