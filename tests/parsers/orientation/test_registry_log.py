"""Transaction logs: what is applied, and what is named instead.

The expected digests of public hives are those of hive bins that yarp 1.0.33, by the author of the format's description,
recovers from the same files (``recover_auto``); byte 4096 on, since it leaves the base block as it was.
"""

import hashlib
import lzma
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.errors import MalformedData
from cyberforensics.parsers.orientation.registry_log import marvin32, replay
from tests.parsers.orientation import hives

OLD = hives.system_hive("OLD-NAME-0000", sequence=(8, 7))
NEW = hives.system_hive("ORCHARD-DESK1", sequence=(8, 8))
PAGES = hives.difference(OLD, NEW)


def test_marvin32_is_that_of_symcrypt() -> None:
    # SymCrypt, lib/marvin32.c (its self test), and a longer one of Microsoft's security utilities
    assert marvin32(b"abc", 0xD53CD9CECD0893B7) == 0x22C74339492769BF
    assert marvin32(b"abcdefghijklmnopqrstuvwxyz", 0xDDDDEEEEFFFF000) == 0xA128EB7E7260ACA2


@pytest.mark.parametrize(
    ("hive", "logs", "applied", "sha256"),
    [
        (
            "transactions_NTUSER.DAT",
            ("transactions_ntuser.dat.log1", "transactions_ntuser.dat.log2"),
            23,
            "2414c9b55b5011712c0cc83b0dd9f880304a53d79a06e9fb84ad2cf5be2e6531",
        ),
        (
            "UsrClass.dat",
            ("UsrClass.dat.LOG1", "UsrClass.dat.LOG2"),
            14,
            "626a7efd1aa13e972f3cdfbec128a3a0730c3945fb05ab96e2b84ce3cce63256",
        ),
    ],
)
def test_public_hives_are_what_yarp_recovers(
    evidence: Path, hive: str, logs: tuple[str, ...], applied: int, sha256: str
) -> None:
    folder = evidence / "artifacts" / "regipy"
    primary = lzma.decompress((folder / f"{hive}.xz").read_bytes())
    given_logs = [(log, lzma.decompress((folder / f"{log}.xz").read_bytes())) for log in logs]
    result = replay(primary, given_logs)
    assert (result.applied, result.complete) == (applied, True)
    assert hashlib.sha256(result.hive[4096:]).hexdigest() == sha256
    assert hashlib.sha256(primary[4096:]).hexdigest() != sha256


def test_a_clean_hive_needs_no_log() -> None:
    clean = hives.system_hive("ORCHARD-DESK1")
    result = replay(clean, [("LOG1", hives.write_log(clean, [(1, PAGES)]))])
    assert (result.hive, result.applied, result.complete) == (clean, 0, True)


def test_entries_are_applied_in_their_order_from_both_logs() -> None:
    between = hives.system_hive("BETWEEN-NAMES", sequence=(8, 7))
    first = hives.write_log(OLD, [(7, hives.difference(OLD, between))])
    second = hives.write_log(OLD, [(8, hives.difference(between, NEW))])
    for logs in ([("LOG1", first), ("LOG2", second)], [("LOG1", second), ("LOG2", first)]):
        result = replay(OLD, logs)
        assert result.hive[4096:] == NEW[4096:]
        assert struct.unpack_from("<II", result.hive, 4) == (8, 8)
        assert result.applied == 2


def test_what_does_not_follow_is_not_applied() -> None:
    earlier = hives.write_log(OLD, [(5, PAGES)])
    result = replay(OLD, [("LOG1", earlier)])
    assert (result.hive, result.applied, result.complete) == (OLD, 0, False)
    assert "no entry of its transaction logs follows it" in result.note
    gap = hives.write_log(OLD, [(7, []), (9, PAGES)])
    assert replay(OLD, [("LOG1", gap)]).applied == 1
    assert "no transaction log with content was found" in replay(OLD, [("LOG1", b"")]).note


@pytest.mark.parametrize("place", [512 + 12, 512 + 24, 512 + 32, 512 + 41, 512 + 60])
def test_an_entry_with_a_wrong_hash_is_not_applied(place: int) -> None:
    log = bytearray(hives.write_log(OLD, [(7, PAGES)]))
    log[place] ^= 1
    assert replay(OLD, [("LOG1", bytes(log))]).applied == 0


def test_a_page_outside_of_the_hive_is_not_applied() -> None:
    beyond = hives.write_log(OLD, [(7, [(len(OLD), bytes(4096))])])
    assert replay(OLD, [("LOG1", beyond)]).applied == 0


def test_the_older_format_is_named() -> None:
    log = OLD[:512] + b"DIRT" + bytes(508)
    result = replay(OLD, [("SYSTEM.LOG1", log)])
    assert not result.complete
    assert "SYSTEM.LOG1 has the format before Windows 8.1, which is not replayed" in result.note


def test_a_broken_base_block_is_recovered_from_the_log() -> None:
    broken = bytearray(OLD)
    broken[100] ^= 0xFF  # the checksum is wrong now
    result = replay(bytes(broken), [("LOG1", hives.write_log(OLD, [(7, PAGES)]))])
    assert result.applied == 1
    assert result.hive[4096:] == NEW[4096:]
    assert result.hive[100] == OLD[100]


def test_what_is_no_hive_is_malformed() -> None:
    for data in (b"", b"regf", bytes(8192)):
        with pytest.raises(MalformedData):
            replay(data, [])


@given(st.data())
def test_no_bytes_crash_it(data: st.DataObject) -> None:
    """Neither arbitrary bytes, nor a sound hive and log with a few bytes changed."""
    sound = hives.write_log(OLD, [(7, PAGES)])
    hive, log = bytearray(OLD), bytearray(sound)
    for target in (hive, log):
        for place, value in data.draw(st.lists(st.tuples(st.integers(0, 4200), st.integers(0, 255)), max_size=6)):
            if place < len(target):
                target[place] = value
    for first, second in ((bytes(hive), bytes(log)), (data.draw(st.binary(max_size=5000)), sound)):
        try:
            result = replay(first, [("LOG1", second), ("LOG2", data.draw(st.binary(max_size=1200)))])
        except MalformedData:
            continue
        assert len(result.hive) >= 4096
