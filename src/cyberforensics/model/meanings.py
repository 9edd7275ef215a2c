"""What each file system time is, in words, where it comes from."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from cyberforensics.model.entry import TimeMeaning

_NTFS: Mapping[str, str] = {
    "modified": "content last modified (standard information)",
    "accessed": "last accessed (standard information; often not updated)",
    "changed": "record last changed (standard information)",
    "created": "created (standard information; programs can set it)",
    "fn-modified": "content last modified (file name attribute)",
    "fn-accessed": "last accessed (file name attribute)",
    "fn-changed": "record last changed (file name attribute)",
    "fn-created": "created (file name attribute; usually set when the name was made)",
}
_FAT: Mapping[str, str] = {
    "modified": "last written",
    "accessed": "last accessed (a date)",
    "created": "created",
}
_EXT: Mapping[str, str] = {
    "modified": "content last modified",
    "accessed": "last accessed (often once a day at most)",
    "changed": "inode last changed (not creation)",
    "created": "created (inode)",
    "deleted": "inode marked as deleted",
}
_APPLE: Mapping[str, str] = {
    "modified": "content last modified",
    "accessed": "last accessed",
    "changed": "attributes last changed",
    "created": "created",
    "added": "added to its folder",
    "backup": "last backed up",
}
_ISO: Mapping[str, str] = {
    "recorded": "recorded in the directory",
    "modified": "last modified (Rock Ridge)",
    "accessed": "last accessed (Rock Ridge)",
    "changed": "attributes last changed (Rock Ridge)",
    "created": "created (Rock Ridge)",
    "backup": "last backed up (Rock Ridge)",
}
_ZIP: Mapping[str, str] = {
    "modified": "last modified, as the archiver stored it",
    "accessed": "last accessed, as the archiver stored it",
    "created": "created, as the archiver stored it",
}
_HOST: Mapping[str, str] = {
    "modified": "last modified, as the host shows it",
    "accessed": "last accessed, as the host shows it",
    "changed": "inode last changed, as the host shows it",
}

_MEANINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ntfs": _NTFS,
        "fat12": _FAT,
        "fat16": _FAT,
        "fat32": _FAT,
        "exfat": {**_FAT, "accessed": "last accessed"},
        "ext2": _EXT,
        "ext3": _EXT,
        "ext4": _EXT,
        "ufs": _EXT,
        "xfs": _EXT,
        "hfs+": _APPLE,
        "apfs": _APPLE,
        "iso9660": _ISO,
        "zip": _ZIP,
        "host": _HOST,
    }
)


@lru_cache(maxsize=1024)
def describe(filesystem: str, meaning: TimeMeaning | str) -> str:
    """What a time of that meaning is on that file system."""
    return _MEANINGS.get(filesystem, {}).get(meaning, meaning)
