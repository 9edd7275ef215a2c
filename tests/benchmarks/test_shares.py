import sys
from pathlib import Path

from benchmarks import shares

_BUSY = """
import hashlib, threading
data = bytes(1 << 20)
def digest():
    for _ in range(300):
        hashlib.md5(data, usedforsecurity=False)
thread = threading.Thread(target=digest)
thread.start()
digest()
thread.join()
"""


def test_what_every_thread_used_is_found_again(tmp_path: Path) -> None:
    took, found = shares.sample([sys.executable, "-c", _BUSY], tmp_path / "samples")
    assert took.code == 0
    in_digest = sum(seconds for (_, _, place), seconds in found.places.items() if "digest" in place)
    assert 0.6 * took.cpu < in_digest <= 1.05 * took.cpu
    assert abs(found.total - took.cpu) < 0.2 * took.cpu
    assert any("digest" in line for line in found.lines())
