"""What all fuzz targets share: how many examples, damaged bytes, and media that watch what is asked of them."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
"""Of each target; 0 for the fixed count of a test run, which is the same in every run."""

_LONGEST_READ = 64 << 20
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 2**63, 2**64 - 1)

Patch = tuple[int, bytes]


def counted(usual: int = 100) -> Callable[[Any], Any]:
    """Run a target `usual` times, always the same examples; or as often as ``FUZZ_EXAMPLES`` says, always others."""
    return settings(
        max_examples=EXAMPLES or usual,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


def patches(size: int, hot: int | None = None, most: int = 6) -> st.SearchStrategy[list[Patch]]:
    """Changes of some bytes of `size`, half of them among the first `hot`."""
    places = st.integers(0, size - 1)
    if hot is not None:
        places = st.integers(0, min(hot, size) - 1) | places
    numbers = st.builds(
        lambda value, width, order: (value % (1 << 8 * width)).to_bytes(width, order),
        st.sampled_from(_NUMBERS),
        st.sampled_from((1, 2, 4, 8)),
        st.sampled_from(("little", "big")),
    )
    return st.lists(st.tuples(places, numbers | st.binary(min_size=1, max_size=40)), max_size=most)


def patched(base: bytes, changes: list[Patch], cut: int | None = None) -> bytes:
    """A copy with the changes, cut to a length."""
    data = bytearray(base)
    for at, new in changes:
        data[at : at + len(new)] = new[: len(data) - at]
    return bytes(data if cut is None else data[:cut])


class Watched:
    """Media in memory: bytes with changes, cut to a size. It takes note of every reading, and bounds them."""

    def __init__(self, base: bytes, changes: list[Patch] | None = None, size: int | None = None) -> None:
        self._base = base
        self._changes = changes or []
        self.size = len(base) if size is None else min(size, len(base))
        self.reads = 0

    def read_at(self, offset: int, size: int) -> bytes:
        """Read; fewer bytes than asked for only at the end."""
        assert offset >= 0
        assert 0 <= size <= _LONGEST_READ, f"{size} bytes were asked for at once"
        self.reads += 1
        assert self.reads < 2_000_000, "it reads without end"
        data = bytearray(self._base[offset : min(offset + size, self.size)])
        for at, new in self._changes:
            if at < offset + len(data) and offset < at + len(new):
                start = max(at, offset)
                piece = new[start - at : offset + len(data) - at]
                data[start - offset : start - offset + len(piece)] = piece
        return bytes(data)

    def damaged(self, offset: int, size: int) -> bool:
        """Nothing is said of damage."""
        return False
