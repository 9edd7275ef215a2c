"""What a validation asserts: pure functions from truth and observation to an outcome. One more is one line here."""

from cyberforensics.assertions import entries, media, runs
from cyberforensics.assertions.known import known_differences
from cyberforensics.assertions.making import (
    DAMAGE_ORIGIN,
    ENCRYPTED_ORIGIN,
    VOLUMES,
    Damaged,
    damaged_e01,
    encrypted_disk,
)
from cyberforensics.assertions.requirements import new_requirements, read_requirements
from cyberforensics.assertions.subject import Answer, Assertion, Known, Object, Observed, Outcome, Subject
from cyberforensics.assertions.truth import Truth, read_truth

ASSERTIONS: tuple[Assertion, ...] = (
    Assertion("A01", "Every volume is found at its place, with its file system, or said to hold none.", media.volumes),
    Assertion(
        entries.LISTED,
        "Every entry of the truth is listed with its name, kind, size, state (allocated or deleted) and recovery, and"
        " nothing whose last name is gone.",
        entries.listed,
    ),
    Assertion(
        entries.DIGESTS,
        "MD5, SHA-1 and SHA-256 of every content are those of the truth; what the image no longer gives has none of"
        " them.",
        entries.digests,
    ),
    Assertion(entries.TIMES, "Every recorded time has its moment, zone basis and precision.", entries.times),
    Assertion(
        entries.COUNTS,
        "Files, directories, links and alternate streams are as many as another tool counts.",
        entries.counts,
    ),
    Assertion("A06", "Both coverage equations add up.", media.coverage),
    Assertion(runs.PLANTED, "The shipped rules match where something was planted, and nowhere else.", runs.planted),
    Assertion("A08", "E01 or QCOW2 and raw of the same media give the same results.", runs.containers),
    Assertion("A09", "Stored and stated digests of the media are computed and match.", media.stored),
    Assertion("A10", "The media's digests are those that another program computes.", media.other_tool),
    Assertion("A11", "A damaged image is reported as damaged, and the damaged range is named.", media.damage),
    Assertion("A12", "The source is unchanged: its digest is the same before and after.", media.unchanged),
    Assertion("A13", "Runs with different numbers of workers give identical bytes.", runs.workers),
    Assertion("A14", "An encrypted volume is named, and listed as not examined.", media.encrypted),
)
"""All of them, in the order of the record."""

__all__ = [
    "ASSERTIONS",
    "DAMAGE_ORIGIN",
    "ENCRYPTED_ORIGIN",
    "VOLUMES",
    "Answer",
    "Assertion",
    "Damaged",
    "Known",
    "Object",
    "Observed",
    "Outcome",
    "Subject",
    "Truth",
    "damaged_e01",
    "encrypted_disk",
    "known_differences",
    "new_requirements",
    "read_requirements",
    "read_truth",
]
