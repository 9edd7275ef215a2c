"""The index of exported contents: for each name its path, times, digests and locator, and the file that holds it."""

from collections.abc import Iterable, Iterator

from cyberforensics.model.case_document import EntryRow
from cyberforensics.report.jsonl import Object, entry_object, json_line
from cyberforensics.report.spreadsheet import Cell, csv_line

_TIMES = ("modified", "accessed", "changed", "created")
_COLUMNS = (
    *("file", "not_exported", "evidence", "volume", "path", "stream", "name_state", "size", "md5", "sha1", "sha256"),
    *("digest_note", *_TIMES, "times", "locator", "id"),
)


def index_object(row: EntryRow, file: str | None, reason: str | None) -> Object:
    """The entry, the file that holds its content, and why there is none."""
    return {**entry_object(row), "file": file, "not_exported": reason}


def index_csv_lines(objects: Iterable[Object]) -> Iterator[str]:
    """The same for a spreadsheet: the four usual times in columns of their own, all times and the locator as JSON."""
    yield csv_line(_COLUMNS)
    for item in objects:
        times = _usual_times(item["times"])
        yield csv_line([times[name] if name in times else _cell(item, name) for name in _COLUMNS])


def _usual_times(times: object) -> dict[str, Cell]:
    """The first of each meaning; without a moment, the word for why, as ``times`` has it."""
    found: dict[str, Cell] = dict.fromkeys(_TIMES)
    for time in reversed(times if isinstance(times, list) else []):
        if time["meaning"] in found:
            found[time["meaning"]] = time["time"] or time.get("time_missing")
    return found


def _cell(item: Object, name: str) -> Cell:
    value = item.get(name)
    if value is None:
        missing = item.get(f"{name}_missing")
        return missing if isinstance(missing, str) else None
    return value if isinstance(value, str | int | bool) else json_line(value)
