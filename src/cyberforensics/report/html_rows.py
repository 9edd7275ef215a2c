"""Rows of the report's large tables, packed: words that repeat are numbers into one vocabulary."""

from collections.abc import Iterable, Iterator
from itertools import islice

from cyberforensics.model.case_document import EntryRow, TimelineRow
from cyberforensics.model.times import Moment, decode
from cyberforensics.report import words
from cyberforensics.report.html_json import exact

Row = list[object]


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


def entry_rows(rows: Iterable[EntryRow], limit: int, vocabulary: Vocabulary) -> Iterator[Row]:
    """The columns in the order that entries.js names."""
    number = vocabulary.number
    for row in islice(rows, limit):
        entry, digests = row.entry, row.digests
        yield [
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
            [
                [
                    number(time.meaning),
                    *_moment(decode(time.timestamp, row.zone), vocabulary),
                    str(time.timestamp.raw),
                    number(time.timestamp.encoding),
                ]
                for time in entry.times
            ],
            entry.mode,
            entry.uid,
            entry.gid,
            number(entry.owner),
            entry.link_target,
            list(row.names[1:]) if len(row.names) > 1 else None,
            row.all_zero,
        ]


def timeline_rows(rows: Iterable[TimelineRow], limit: int, vocabulary: Vocabulary) -> Iterator[Row]:
    """The columns in the order that timeline.js names: by instant, ties by entry and meaning, no instant last."""
    number = vocabulary.number
    for row in sorted(islice(rows, limit), key=_by_time):
        yield [
            *_moment(row.moment, vocabulary),
            str(row.raw),
            number(row.encoding),
            row.moment.precision,
            number(row.meaning),
            number(row.description),
            number(row.volume),
            row.path,
            row.stream,
            row.meta_address,
            number(row.name_state),
            exact(row.size),
            row.message,
            row.entry,
        ]


def _by_time(row: TimelineRow) -> tuple[bool, int, str, str]:
    instant = row.moment.instant
    return instant is None, instant or 0, row.entry, row.meaning


def _moment(moment: Moment, vocabulary: Vocabulary) -> Row:
    """Text, what stands beside it (the zone where it is not plainly UTC, the flag in words)."""
    flag = words.FLAGS.get(moment.flag, moment.flag) if moment.flag else None
    return [moment.text, vocabulary.number(flag), vocabulary.number(moment.zone_basis)]
