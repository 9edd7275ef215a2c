"""Logs and manifests that somebody else wrote: whatever their bytes are, the check ends with an answer."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.case import check_chain, check_manifest

LINE = st.binary(max_size=20) | st.sampled_from(
    [b"{}", b"[]", b'{"chain":[]}', b'{"chain":"","time":7}', b"[" * 5000, b"9" * 5000]
)


@given(st.lists(LINE), st.booleans())
def test_no_bytes_crash_the_chain(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ends_whole: bool
) -> None:
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n" * ends_whole)
    check = check_chain(path)
    numbers = {number for number, _ in (*check.differences, *check.information)}
    assert numbers <= set(range(1, check.lines + 1))
    assert check.lines == 0 or numbers  # none of these lines is chained


@given(
    st.binary()
    | st.lists(st.tuples(st.booleans(), st.binary(max_size=9))).map(
        lambda rows: b"".join(b"\\" * escaped + b"0" * 64 + b"  " + name + b"\n" for escaped, name in rows)
    )
)
def test_no_bytes_crash_the_manifest(tmp_path_factory: pytest.TempPathFactory, manifest: bytes) -> None:
    folder = tmp_path_factory.mktemp("case")
    (folder / "file").write_bytes(b"x")
    same, differences = check_manifest(folder, manifest)
    assert (same, len(differences) > 0) == (0, True)
    right = f"{hashlib.sha256(b'x').hexdigest()}  file\n".encode()
    assert check_manifest(folder, right) == (1, ())
