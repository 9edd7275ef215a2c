"""Lists of digests as people keep them: read line by line, whatever their size.

A list is text of one of these forms; its first line that is no comment tells which:

- one digest a line, alone or with something behind it, as ``md5sum``, ``sha256sum`` and ``md5deep`` write it (GNU
  coreutils, "md5sum invocation"; a backslash before the digest says that the name behind it is escaped);
- ``SHA256 (name) = digest``, as the BSD tools, ``sha256sum --tag`` and ``openssl dgst`` write it;
- the output of hashdeep, whose second line names its columns (hashdeep(1), "FILE FORMAT");
- a table whose first row names its columns, with commas, semicolons or tabs between cells: NSRL's RDS
  (``"SHA-1","MD5",…``) and what other tools export.

The number of digits says the algorithm. Of a row with several digests the longest counts: what has that one has the
others.
A line that begins with ``#`` or ``%`` is a comment; ``# name: …`` and ``# version: …`` are those of the list.
"""

import codecs
import csv
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal

from cyberforensics.errors import ListError
from cyberforensics.model.names import display_name, display_text

Algorithm = Literal["md5", "sha1", "sha256"]
ALGORITHMS: tuple[Algorithm, ...] = ("sha256", "sha1", "md5")
"""The strongest first."""

SIZES: dict[int, Algorithm] = {16: "md5", 20: "sha1", 32: "sha256"}
"""Algorithms by the bytes of their digests."""

LONGEST_LINE = 1 << 20
"""Bytes of a line; what has a longer one is no list."""

_BLOCK = 1 << 20
_NAME = 200  # characters of a list's name or version
_DIGITS = rb"(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})"
_PLAIN = re.compile(rb"\\?(%b)(?:[\s,;|].*)?" % _DIGITS, re.DOTALL)
_TAGGED = re.compile(rb"\\?(MD5|SHA-?1|SHA-?256|SHA2-256) ?\(.*\) ?= ?(%b)\s*" % _DIGITS, re.DOTALL)
_TAGS = {b"MD5": 16, b"SHA1": 20, b"SHA256": 32, b"SHA2256": 32}
_CELL = re.compile(f"(?:{_DIGITS.decode()})?")
_ABOUT = re.compile(r"[#%]+\s*(name|version)\s*:\s*(.*?)\s*", re.IGNORECASE)
_HASHDEEP = b"%%%% "
_HEX_RUN = re.compile(rb"\\?([0-9a-fA-F]{8,})\b")
_COLUMNS = {"sha256": 32, "sha1": 20, "md5": 16, "hash": 0, "digest": 0}
"""What a column of digests may be called, and how many bytes they have; 0 where their length says it."""

_WHAT_THERE_IS = "MD5 (32 hexadecimal digits), SHA-1 (40) or SHA-256 (64)"


