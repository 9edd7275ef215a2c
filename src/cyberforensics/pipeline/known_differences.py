"""Documented defects of a reader: a difference that one of them explains is folded, and changes nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

from cyberforensics.model.cross_check import Field
from cyberforensics.model.times import DAY, MINUTE, SECOND, Timestamp

_FAT = ("fat12", "fat16", "fat32")
_ALL = ("ntfs", "ext2", "ext3", "ext4", "hfs+", *_FAT, "exfat")
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TEN_MS = 10_000_000
FAT_EPOCH = 315_532_800 * SECOND
"""1980-01-01, in nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Met:
    """A difference as it was met."""

    field: Field
    first: str
    """Of a name, its last component; of a digest, the digest; else the value in words."""
    second: str
    reader: str | None
    """Who read the content in the examination."""
    all_zero: bool = False
    """Whether the first reader reads nothing but zeros."""
    sizes: tuple[int | None, int | None] = (None, None)
    timestamp: Timestamp | None = None
    """As the first reader has it."""
    raw: int | None = None
    """As the second reader has it."""


@dataclass(frozen=True, slots=True)
class KnownDifference:
    """A defect, or a choice, of a reader that is documented."""

    name: str
    filesystems: tuple[str, ...]
    field: Field
    explains: Callable[[Met], bool]
    """Whether it is the reason for these two values, and no more than these."""
    sentence: str
    reference: str


def fat_count_of_libfsfat(stamp: Timestamp) -> int | None:
    """What libfsfat 20260826 makes of a stored FAT or exFAT time: 10 ms units since 1980, a month late.

    It adds the days of the month itself to those before it, and one more in a leap year. Nothing is checked, so a
    month 15 and an hour 31 count on. Measured on hand-written directory entries (fixtures/fat16, fixtures/exfat).
    """
    raw = stamp.raw
    if stamp.encoding == "fat-date":
        date, clock, tens, offset = raw, 0, 0, 0
    elif stamp.encoding in ("fat", "fat-10ms"):
        date, clock, tens, offset = raw >> 24, raw >> 8 & 0xFFFF, raw & 0xFF, 0
    elif stamp.encoding in ("exfat", "exfat-10ms"):
        date, clock, tens, offset = raw >> 32, raw >> 16 & 0xFFFF, raw >> 8 & 0xFF, raw & 0xFF
    else:
        return None
    year, month, day = 1980 + (date >> 9), date >> 5 & 0xF, date & 0x1F
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 365 * (year - 1980) + _leap_days(year) + sum(_MONTHS[: min(month, 12)]) + day - 1
    if leap:
        days += 1 + (month >= 2)
    seconds = (clock >> 11) * 3600 + (clock >> 5 & 0x3F) * 60 + 2 * (clock & 0x1F)
    moment = days * DAY + seconds * SECOND + tens * _TEN_MS
    if offset & 0x80:
        quarters = (offset & 0x7F) - (0x80 if offset & 0x40 else 0)
        moment -= quarters * 15 * MINUTE
    return moment // _TEN_MS


