"""What people and programs do to files, in plain verbs: each changes the names and contents of a volume."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from posixpath import dirname

from cyberforensics.lab.made_up import archive, of_bytes, random_bytes
from cyberforensics.lab.plan import Content, Kind, Stamps
from cyberforensics.lab.scenario import Action

_IN_MEMORY = 1 << 20  # bytes of a log
_MOST_SLACK = 1 << 20  # bytes; clusters are smaller


@dataclass(frozen=True, slots=True)
class Held:
    """A file as it is while the story goes on."""

    path: str
    kind: Kind
    stamps: Stamps
    name_stamps: Stamps
    content: Content | None = None
    streams: tuple[tuple[str, Content], ...] = ()
    slack: bytes = b""
    deleted: bool = False
    plants: tuple[str, ...] = ()
    lost: bool = False
    """Whether nobody can read what it held: it was encrypted, or overwritten."""


@dataclass(slots=True)
class Contents:
    """The names of a volume, in the order in which they were made. Deleted ones stay among them."""

    files: list[Held] = field(default_factory=list)
    has_streams: bool = True
    """Whether the file system has alternate streams."""

    def place_of(self, path: str) -> int | None:
        """Where a name that exists stands in `files`, in any case."""
        wanted = path.lower()
        for number in range(len(self.files) - 1, -1, -1):
            if self.files[number].path.lower() == wanted and not self.files[number].deleted:
                return number
        return None


class Impossible(Exception):
    """The story does something that can't be done; the message says what would be right."""

    def __init__(self, message: str, key: str = "path") -> None:
        super().__init__(message)
        self.key = key
        """Of the action: which one is to be mended."""


@dataclass(frozen=True, slots=True)
class Done:
    """An action with its values filled in."""

    action: Action
    moment: int
    """In nanoseconds since 1970, UTC."""
    content: Content | None
    """What the action names as content."""
    local: datetime
    """The same by the clock of the host."""
    seed: str
    """What is made up in it is made of this."""
    onto: Contents
    """Of the volume that gets a copy."""
    stomped: int | None = None
    """The moment to which a timestomp sets the times."""


def do(contents: Contents, done: Done) -> None:
    """Let an action happen.

    Raises:
        Impossible: it can't.
    """
    dict(VERBS)[done.action.do].effect(contents, done)


def _now(moment: int) -> Stamps:
    return Stamps(moment, moment, moment, moment)


def _folders(contents: Contents, path: str, moment: int, key: str) -> None:
    above = dirname(path)
    place = contents.place_of(above)
    if place is not None and contents.files[place].kind != "directory":
        raise Impossible(f"{above} is a file at that moment; nothing can lie in it", key)
    if above == "/" or place is not None:
        return
    _folders(contents, above, moment, key)
    contents.files.append(Held(above, "directory", _now(moment), _now(moment)))


def _existing(contents: Contents, path: str) -> int:
    place = contents.place_of(path)
    if place is None:
        raise Impossible(f"there is no {path} at that moment; create it before")
    return place


def _file(contents: Contents, path: str) -> int:
    place = _existing(contents, path)
    if contents.files[place].kind != "file":
        raise Impossible(f"{path} is a folder; name a file in it")
    return place


def _plants(before: Held | None, action: Action) -> tuple[str, ...]:
    return (*(before.plants if before else ()), *((action.plant,) if action.plant else ()))


def _put(contents: Contents, path: str, done: Done, streams: tuple[tuple[str, Content], ...] = ()) -> None:
    if contents.place_of(path) is not None:
        key = "to" if done.action.to else "path"
        raise Impossible(f"{path} is there already; write to it, or delete it before", key)
    _folders(contents, path, done.moment, "to" if done.action.to else "path")
    stamps = _now(done.moment)
    content = done.content or of_bytes(b"")
    contents.files.append(Held(path, "file", stamps, stamps, content, streams, plants=_plants(None, done.action)))


def _create(contents: Contents, done: Done) -> None:
    _put(contents, done.action.path, done)


def _download(contents: Contents, done: Done) -> None:
    mark = f"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl={done.action.url}\r\n".encode()
    streams = (("Zone.Identifier", of_bytes(mark)),) if contents.has_streams else ()
    _put(contents, done.action.path, done, streams)


