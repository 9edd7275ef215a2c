"""Texts of the PDF report that stand in every one of them, or for a reason that a run gives."""

from typing import Literal

Reason = Literal["always", "local-unknown", "ntfs", "logical", "digest", "close", "rules", "sensitive"]

LOCAL_TIMES = frozenset({"fat12", "fat16", "fat32", "exfat", "iso9660", "zip"})
"""File systems that record local time."""

LIMITS: tuple[tuple[Reason, str], ...] = (
    ("always", "Results relate only to the items examined, as they were when they were opened."),
    ("always", "A search that matched nothing is bounded by what was searched, with the rules and lists named here."),
    ("always", "An error rate of the method as a whole is not established."),
    (
        "always",
        "Archives, mail stores and encrypted files were examined as the bytes that they are stored as; snapshots"
        " and unallocated space are listed as not examined where the coverage equations say so.",
    ),
    (
        "always",
        "A time is what the file system or an artifact records. Clocks may be wrong, programs can set times, and the"
        " precision of a time says nothing about how often it is updated. Access times may be switched off or late.",
    ),
    ("always", "The times of a deleted entry are those of its last metadata, not the moment of its deletion."),
    ("rules", "A rule, a keyword or a listed digest that matched says what bytes were met, not what they mean."),
    ("sensitive", "What sensitive rules matched is masked in this document; the place and the length are printed."),
    (
        "local-unknown",
        "Some file systems here record local time, and for at least one pass no zone was declared: such times are"
        " printed as recorded and can't be compared with UTC.",
    ),
    (
        "ntfs",
        "On NTFS the times of the standard information can be set by programs; those of the file name are usually"
        " copied when a file is made or moved. Both are kept apart.",
    ),
    (
        "logical",
        "At least one exhibit is logical evidence: files as a host showed them, or as a collector stored them, without"
        " the media below.",
    ),
    (
        "digest",
        "For at least one digest there is no second value: what was computed could not be compared with what was"
        " stated. The verdict there is NOT AVAILABLE or NOT COMPUTED.",
    ),
    (
        "close",
        "No digest of the media was computed at the close of the run; the source's size and time were.",
    ),
)

GLOSSARY: tuple[tuple[str, str], ...] = (
    ("content", "the bytes of one stream, read once, however many names it has"),
    ("coverage", "what was examined and what was not, as two sums that must add up"),
    ("digest", "a short number computed from bytes; other bytes give, for all practical purposes, another number"),
    ("entry", "one name of one stream, as a file system lists it"),
    ("exhibit", "one item that was received, with its id"),
    ("finding", "something that matched, and where: a rule, a listed digest or a keyword"),
    ("known", "its digest stands in a list that somebody made of known files; it says nothing else about the content"),
    ("media", "the bytes inside the container: what the disk held"),
    ("metadata address", "the number under which a file system keeps what it records of a file"),
    ("pass", "one run over one exhibit with one choice of settings"),
    ("rule", "a written description of bytes to look for (YARA)"),
    ("segment", "one of the files that an image consists of"),
    ("triage", "a preliminary screening, so that people know where to look first"),
    ("volume", "a part of the media with a file system, or the reason why none could be opened"),
)

ABBREVIATIONS = (
    "APFS: Apple File System. DMG: disk image of macOS. E01, EWF: Expert Witness Compression Format. exFAT, FAT:"
    " File Allocation Table. GPT: GUID Partition Table. HFS+: Hierarchical File System. HPA, DCO: areas that a"
    " device hides (host protected area, device configuration overlay). ISO: International Organization for"
    " Standardization (ISO 9660: the file system of discs). MD5, SHA-1, SHA-256: digests. NTFS: New Technology File"
    " System. PDF: Portable Document Format. QCOW2: QEMU Copy-On-Write. RFC: Request for Comments. TLP: Traffic"
    " Light Protocol 2.0. UFS: Unix File System. UTC: Coordinated Universal Time. VHD, VHDX: Virtual Hard Disk."
    " VMDK: Virtual Machine Disk. XFS: a file system of Linux."
)

PRECISIONS = (
    "FAT: written 2 s, created 10 ms, accessed 1 day. exFAT: written and created 10 ms, accessed 2 s. NTFS: 100 ns."
    " ext2 and ext3: 1 s. ext4: 1 ns, with inodes of 128 bytes 1 s. HFS+, ISO 9660 and UFS: 1 s. APFS and XFS: 1 ns."
)
