"""Media types: the group each belongs to, and what a name's extension says against one."""

from collections.abc import Mapping
from types import MappingProxyType

_CATEGORIES: tuple[tuple[str, str], ...] = (
    ("image/", "picture"),
    ("video/", "video"),
    ("audio/", "audio"),
    ("font/", "font"),
    ("message/", "mail"),
    ("application/vnd.ms-outlook", "mail"),
    ("application/mbox", "mail"),
    ("application/x-ms-dbx", "mail"),
    ("application/vnd.ms-cab-compressed", "archive"),
    ("application/vnd.ms-fontobject", "font"),
    ("application/vnd.ms-opentype", "font"),
    ("application/vnd.oasis.opendocument.database", "database"),
    ("application/vnd.sqlite3", "database"),
    ("application/pdf", "document"),
    ("application/msword", "document"),
    ("application/rtf", "document"),
    ("text/rtf", "document"),
    ("application/vnd.oasis.opendocument", "document"),
    ("application/vnd.openxmlformats-officedocument", "document"),
    ("application/vnd.ms-", "document"),
    ("application/x-ole-storage", "document"),
    ("application/CDFV2", "document"),
    ("application/epub", "document"),
    ("application/postscript", "document"),
    ("application/zip", "archive"),
    ("application/gzip", "archive"),
    ("application/x-bzip2", "archive"),
    ("application/x-xz", "archive"),
    ("application/zstd", "archive"),
    ("application/x-7z-compressed", "archive"),
    ("application/x-rar", "archive"),
    ("application/x-tar", "archive"),
    ("application/x-archive", "archive"),
    ("application/x-lzma", "archive"),
    ("application/x-lzip", "archive"),
    ("application/x-lz4", "archive"),
    ("application/x-lha", "archive"),
    ("application/x-lzh", "archive"),
    ("application/x-arj", "archive"),
    ("application/x-ace", "archive"),
    ("application/x-cpio", "archive"),
    ("application/x-compress", "archive"),
    ("application/x-stuffit", "archive"),
    ("application/x-rpm", "archive"),
    ("application/x-virtualbox-ova", "archive"),
    ("application/vnd.debian.binary-package", "archive"),
    ("application/java-archive", "archive"),
    ("application/x-sqlite3", "database"),
    ("application/x-ms-ese", "database"),
    ("application/x-msaccess", "database"),
    ("application/x-dbf", "database"),
    ("application/x-gdbm", "database"),
    ("application/x-sqlite2", "database"),
    ("application/x-dosexec", "executable"),
    ("application/vnd.microsoft.portable-executable", "executable"),
    ("application/x-executable", "executable"),
    ("application/x-pie-executable", "executable"),
    ("application/x-sharedlib", "executable"),
    ("application/x-object", "executable"),
    ("application/x-mach-binary", "executable"),
    ("application/x-java-applet", "executable"),
    ("application/x-iso9660-image", "virtual-disk"),
    ("application/x-apple-diskimage", "virtual-disk"),
    ("application/x-qemu-disk", "virtual-disk"),
    ("application/x-virtualbox-vhd", "virtual-disk"),
    ("application/x-vmdk", "virtual-disk"),
    ("application/x-raw-disk-image", "encrypted"),  # libmagic 5.4x gives it to LUKS and to nothing else
    ("application/pgp-encrypted", "encrypted"),
    ("application/x-aes-encrypted", "encrypted"),  # AES Crypt
    ("text/x-", "program-text"),
    ("application/javascript", "program-text"),
    ("application/json", "text"),
    ("text/", "text"),
    ("inode/x-empty", "empty"),
    ("application/x-empty", "empty"),
)
"""Beginnings of a media type, in the order in which they are tried, and the category they belong to."""

CATEGORIES = (*dict.fromkeys(category for _, category in _CATEGORIES), "other")

_EXPECTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        ".jpg": ("image/jpeg",),
        ".jpeg": ("image/jpeg",),
        ".png": ("image/png",),
        ".gif": ("image/gif",),
        ".bmp": ("image/bmp", "image/x-ms-bmp"),
        ".tif": ("image/tiff",),
        ".tiff": ("image/tiff",),
        ".webp": ("image/webp",),
        ".heic": ("image/heic", "image/heif"),
        ".ico": ("image/vnd.microsoft.icon", "image/x-icon", "image/png"),
        ".pdf": ("application/pdf",),
        ".rtf": ("text/rtf", "application/rtf"),
        ".doc": ("application/msword", "application/x-ole-storage", "application/CDFV2", "text/rtf"),
        ".xls": ("application/vnd.ms-excel", "application/x-ole-storage", "application/CDFV2"),
        ".ppt": ("application/vnd.ms-powerpoint", "application/x-ole-storage", "application/CDFV2"),
        ".docx": ("application/vnd.openxmlformats-officedocument", "application/zip", "application/CDFV2"),
        ".xlsx": ("application/vnd.openxmlformats-officedocument", "application/zip", "application/CDFV2"),
        ".pptx": ("application/vnd.openxmlformats-officedocument", "application/zip", "application/CDFV2"),
        ".odt": ("application/vnd.oasis.opendocument", "application/zip"),
        ".ods": ("application/vnd.oasis.opendocument", "application/zip"),
        ".zip": ("application/zip", "application/java-archive", "application/vnd."),
        ".gz": ("application/gzip",),
        ".bz2": ("application/x-bzip2",),
        ".xz": ("application/x-xz",),
        ".7z": ("application/x-7z-compressed",),
        ".rar": ("application/x-rar",),
        ".tar": ("application/x-tar",),
        ".exe": ("application/x-dosexec", "application/vnd.microsoft.portable-executable"),
        ".dll": ("application/x-dosexec", "application/vnd.microsoft.portable-executable"),
        ".sys": ("application/x-dosexec", "application/vnd.microsoft.portable-executable"),
        ".scr": ("application/x-dosexec", "application/vnd.microsoft.portable-executable"),
        ".mp3": ("audio/mpeg",),
        ".wav": ("audio/x-wav", "audio/wav", "audio/vnd.wave"),
        ".mp4": ("video/mp4", "video/quicktime", "audio/mp4", "video/x-m4v"),
        ".mov": ("video/quicktime", "video/mp4"),
        ".avi": ("video/x-msvideo", "video/avi"),
        ".mkv": ("video/x-matroska", "video/webm"),
        ".sqlite": ("application/x-sqlite3", "application/vnd.sqlite3"),
        ".txt": ("text/", "application/json", "application/csv", "message/"),
        ".csv": ("text/", "application/csv"),
        ".log": ("text/", "application/json"),
        ".html": ("text/",),
        ".xml": ("text/", "image/svg+xml", "application/xml"),
        ".json": ("application/json", "text/"),
    }
)
"""What content may stand under an extension, by the beginning of its media type."""

_SAYS_NOTHING = frozenset({"application/octet-stream", "inode/x-empty", "application/x-empty"})


def category(found: str | None) -> str | None:
    """The group that people look for (picture, document, archive …); None where no media type was told."""
    if found is None:
        return None
    return next((group for beginning, group in _CATEGORIES if found.startswith(beginning)), "other")


def extension_mismatch(extension: str, found: str | None) -> bool | None:
    """Whether the extension promises other content; None where it promises nothing known, or nothing was told."""
    expected = _EXPECTED.get(extension)
    if expected is None or found is None or found in _SAYS_NOTHING:
        return None
    return not found.startswith(expected)