def _write(contents: Contents, done: Done) -> None:
    place = _file(contents, done.action.path)
    before = contents.files[place]
    stamps = replace(before.stamps, modified=done.moment, changed=done.moment)
    contents.files[place] = replace(
        before,
        content=done.content or before.content,
        stamps=stamps,
        plants=_plants(before, done.action),
        lost=before.lost and done.content is None,
    )


def _log(contents: Contents, done: Done) -> None:
    place = contents.place_of(done.action.path)
    if place is not None:
        place = _file(contents, done.action.path)
    line = b"" if done.content is None else b"".join(done.content.blocks())
    if place is None:
        _put(contents, done.action.path, replace(done, content=of_bytes(line + b"\n")))
        return
    before = contents.files[place]
    held = before.content or of_bytes(b"")
    stamps = replace(before.stamps, modified=done.moment, changed=done.moment)
    contents.files[place] = replace(
        before, content=_longer(held, line + b"\n"), stamps=stamps, plants=_plants(before, done.action)
    )


def _longer(held: Content, line: bytes) -> Content:
    if held.size <= _IN_MEMORY:  # a chain of thousands of lines would be one of thousands of generators
        return of_bytes(b"".join(held.blocks()) + line)
    return Content(held.size + len(line), lambda: chain(held.blocks(), (line,)))


def _attach(contents: Contents, done: Done) -> None:
    """A section of the log that Windows keeps of new devices (``setupapi.dev.log``), which has local times."""
    device = b"" if done.content is None else b"".join(done.content.blocks())
    at = done.local.strftime("%Y/%m/%d %H:%M:%S.000").encode()
    lines = (
        b">>>  [Device Install (Hardware initiated) - " + device + b"]",
        b">>>  Section start " + at,
        b"<<<  Section end " + at,
        b"<<<  [Exit status: SUCCESS]",
    )
    _log(contents, replace(done, content=of_bytes(b"\r\n".join(lines) + b"\r")))


def _copy(contents: Contents, done: Done) -> None:
    source = contents.files[_file(contents, done.action.path)]
    copied = replace(done, content=source.content)
    _put(done.onto, done.action.to, copied, source.streams if done.onto.has_streams else ())
    made = done.onto.files[-1]  # what a copy keeps is when the content was last written
    stamps = replace(made.stamps, modified=source.stamps.modified)
    done.onto.files[-1] = replace(made, stamps=stamps, lost=source.lost)


def _rename(contents: Contents, done: Done) -> None:
    place = _existing(contents, done.action.path)
    if contents.place_of(done.action.to) is not None:
        raise Impossible(f"{done.action.to} is there already; take another name, or delete it before", "to")
    _folders(contents, done.action.to, done.moment, "to")
    before = contents.files.pop(place)
    below = before.path.lower() + "/"
    if any(each.path.lower().startswith(below) for each in contents.files):
        raise Impossible(f"{before.path} is a folder that is not empty; rename what lies in it")
    contents.files.append(
        replace(
            before,
            path=done.action.to,
            stamps=replace(before.stamps, changed=done.moment),
            name_stamps=before.stamps,
            plants=_plants(before, done.action),
        )
    )


def _delete(contents: Contents, done: Done) -> None:
    place = _existing(contents, done.action.path)
    before = contents.files[place]
    below = before.path.lower() + "/"
    if any(each.path.lower().startswith(below) and not each.deleted for each in contents.files):
        raise Impossible(f"{before.path} is a folder that is not empty; delete what lies in it before")
    contents.files[place] = replace(before, deleted=True, plants=_plants(before, done.action))


def _wipe(contents: Contents, done: Done) -> None:
    place = _file(contents, done.action.path)
    before = contents.files[place]
    size = 0 if before.content is None else before.content.size
    contents.files[place] = replace(
        before,
        content=random_bytes(f"{done.seed}/wipe", size),
        stamps=replace(before.stamps, modified=done.moment, changed=done.moment),
        deleted=True,
        plants=_plants(before, done.action),
        lost=True,
    )


def _timestomp(contents: Contents, done: Done) -> None:
    place = _existing(contents, done.action.path)
    before = contents.files[place]
    to = done.moment if done.stomped is None else done.stomped
    stamps = Stamps(to, to, done.moment, to)  # the moment of the metadata's change is not for programs to set
    contents.files[place] = replace(before, stamps=stamps, plants=_plants(before, done.action))


def _run(contents: Contents, done: Done) -> None:
    place = _file(contents, done.action.path)
    before = contents.files[place]
    contents.files[place] = replace(
        before, stamps=replace(before.stamps, accessed=done.moment), plants=_plants(before, done.action)
    )


