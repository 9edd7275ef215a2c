"""Activity by day and meaning, packed for the plot."""

from collections.abc import Sequence
from datetime import date

from cyberforensics.model.case_document import ActivityBin
from cyberforensics.model.entry import TIME_MEANINGS

_EPOCH = date(1970, 1, 1).toordinal()


def activity_object(bins: Sequence[ActivityBin], outside: int) -> dict[str, object]:
    """Days as numbers since 1970-01-01, each with its counts in the order of `meanings`.

    `local` has the days with times of a clock of unknown zone, and how many these are.
    """
    met = {meaning for each in bins for meaning in each.counts}
    known: list[str] = [meaning for meaning in TIME_MEANINGS if meaning in met]
    meanings = known + sorted(met.difference(known))
    return {
        "meanings": meanings,
        "days": [
            [date.fromisoformat(each.day).toordinal() - _EPOCH, *(each.counts.get(meaning, 0) for meaning in meanings)]
            for each in bins
        ],
        "local": [
            [date.fromisoformat(each.day).toordinal() - _EPOCH, each.local_unknown]
            for each in bins
            if each.local_unknown
        ],
        "outside": outside,
    }
