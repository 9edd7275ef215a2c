"""What the external ``filetype`` says: the label that Loki and THOR give to a file's first bytes.

Rules in the wild compare with these labels (``filetype == "EXE"``), so they are kept as they are spelled there.
The table follows the formats' own specifications and takes the labels alone from these tools. Their guesses from
one or two bytes that mean nothing (``FF FE``, ``E8``, ``EB``) are left out: an empty label is true, a wrong one
is not. It is no media type: that is libmagic's answer, and another field.
"""

from types import MappingProxyType

FILE_TYPES: tuple[tuple[bytes, str], ...] = (
    # programs
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"\xca\xfe\xba\xbe\x00\x00\x00", "Class"),
    (b"\xcf\xfa\xed\xfe", "MACH-O"),
    (b"\xce\xfa\xed\xfe", "MACH-O"),
    # scripts
    (b"#!/", "UNIX SCRIPT"),
    (b"#!", "Script"),
    (b"<?php", "PHP"),
    (b"<%", "JSP"),
    (b"\xff\xfe<\x00%\x00", "JSP"),
    (b"Function", "VBS"),
    (b"On Error Resume Next", "VBS"),
    (b"@echo off", "BATCH"),
    (b"@ECHO OFF", "BATCH"),
    # documents
    (b"{\\rtf", "RTF"),
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE"),
    (b"PK\x03\x04\x14\x00\x06\x00", "Office"),
    (b"\rDOC", "DOC"),
    (b"<?xm", "XML"),
    (b"<?XM", "XML"),
    # archives
    (b"PK\x03\x04\x14\x00\x08\x00", "JAR"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "PKZIP"),
    (b"PKSpX", "PKSFX"),
    (b"WinZip", "WinZIP"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf'\x1c", "7Zip"),
    (b"\x1f\x8b\x08", "GZIP"),
    (b"BZh", "BZip2"),
    (b"\x1f\x9d", "TARZ"),
    (b"\x1f\xa0", "TARZ"),
    (b"\x60\xea", "ARJ"),
    (b"MSCF\x00\x00\x00\x00", "CAB"),
    (b"JARCS\x00", "JARCS"),
    (b"_'\xa8\x89", "JAR"),
    (b"AES\x01", "AESCrypt"),
    (b"AES\x02", "AESCrypt"),
    # pictures and animations
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"FWS", "FWS (Flash)"),
    (b"CWS", "CWS"),
    (b"ZWS", "ZWS"),
    # systems and their records
    (b"L\x00\x00\x00\x01\x14\x02\x00", "LNK"),
    (b"regf", "Registry Hive"),
    (b"ElfFile\x00", "EVTX"),
    (b"0\x00\x00\x00LfLe", "EVT"),
    (b"MDMP", "MDMP"),
    (b"FILE0", "NTFS MFT"),
    (b"\xd4\xc3\xb2\xa1", "WINPCAP"),
    (b"\xa1\xb2\xc3\xd4", "LIBPCAP"),
    (b"\xa1\xb2\xcd\x34", "LIBPCAP"),
    # media
    (b"KDMV", "VMDK"),
    (b"COWD", "VMDK"),
    (b"# Disk DescriptorFile", "VMDK"),
    (b"conectix", "VHD"),
)
"""First bytes and label. Where two fit, the longer one counts."""

_TAR = (257, b"ustar")  # POSIX 1003.1, the only one of the labels whose signature stands elsewhere

HEAD_SIZE = max(_TAR[0] + len(_TAR[1]), *(len(signature) for signature, _ in FILE_TYPES))
"""Bytes of a content that decide."""
_LONGEST_FIRST = tuple(sorted(FILE_TYPES, key=lambda item: -len(item[0])))
_BY_BEGINNING = MappingProxyType(
    {
        beginning: tuple(item for item in _LONGEST_FIRST if item[0].startswith(beginning))
        for beginning in {signature[:2] for signature, _ in FILE_TYPES}
    }
)
"""By their first two bytes: every signature has as many."""


def file_type(head: bytes) -> str:
    """The label for a content that begins with `head`; empty where none fits."""
    for signature, label in _BY_BEGINNING.get(head[:2], ()):
        if head.startswith(signature):
            return label
    offset, signature = _TAR
    return "TAR" if head.startswith(signature, offset) else ""
