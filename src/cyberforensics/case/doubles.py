"""Findings that stand twice on NTFS, shown by address: in a small file, and in its record of ``$MFT``.

A file's content is resident where it fits into its record (Linux-NTFS documentation, "Attribute: $DATA"), and record n
of ``$MFT`` begins at byte n times the record's size.
"""

from collections.abc import Iterable, Iterator

from cyberforensics.case.finding_json import finding_of
from cyberforensics.case.rows import volumes_by_number
from cyberforensics.case.store import Store
from cyberforensics.model.case_document import Doubles
from cyberforensics.model.examination import Finding

_IN_MFT = """
SELECT finding.data FROM finding CROSS JOIN entry ON entry.number = finding.entry
WHERE entry.volume = ? AND entry.path = '/$MFT' AND entry.stream IS NULL AND finding.listed_in = 'metadata-file'
"""
_IN_SMALL_FILES = """
SELECT entry.meta_address, finding.data FROM finding CROSS JOIN entry ON entry.number = finding.entry
WHERE entry.volume = ? AND entry.size < ? AND entry.path <> '/$MFT'
"""

# CROSS JOIN: findings first, of which there are fewer than entries.

_Place = tuple[str, str, str, int, str, int, bytes]
"""Pack, namespace, rule, record; the string's name, the match's length and its bytes."""


def doubles(store: Store) -> Doubles:
    """How many there are in all volumes whose record size is known."""
    found = [
        one
        for number, volume in volumes_by_number(store).items()
        if volume.record_size is not None
        for one in _of_volume(store, number, volume.record_size)
    ]
    return Doubles(
        findings=len(found),
        twice=sum(shown == matches for shown, matches in found),
        matches=sum(matches for _, matches in found),
        matches_twice=sum(shown for shown, _ in found),
    )


def _of_volume(store: Store, volume: int, size: int) -> Iterator[tuple[int, int]]:
    """Of each finding in ``$MFT``: how many of its matches stand twice, and how many it has."""
    in_mft = [finding_of(data) for (data,) in store.database.execute(_IN_MFT, (volume,))]
    places = [list(_places(finding, size)) for finding in in_mft]
    wanted = {place[3] for some in places for place in some}
    seen: set[_Place] = set()
    for address, data in store.database.execute(_IN_SMALL_FILES, (volume, size)) if wanted else ():
        record = int(address.partition("-")[0])  # NTFS: the record's number, as TSK writes addresses
        if record in wanted:
            seen.update(_keys(finding_of(data), record))
    for finding, some in zip(in_mft, places, strict=True):
        yield sum(place in seen for place in some), len(finding.strings) + finding.strings_left_out


def _places(finding: Finding, size: int) -> Iterator[_Place]:
    """Matches in ``$MFT`` that lie in one record."""
    for match in finding.strings:
        record = match.offset // size
        if match.length and (match.offset + match.length - 1) // size == record:
            yield finding.pack, finding.namespace, finding.rule, record, match.identifier, match.length, match.data


def _keys(finding: Finding, record: int) -> Iterable[_Place]:
    return (
        (finding.pack, finding.namespace, finding.rule, record, match.identifier, match.length, match.data)
        for match in finding.strings
    )
