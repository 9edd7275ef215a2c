"""Rows of the report's large tables, packed: words that repeat are numbers into one vocabulary."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice

import msgspec

from cyberforensics.model.case_document import EntryRow, TimelineRow
from cyberforensics.model.shown import ShownZone, in_zone
from cyberforensics.model.times import Encoding, Moment, Timestamp, decode
from cyberforensics.report import words
from cyberforensics.report.html_findings import MAX_SHOWN_NAMES
from cyberforensics.report.html_json import embedded, exact

_ESCAPED = b"\\\x7f<>&"
"""What stands otherwise in a report than in plain JSON: of most cells of most rows there is none."""
_KEPT = 16_384
"""Texts of times and of owners that are kept: those of an entry and of its neighbours are mostly the same few."""


class Vocabulary:
    """Words by the order in which they were first met."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, word: str | None) -> int | None:
        """The word's place in `words`; None stays None."""
        if word is None:
            return None
        known = self._numbers.get(word)
        if known is None:
            known = self._numbers[word] = len(self.words)
            self.words.append(word)
        return known


def entry_rows(
    rows: Iterable[EntryRow], limit: int, vocabulary: Vocabulary, shown: ShownZone | None = None
) -> Iterator[str]:
    """Each row as JSON, the columns in the order that entries.js names; a time ends with the one in `shown`."""
    number = vocabulary.number
    time_cells = lru_cache(maxsize=_KEPT)(partial(_stored_time, vocabulary, shown))
    owner_cells = lru_cache(maxsize=_KEPT)(_cells)
    for row in islice(rows, limit):
        entry, digests = row.entry, row.digests
        before = [
            row.id,
            number(entry.volume),
            entry.path,
            entry.stream,
            number(entry.kind.value),
            entry.meta_address,
            number(entry.name_state.value),
            number(words.RECOVERIES.get(entry.recovery.value, entry.recovery.value)),
            exact(entry.size),
            number(row.media_type),
            row.extension_mismatch,
            number(row.category),
            number(row.status),
            number(words.reason(row.status_reason)) if row.status_reason else None,
            digests and [digests.md5, digests.sha1, digests.sha256],
            number(words.DIGEST_NOTES.get(row.digest_note, row.digest_note)) if row.digest_note else None,
        ]
        times = [
            f"[{number(meaning)},{time_cells(raw, encoding, row.zone)}]"
            for (meaning, encoding), raw in entry.times.stored()
        ]
        after = (
            *(entry.mode, entry.uid, entry.gid, number(entry.owner), entry.link_target),
            *(_other_names(row), row.all_zero),
        )
        labels = f",{embedded(row.labels)}" if row.labels else ""
        yield f"[{_cells(before)},[{','.join(times)}],{owner_cells(after)}{labels}]"


def _other_names(row: EntryRow) -> tuple[str | int, ...] | None:
    """Paths, and at the end how many more there are, if any."""
    others, left_out = row.names.others(row.entry.path, MAX_SHOWN_NAMES)
    return (*others, *((left_out,) if left_out else ())) or None


def timeline_rows(
    rows: Iterable[TimelineRow], limit: int, vocabulary: Vocabulary, shown: ShownZone | None = None
) -> Iterator[str]:
    """Each row as JSON, the columns in the order that timeline.js names.

    They are sorted by instant, ties by entry and meaning, those without an instant at the end.
    """
    number = vocabulary.number
    timestamp, moment = None, None
    for row in sorted(islice(rows, limit), key=_by_time):
        if row.timestamp is not timestamp or row.moment is not moment:
            timestamp, moment = row.timestamp, row.moment
            time = _time(vocabulary, timestamp, moment)
            beside = _beside(moment, shown)
        place = row.place
        cells = [
            moment.precision,
            number(row.meaning),
            number(row.description),
            number(place.volume),
            place.path,
            place.stream,
            place.meta_address,
            number(place.name_state),
            exact(place.size),
            row.message,
            place.entry,
        ]
        yield f"[{time},{_cells(cells)}{beside}]"


def _by_time(row: TimelineRow) -> tuple[bool, int, str, str]:
    instant = row.moment.instant
    return instant is None, instant or 0, row.place.entry, row.meaning


def _stored_time(
    vocabulary: Vocabulary, shown: ShownZone | None, raw: int, encoding: Encoding, zone: str | None
) -> str:
    timestamp = Timestamp(raw, encoding)
    moment = decode(timestamp, zone)
    return _time(vocabulary, timestamp, moment) + _beside(moment, shown)


def _beside(moment: Moment, shown: ShownZone | None) -> str:
    """One cell more where a zone was asked for: digits of ours, or null."""
    if shown is None:
        return ""
    text = in_zone(moment, shown)
    return ",null" if text is None else f',"{text}"'


def _time(vocabulary: Vocabulary, timestamp: Timestamp, moment: Moment) -> str:
    """Text, what stands beside it (the flag in words, the zone), and what it was made of."""
    number = vocabulary.number
    text = "null" if moment.text is None else f'"{moment.text}"'  # digits of ours, as all of this is
    flag = "null" if moment.flag is None else number(words.FLAGS.get(moment.flag, moment.flag))
    return f'{text},{flag},{number(moment.zone_basis)},"{timestamp.raw}",{number(timestamp.encoding)}'


def _cells(row: Sequence[object]) -> str:
    """Some cells of a row as JSON, without its brackets: texts, whole numbers, true and false, and lists of them."""
    try:
        quick = msgspec.json.encode(row)
    except (OverflowError, UnicodeEncodeError):  # longer than 64 bits; half a surrogate pair
        return embedded(row)[1:-1]
    if not quick.isascii() or quick.translate(None, _ESCAPED) != quick:
        return embedded(row)[1:-1]
    return quick[1:-1].decode("ascii")
