"""The plain words behind the codes, one place for all reports."""

from collections.abc import Mapping
from functools import lru_cache

from cyberforensics.model.names import display_text
from cyberforensics.model.problem import PROBLEM_CODES
from cyberforensics.model.scope import EXCLUDED

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")

CONTAINERS: Mapping[str, str] = {
    "raw": "raw image",
    "split-raw": "raw image in several segments",
    "ewf": "EWF (E01) image",
    "qcow2": "QCOW2 image",
    "vhd": "VHD image",
    "vhdx": "VHDX image",
    "vmdk": "VMDK image",
    "dmg": "DMG image",
    "parallels": "Parallels image",
    "device": "block device",
    "zip": "ZIP archive (a collection of files)",
    "directory": "directory of files (logical evidence)",
    "file": "single file (logical evidence)",
}
FILE_SYSTEMS: Mapping[str, str] = {
    "ntfs": "NTFS",
    "fat12": "FAT12",
    "fat16": "FAT16",
    "fat32": "FAT32",
    "exfat": "exFAT",
    "hfs+": "HFS+",
    "iso9660": "ISO 9660",
    "ufs": "UFS",
    "apfs": "APFS",
    "xfs": "XFS",
    "zip": "members of a ZIP archive",
    "host": "files as the host shows them",
}
VOLUME_STATES: Mapping[str, str] = {
    "opened": "opened",
    "empty": "empty slot",
    "gap": "belongs to no volume",
    "metadata": "partition table or frame",
    "no-file-system": "no file system recognised",
    "encrypted": "encrypted, no key given",
    "unreadable": "file system could not be opened",
    "unsupported": "type known, can't be read",
}
NAME_STATES: Mapping[str, str] = {
    "allocated": "allocated",
    "deleted": "deleted",
    "orphan": "orphan",
    "reallocated": "deleted, record used again",
}
RECOVERIES: Mapping[str, str] = {
    "not-applicable": "not applicable",
    "resident": "the content lies in the record itself",
    "runs-all-unallocated": "all of its runs are unallocated now",
    "runs-partly-reallocated": "some of its runs belong to other files now",
    "runs-all-reallocated": "all of its runs belong to other files now",
    "runs-assumed-contiguous": "only the first run is recorded; the rest is assumed to follow it",
    "no-runs": "the record no longer says where the content was",
    "record-reused": "the record belongs to another file now",
}
STATUSES: Mapping[str, str] = {
    "whole": "examined whole",
    "partial": "examined in part",
    "skipped": "skipped",
    "unreadable": "unreadable",
    "no-content": "no content",
}
CONTEXTS: Mapping[str, str] = {
    "user-file": "user's file",
    "system": "system file",
    "page-or-hibernation": "page or hibernation file",
    "security-product": "security product's file",
    "cache": "cache",
    "rule-text": "text of a rule",
}
LISTS: Mapping[str, str] = {
    "wanted": "digests wanted, compared exactly",
    "known": "digests of known files, compared exactly",
    "keywords": "keywords",
}
FINDING_GROUPS: Mapping[str, tuple[str, str]] = {
    "metadata-file": (
        "File system metadata",
        "Small files lie inside it, so the same bytes may be those of a file that is listed by itself.",
    ),
    "page-or-hibernation": (
        "Page and hibernation files",
        "They hold pieces of memory, whichever program they belonged to.",
    ),
    "security-product": (
        "Files of security products",
        "Such products keep what they look for, and what they took away.",
    ),
    "cache": ("Caches", "Programs put there what they fetched, whether or not anybody looked at it."),
    "rule-text": ("Texts of rules", "A text that says what to look for holds it."),
}
"""Title and note of each group, `model.contexts.GROUPS`."""
DIGEST_NOTES: Mapping[str, str] = {
    "of-bytes-read": "of the bytes read: the entry is deleted, they may not be what it once held",
    "of-damaged": "of damaged content, as it could be read",
}
ZONES: Mapping[str, str] = {
    "utc": "UTC",
    "local-declared": "UTC, from local time in the zone declared by the examiner",
    "local-unknown": "local time, zone unknown",
    "offset-recorded": "UTC, by the offset recorded beside it",
}
FLAGS: Mapping[str, str] = {
    "zero": "not set (zero)",
    "invalid": "no valid date",
    "out-of-range": "outside the years 1 to 9999",
}
MEDIA_PARTS: Mapping[str, str] = {
    "file-content": "content of files",
    "metadata": "file system metadata",
    "unallocated": "unallocated space",
    "outside-members": "bytes of an archive that belong to no member",
    "slack": "slack of files",
    "gap": "gaps between volumes",
    "partition-table": "partition tables",
    "no-file-system": "volumes without a recognised file system",
    "encrypted": "encrypted volumes",
    "unreadable": "volumes that could not be opened",
    "unsupported": "volumes of a type that can't be read",
}
_REASONS: Mapping[str, str] = {
    "bad-cluster-map": PROBLEM_CODES["content.bad-cluster-map"],
    "not-applicable": "There is nothing of that kind.",
    "not-examined-in-triage": "Triage examines the contents of entries only.",
    "structures-are-read-not-examined": "These structures were read to list the entries; rules were not run on them.",
    "frame-of-inner-volumes": "It is the frame of the volumes inside it.",
    "not-whole": "These contents were not examined whole.",
    EXCLUDED: "The scope of the run leaves them out.",
    "not-reached": "The run ended before they were reached.",
    "metadata": "It is the partition table or a file system's frame.",
    "not-available": "It is not available.",
    "not-examined": "This version does not look there.",
}


CATEGORIES: Mapping[str, str] = {
    "picture": "pictures",
    "video": "video",
    "audio": "audio",
    "mail": "mail",
    "document": "documents",
    "archive": "archives",
    "database": "databases",
    "virtual-disk": "virtual disks",
    "encrypted": "encrypted",
    "executable": "executables",
    "font": "fonts",
    "program-text": "program text",
    "text": "text",
    "empty": "empty",
    "other": "other types",
}
ASKED_CATEGORIES = tuple(CATEGORIES)[:10]
"""Those that orientation names even where there is none."""


def size(count: int) -> str:
    """Bytes for people: rounded in binary units, exact below 1 KiB."""
    if abs(count) < 1024:
        return f"{count:,} byte" + ("" if count == 1 else "s")
    power = min((abs(count).bit_length() - 1) // 10, len(_UNITS))
    return f"{count / 1024**power:,.1f} {_UNITS[power - 1]}"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 entry``, ``2,000 entries``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def algorithm(name: str) -> str:
    """``MD5``, ``SHA-256``."""
    return name.upper().replace("SHA", "SHA-", 1)


@lru_cache(maxsize=1024)
def reason(code: str | None) -> str:
    """What a reason means, as a sentence; a code that is not known is shown as it is."""
    if not code:
        return "No reason is recorded."
    known = PROBLEM_CODES.get(code) or _REASONS.get(code)
    if known is None and "." not in code:
        known = next((text for name, text in PROBLEM_CODES.items() if name.partition(".")[2] == code), None)
    return known or f"Reason: {visible(code)}."


def file_system(name: str | None) -> str:
    """A file system's name as people write it."""
    return FILE_SYSTEMS.get(name, name) if name else "no file system"


def joined(parts: list[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return ", ".join(parts[:-1]) + f" {last} " + parts[-1] if len(parts) > 1 else "".join(parts)


def visible(text: str) -> str:
    r"""Show what would not show: controls, bidi and the like as ``\xNN`` or ``\u{…}``.

    Unlike `display_text` it leaves backslashes alone, so text already in display form does not change.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else display_text(character) for character in text)
