r"""The Sleuth Kit's body file, third format, as ``fls -m`` prints it and ``mactime -b`` reads it.

    MD5|name|inode|mode_as_string|UID|GID|size|atime|mtime|ctime|crtime

Where we differ from ``fls``, on purpose: a name's ``|`` is written ``\x7c`` (it would shift the columns),
characters that do not show are escaped where ``fls`` prints ``^``, and a deleted name whose record was used
again gets nothing of the other file. NTFS and FAT have no permissions of this kind: where ``fls`` makes some up
from the DOS attributes, we write none.
"""

import stat
from collections.abc import Iterable, Iterator, Mapping

from cyberforensics.model.case_document import EntryRow
from cyberforensics.model.entry import Entry, Kind, NameState, Recovery
from cyberforensics.model.times import SECOND, decode
from cyberforensics.report.words import visible

_TIMES = ("accessed", "modified", "changed", "created")
_FILE_NAME_FIXED = 66  # bytes of a $FILE_NAME attribute before the name, by the NTFS record layout
_TYPES = {
    Kind.FILE: "r",
    Kind.DIRECTORY: "d",
    Kind.LINK: "l",
    Kind.FIFO: "p",
    Kind.SOCKET: "h",
}
_DEVICES = {stat.S_IFBLK: "b", stat.S_IFCHR: "c"}


def bodyfile_lines(entries: Iterable[EntryRow], *, mounts: Mapping[str, str] | None = None) -> Iterator[str]:
    """One line an entry, and one more for its NTFS file-name times.

    `mounts` says what stands before the paths of each volume, as the argument of ``fls -m`` does; without one
    it is the volume's id. The streams of a file are expected side by side, as the walk yields them: the
    file-name times stand before the first of them.
    """
    named = None
    for row in entries:
        entry = row.entry
        if entry.path == "/" and entry.stream is None:
            continue  # fls lists what is in the root, not the root
        mount = (mounts or {}).get(entry.volume, entry.volume)
        times: dict[str, int] = {time.meaning: _seconds(row, index) for index, time in enumerate(entry.times)}
        name = visible(mount + entry.path)
        kind = _mode_as_string(entry)
        owner = f"{entry.uid or 0}|{entry.gid or 0}"
        record = entry.meta_address.partition("-")[0]
        if named != (entry.volume, entry.path, record) and any(f"fn-{meaning}" in times for meaning in _TIMES):
            named = (entry.volume, entry.path, record)
            address = f"{record}-48"  # the attribute's number is not kept
            stamps = "|".join(str(times.get(f"fn-{meaning}", 0)) for meaning in _TIMES)
            text = _field(f"{name} ($FILE_NAME){_suffix(entry)}")
            yield f"0|{text}|{address}|{kind}|{owner}|{_file_name_size(entry)}|{stamps}"
        if "recorded" in times:  # ISO 9660 has this one alone, and fls prints it as the last
            times.setdefault("created", times["recorded"])
        stamps = "|".join(str(times.get(meaning, 0)) for meaning in _TIMES)
        md5 = row.digests.md5 if row.digests is not None and row.digest_note is None else "0"
        text = _field(name + _after(entry) + _suffix(entry))
        yield f"{md5}|{text}|{_address(entry.meta_address)}|{kind}|{owner}|{entry.size or 0}|{stamps}"


def _seconds(row: EntryRow, index: int) -> int:
    instant = decode(row.entry.times[index].timestamp, row.zone).instant
    return 0 if instant is None else instant // SECOND


def _address(meta_address: str) -> str:
    """As ``fls`` has it: of ``entry-sequence-type-id`` (or less of it) without the sequence."""
    parts = meta_address.split("-")
    return "-".join((parts[0], *parts[2:]))


def _field(text: str) -> str:
    return text.replace("|", "\\x7c")


def _after(entry: Entry) -> str:
    if entry.stream is not None:
        return ":" + visible(entry.stream)
    return " -> " + visible(entry.link_target) if entry.kind is Kind.LINK and entry.link_target else ""


def _suffix(entry: Entry) -> str:
    if entry.name_state is NameState.ALLOCATED:
        return ""
    return " (deleted-realloc)" if entry.name_state is NameState.REALLOCATED else " (deleted)"


def _file_name_size(entry: Entry) -> int:
    """Bytes of the attribute that holds this name: its fixed part and the name in UTF-16."""
    name = entry.path_raw.rpartition(b"/")[2]
    try:
        text = name.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = name.decode("utf-8", "replace")
    return _FILE_NAME_FIXED + len(text.encode("utf-16-le", "surrogatepass"))


def _mode_as_string(entry: Entry) -> str:
    """As ``ls`` shows it, after the type that the name says and a slash."""
    letter = _letter(entry)
    name_letter = "-" if entry.name_state is NameState.ORPHAN else letter
    nothing_known = entry.mode is None and entry.size is None and not entry.times and entry.kind is not Kind.VIRTUAL
    if nothing_known or entry.recovery is Recovery.RECORD_REUSED:
        return f"{name_letter}/----------"
    mode = entry.mode or 0
    bits = ["-" if not mode & 0o400 >> place else "rwx"[place % 3] for place in range(9)]
    for special, place, shown in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if mode & special:
            bits[place] = shown if bits[place] == "x" else shown.upper()
    return f"{name_letter}/{letter}{''.join(bits)}"


def _letter(entry: Entry) -> str:
    if entry.kind is Kind.VIRTUAL:
        return "v" if entry.content is not None else "V"
    if entry.kind is Kind.DEVICE:
        return _DEVICES.get(stat.S_IFMT(entry.mode or 0), "c")
    return _TYPES.get(entry.kind, "-")