def _hide(contents: Contents, done: Done) -> None:
    place = _file(contents, done.action.path)
    before = contents.files[place]
    hidden = done.content or of_bytes(b"")
    if done.action.stream and not contents.has_streams:
        raise Impossible(
            "the file system has no streams; hide it in the slack (without stream), or take ntfs", "stream"
        )
    if done.action.stream in (name for name, _ in before.streams):
        raise Impossible(f"{before.path} has a stream {done.action.stream} already; take another name", "stream")
    if done.action.stream:
        streams = (*before.streams, (done.action.stream, hidden))
        changed = replace(before, streams=streams, stamps=replace(before.stamps, changed=done.moment))
    elif hidden.size > _MOST_SLACK:
        raise Impossible(f"no cluster leaves room for {hidden.size:,} bytes behind a file; hide less, or in a stream")
    else:
        changed = replace(before, slack=b"".join(hidden.blocks()))
    contents.files[place] = replace(changed, plants=_plants(before, done.action))


def _pack(contents: Contents, done: Done) -> None:
    source = contents.files[_file(contents, done.action.path)]
    name = source.path.rpartition("/")[2]
    packed = archive([(name, source.content or of_bytes(b""))])
    _put(contents, done.action.to, replace(done, content=packed))


def _encrypt(contents: Contents, done: Done) -> None:
    place = _file(contents, done.action.path)
    before = contents.files[place]
    to = done.action.to or before.path
    if to != before.path and contents.place_of(to) is not None:
        raise Impossible(f"{to} is there already; take another name, or delete it before", "to")
    held = hashlib.sha256() if before.content is None else _digest(before.content)
    size = 0 if before.content is None else before.content.size
    changed = replace(
        before,
        path=to,
        content=random_bytes(f"{done.seed}/{held.hexdigest()}", size),
        stamps=replace(before.stamps, modified=done.moment, changed=done.moment),
        name_stamps=before.stamps if done.action.to else before.name_stamps,
        plants=_plants(before, done.action),
        lost=True,
    )
    if dirname(to) == dirname(before.path):
        contents.files[place] = changed
        return
    _folders(contents, to, done.moment, "to")
    del contents.files[place]
    contents.files.append(changed)


def _digest(content: Content) -> "hashlib._Hash":
    total = hashlib.sha256()
    for block in content.blocks():
        total.update(block)
    return total


@dataclass(frozen=True, slots=True)
class Verb:
    """What an action can be."""

    effect: Callable[[Contents, Done], None]
    needs: tuple[str, ...]
    """Fields that it must have beside `at`, `do`, `volume` and `path`."""
    takes: tuple[str, ...] = ()
    """Fields that it may have as well."""
    about: str = ""
    """What happens, for people who write scenarios."""


_CONTENT = ("text", "source", "kind", "size", "encoding")

VERBS: tuple[tuple[str, Verb], ...] = (
    ("create", Verb(_create, (), _CONTENT, "a new file; folders above it are made with it")),
    ("write", Verb(_write, (), _CONTENT, "a file gets other content")),
    (
        "log",
        Verb(_log, ("text",), ("encoding",), "a line is added to a text file, made where there is none"),
    ),
    ("attach", Verb(_attach, ("text",), (), "a device is connected: a section in setupapi.dev.log (path) names it")),
    ("copy", Verb(_copy, ("to",), ("onto",), "a copy, maybe onto another volume; it keeps when it was last written")),
    ("rename", Verb(_rename, ("to",), (), "another name, or another folder")),
    ("delete", Verb(_delete, (), (), "the name goes, the content stays where it lies")),
    ("wipe", Verb(_wipe, (), (), "the content is overwritten with random bytes, then the file is deleted")),
    ("timestomp", Verb(_timestomp, ("times",), (), "times are set by a program; those that it can't set stay")),
    ("download", Verb(_download, ("url",), _CONTENT, "a new file with the mark of the web")),
    ("run", Verb(_run, (), (), "a program is started: when it was last opened changes")),
    ("hide", Verb(_hide, (), (*_CONTENT, "stream"), "content in a stream of a file, or in the slack behind it")),
    ("pack", Verb(_pack, ("to",), (), "a zip archive of a file")),
    ("encrypt", Verb(_encrypt, (), ("to",), "the content becomes what nobody can read, under another name")),
)
"""Every verb, with what it takes."""