def _leap_days(year: int) -> int:
    """Leap days from 1980 to the end of the year before."""
    last = year - 1
    return (last // 4 - last // 100 + last // 400) - (1979 // 4 - 1979 // 100 + 1979 // 400)


def _is_a_month_late(met: Met) -> bool:
    return met.timestamp is not None and met.raw is not None and fat_count_of_libfsfat(met.timestamp) == met.raw


KNOWN_DIFFERENCES: tuple[KnownDifference, ...] = (
    KnownDifference(
        name="libfsfat-month",
        filesystems=(*_FAT, "exfat"),
        field="time",
        explains=_is_a_month_late,
        sentence="libfsfat gives every time of FAT and exFAT about a month late; the recorded time is the stored one.",
        reference="dfVFS since 20260717; measured on hand-written directory entries (docs/cross-check.md)",
    ),
    KnownDifference(
        name="libfsfat-valid-data-length",
        filesystems=("exfat",),
        field="size",
        explains=lambda met: (
            met.reader == "raw" and None not in met.sizes and (met.sizes[1] or 0) < (met.sizes[0] or 0)
        ),
        sentence="libfsfat gives the bytes that were written as the size of an exFAT file; the recorded size is the "
        "file's, and what was not written reads as zeros.",
        reference="Microsoft exFAT specification 7.6.5 (ValidDataLength); measured on fixtures/exfat",
    ),
    KnownDifference(
        name="libfsfat-never-written",
        filesystems=("exfat",),
        field="digest",
        explains=lambda met: met.reader == "raw" and met.all_zero,
        sentence="libfsfat reads what lies in clusters that an exFAT file never wrote; the recorded digest is of zeros "
        "there.",
        reference="Microsoft exFAT specification 7.6.5 (ValidDataLength); measured on fixtures/exfat",
    ),
    KnownDifference(
        name="libyal-byte-order-mark",
        filesystems=_ALL,
        field="name",
        explains=lambda met: met.first == f"\\u{{feff}}{met.second}",
        sentence="The libyal readers drop U+FEFF at the start of a name; the recorded name has it.",
        reference="libuna takes it for a byte order mark; measured on the fixtures",
    ),
    KnownDifference(
        name="libfsext-not-utf-8",
        filesystems=("ext2", "ext3", "ext4"),
        field="name",
        explains=lambda met: "\\xc0\\xaf" in met.first and met.first.replace("\\xc0\\xaf", "\\x2f") == met.second,
        sentence="libfsext takes an overlong sequence of bytes for the slash that it is not; the recorded name has the "
        "bytes.",
        reference="Unicode 3.9, table 3-7; measured on fixtures/ext4",
    ),
    KnownDifference(
        name="libfsfat-code-page",
        filesystems=_FAT,
        field="name",
        explains=lambda met: "\ufffd" in met.second and _same_but_high_bytes(met.first, met.second),
        sentence="libfsfat shows bytes of a short name outside ASCII as U+FFFD; the recorded name has the bytes.",
        reference="measured on fixtures/fat16; which code page wrote a short name is stored nowhere",
    ),
    KnownDifference(
        name="libfsfat-e5",
        filesystems=_FAT,
        field="name",
        explains=lambda met: met.first.startswith("\\xe5") and met.second == "\\x05" + met.first.removeprefix("\\xe5"),
        sentence="libfsfat shows the stand-in 0x05 that FAT stores for a first byte 0xE5; the recorded name has 0xE5.",
        reference="Microsoft FAT specification 2004, DIR_Name[0]; measured on fixtures/fat16",
    ),
    KnownDifference(
        name="hfs-nul",
        filesystems=("hfs+",),
        field="name",
        explains=lambda met: "\u2400" in met.second and met.second.replace("\u2400", "^") == met.first,
        sentence="NUL characters in the name of HFS+'s private directory: The Sleuth Kit shows ^, libfshfs U+2400.",
        reference="Apple TN1150, metadata directory; measured on the public HFS+ images",
    ),
)
"""Each with what proves it; docs/cross-check.md is held against it by a test."""

_HFS_FILES = frozenset(
    {"/$ExtentsFile", "/$CatalogFile", "/$BadBlockFile", "/$AllocationFile", "/$AttributesFile", "/$StartupFile"}
)
_INDEX = "-144-"  # $INDEX_ALLOCATION and its kin by TSK's address: a named index is no data stream


def _same_but_high_bytes(first: str, second: str) -> bool:
    """Whether U+FFFD stands exactly where the first name has one undecodable byte."""
    place = 0
    for character in second:
        if character == "\ufffd" and first[place : place + 2] == "\\x":
            place += 4
        elif first[place : place + 1] == character:
            place += 1
        else:
            return False
    return place == len(first)


def explain(filesystem: str, met: Met) -> KnownDifference | None:
    """The documented defect behind a difference; None where there is none."""
    for known in KNOWN_DIFFERENCES:
        if filesystem in known.filesystems and known.field == met.field and known.explains(met):
            return known
    return None


def one_reader_alone(filesystem: str, path: str, meta_address: str) -> str | None:
    """Why an entry is one that the second reader has no business to list; None where it should."""
    if filesystem == "ntfs" and _INDEX in meta_address:
        return "named indexes of NTFS, which The Sleuth Kit lists as streams"
    if filesystem == "hfs+" and path in _HFS_FILES:
        return "special files of HFS+, which have no name in a directory"
    if filesystem in (*_FAT, "exfat") and path.endswith(" (Volume Label Entry)"):
        return "volume labels, which The Sleuth Kit lists as files"
    if filesystem == "exfat" and path in ("/$ALLOC_BITMAP", "/$UPCASE_TABLE"):
        return "the allocation bitmap and the up-case table of exFAT, which have no name"
    return None
