"""Gaps in what people write of custody."""

from itertools import pairwise

from cyberforensics.model.case_facts import ExhibitFacts


def custody_gaps(exhibit: ExhibitFacts) -> list[str]:
    """Places where an item left other hands than it came into, in words."""
    return [
        f"between entry {number} and {number + 1} a handing over from {before.to!r} to {after.from_!r} is missing"
        for number, (before, after) in enumerate(pairwise(exhibit.custody), 1)
        if before.to != after.from_
    ]