@dataclass(slots=True)
class HashListReader:
    """Gives the digests of a list; what it says of itself is known when they were all taken."""

    path: Path
    name: str = ""
    version: str = ""
    without_digest: int = 0
    """Rows of a table whose digest is empty."""
    sha256: str = ""
    """Of the bytes that were read."""
    size: int = 0
    """Bytes that were read."""
    _line: int = field(default=0)

    def digests(self) -> Iterator[bytes]:
        """Yield each digest, in the order of the list; its length says the algorithm.

        Raises:
            ListError: the file can't be read, or one of its lines is none of a list: file, line and what to do.
        """
        content = self._without_comments(self._numbered(self._lines()))
        for first in content:
            columns = self._columns(first)
            rest = chain((first,), content) if columns is None else content
            if columns is None:
                yield from self._plain(rest)
            elif isinstance(columns, _Hashdeep):
                yield from self._hashdeep(columns, rest)
            else:
                yield from self._table(columns, rest)
        self.name = self.name or display_name(os.fsencode(self.path.name))

    def _lines(self) -> Iterator[bytes]:
        """Lines in UTF-8, without their ends; of UTF-16, which PowerShell writes, too."""
        digest = hashlib.sha256()
        decoder: codecs.IncrementalDecoder | None = None
        rest = b""
        try:
            with self.path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
                    if self.size == 0 and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                        decoder = codecs.getincrementaldecoder("utf-16")()
                    text = block.removeprefix(codecs.BOM_UTF8) if self.size == 0 else block
                    self.size += len(block)
                    if decoder is not None:
                        text = decoder.decode(block).encode()
                    *lines, rest = (rest + text).split(b"\n")
                    yield from lines
                    if len(rest) > LONGEST_LINE:
                        self._line += 1
                        raise self._broken("a line has more than a million bytes", "is this a list of digests?")
                if decoder is not None:
                    decoder.decode(b"", final=True)
        except OSError as error:
            raise ListError(
                f"{shown(self.path)}: the list can't be read ({error.strerror})", hint="name a file that can be read"
            ) from error
        except UnicodeError as error:
            self._line += 1
            raise self._broken(
                "it is no UTF-16, as the start of the file promises", "save the list as UTF-8"
            ) from error
        if rest:
            yield rest
        self.sha256 = digest.hexdigest()

    def _numbered(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for number, line in enumerate(lines, 1):
            self._line = number
            yield line

    def _without_comments(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            if line[:1] in (b"#", b"%") and not (line.startswith(_HASHDEEP) and b"," in line):
                about = _ABOUT.fullmatch(line.decode("utf-8", "surrogateescape").strip())
                if about is not None:
                    self._say(about[1].lower(), about[2])
            elif line and not line.isspace():
                yield line

    def _say(self, what: str, value: str) -> None:
        value = display_text(value)
        if not value or len(value) > _NAME:
            raise self._broken(f"the {what} of a list has 1 to {_NAME} characters", "shorten it, or remove the line")
        if what == "name":
            self.name = self.name or value
        else:
            self.version = self.version or value

    def _columns(self, line: bytes) -> "_Hashdeep | _Table | None":
        """What the first line says of the form; None where it holds a digest itself."""
        if line.startswith(_HASHDEEP):
            return self._hashdeep_columns(line)
        if _PLAIN.fullmatch(line) or _TAGGED.fullmatch(line):
            return None
        text = line.decode("utf-8", "replace").rstrip("\r")
        for delimiter in ",;\t":
            try:
                names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter), [])]
            except csv.Error:  # a line end within the line
                return None
            found = _digest_columns(names)
            if found and (len(names) > 1 or delimiter == ","):
                return _Table(delimiter, found)
        return None

    def _hashdeep_columns(self, line: bytes) -> "_Hashdeep":
        names = line.removeprefix(_HASHDEEP).decode("utf-8", "replace").strip().split(",")
        found = _digest_columns(names)
        if not found:
            raise self._broken("hashdeep wrote none of the digests that are used", "run hashdeep -c md5,sha256")
        return _Hashdeep(len(names), found)

    def _plain(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            match = _PLAIN.fullmatch(line)
            if match is not None:
                yield bytes.fromhex(match[1].decode())
                continue
            match = _TAGGED.fullmatch(line)
            if match is None:
                raise self._no_digest(line)
            digest = bytes.fromhex(match[2].decode())
            if len(digest) != _TAGS[match[1].replace(b"-", b"")]:
                raise self._no_digest(line)
            yield digest

    def _hashdeep(self, columns: "_Hashdeep", lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            if line.startswith(_HASHDEEP):
                columns = self._hashdeep_columns(line)  # lists of hashdeep one behind the other
                continue
            cells = line.split(b",", columns.count - 1)  # the last one is the name, which may hold commas
            if len(cells) < columns.count or not cells[0].isdigit():
                raise self._broken("it is no line of hashdeep's, though the list begins like one", _MEND)
            strongest = self._strongest(columns.digests, [cell.decode("utf-8", "replace") for cell in cells])
            if not strongest:
                raise self._broken("it holds no digest", _MEND)
            yield strongest

    def _table(self, table: "_Table", lines: Iterable[bytes]) -> Iterator[bytes]:
        # Each line by itself: a quotation mark that is never closed would swallow the lines behind it.
        last = max(place for place, _ in table.digests)
        for line in lines:
            try:
                (cells,) = csv.reader([line.decode("utf-8", "replace")], delimiter=table.delimiter, strict=True)
            except csv.Error as error:
                raise self._broken(
                    "its quotation marks are not closed, or it goes on over several lines", _ROWS
                ) from error
            if len(cells) <= last:
                raise self._broken("it has fewer columns than the first row names", _MEND)
            if any(cells[place].strip() for place, _ in table.digests):
                yield self._strongest(table.digests, cells)
            else:
                self.without_digest += 1

    def _strongest(self, columns: Sequence[tuple[int, int]], cells: Sequence[str]) -> bytes:
        best = b""
        for place, size in columns:
            cell = cells[place].strip()
            if not _CELL.fullmatch(cell) or (cell and size and len(cell) != 2 * size):
                raise self._broken(f"{_quoted(cell.encode())} is no digest of column {place + 1}", _MEND)
            if len(cell) > 2 * len(best):
                best = bytes.fromhex(cell)
        return best

    def _no_digest(self, line: bytes) -> ListError:
        run = _HEX_RUN.match(line)
        if run is not None:
            what = f"it begins with {len(run[1])} hexadecimal digits, which is none of {_WHAT_THERE_IS}"
        else:
            what = f"{_quoted(line)} begins with no digest: {_WHAT_THERE_IS}"
        return self._broken(what, _MEND)

    def _broken(self, what: str, hint: str) -> ListError:
        return ListError(f"{shown(self.path)}, line {self._line}: {what}", hint=hint)


_MEND = "mend the line or remove it; a comment begins with #, a table with a row that names its columns"
_ROWS = "write each row on one line"


@dataclass(frozen=True, slots=True)
class _Hashdeep:
    count: int
    """Columns; the last one is the name."""
    digests: tuple[tuple[int, int], ...]
    """Place of each column of digests, and bytes of a digest."""


@dataclass(frozen=True, slots=True)
class _Table:
    delimiter: str
    digests: tuple[tuple[int, int], ...]


def _digest_columns(names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    plain = [re.sub(r"[\s_\"-]", "", name).lower().removesuffix("hash") or "hash" for name in names]
    found = [(place, _COLUMNS[name]) for place, name in enumerate(plain) if name in _COLUMNS]
    return tuple(found)


def _quoted(text: bytes) -> str:
    short = text.strip()[:60]
    return f'"{display_text(short.decode("utf-8", "surrogateescape"))}"'


def shown(path: Path) -> str:
    """A path of the host as a message may show it."""
    return display_text(str(path))
