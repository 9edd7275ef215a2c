"""Samples of rules as they lie in a pack: files, hex dumps and recipes, so that no live sample needs to be in git.

A recipe is a ``.toml`` file; neither a virus scanner nor a secret scanner finds the whole in it:

    filename = "letter.pdf"     # optional: the name that the sample has in evidence
    [externals]                 # optional: others that it has there
    owner = "S-1-5-18"
    [[piece]]                   # in order; each holds one of `text`, `utf16`, `hex`, `zip` or `piece`
    text = "X5O!P%@AP"
    repeat = 2                  # and maybe, done in this order: `repeat`, `xor`, `base64`

docs/rules-testing.md describes all of it.
"""

import base64
import io
import re
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from types import MappingProxyType
from typing import cast

from cyberforensics.rules.engines import ExternalValue

RECIPE, HEX_DUMP = ".toml", ".hex"
LARGEST = 256 << 20
"""Bytes of a sample, and of a part of one."""
_DEEPEST = 8
_DEFAULT_NAME = "sample"


class BrokenSample(Exception):
    """A sample that can't be put together: why, to go on "it ...", and in which line or with which key, where known."""

    def __init__(self, reason: str, line: int | None = None, key: str = "") -> None:
        super().__init__(reason)
        self.key = key
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Built:
    """A sample as the engine is given it."""

    data: bytes
    filename: str
    externals: Mapping[str, ExternalValue]
    """Those that the recipe sets."""


def build(path: Path) -> Built:
    """Read a sample, or put it together.

    Raises:
        BrokenSample: it can't be read, or is no hex dump or recipe although its name says so.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BrokenSample(f"has more than {LARGEST:,} bytes")
        raw = path.read_bytes()
    except OSError as error:
        raise BrokenSample(f"can't be read ({error.strerror})") from error
    if path.suffix == RECIPE:
        return from_recipe(raw)
    if path.suffix == HEX_DUMP:
        return Built(from_hex(raw), path.stem, MappingProxyType({}))
    return Built(raw, path.name, MappingProxyType({}))


_XXD = re.compile(r"([0-9a-fA-F]{4,16}):(.*)")


def from_hex(raw: bytes) -> bytes:
    """The bytes of a dump as ``xxd`` writes it, or of plain hexadecimal digits; ``#`` begins a line of comment.

    Raises:
        BrokenSample: it is neither.
    """
    data = bytearray()
    for number, line in enumerate(raw.decode("ascii", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        dump = _XXD.fullmatch(text)
        if dump is not None:
            if int(dump[1], 16) != len(data):
                raise BrokenSample(f"says offset 0x{dump[1]} where 0x{len(data):x} bytes came before", number)
            text = dump[2].strip(" ").partition("  ")[0]  # behind two blanks stand the same bytes as characters
        try:
            data += bytes.fromhex(text)
        except ValueError as error:
            raise BrokenSample("is no line of hexadecimal digits", number) from error
    return bytes(data)


def from_recipe(raw: bytes) -> Built:
    """Put a sample together.

    Raises:
        BrokenSample: the recipe has a mistake.
    """
    try:
        text = raw.decode("utf-8")
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line ([0-9]+), column [0-9]+\)", str(error))
        raise BrokenSample(f"is no TOML: {error}", None if found is None else int(found[1])) from error
    except RecursionError as error:
        raise BrokenSample("is nested too deep") from error
    except UnicodeDecodeError as error:
        raise BrokenSample(f"is not UTF-8 (byte {error.start})", raw.count(b"\n", 0, error.start) + 1) from error
    try:
        return _from_content(content)
    except BrokenSample as broken:
        broken.line = broken.line or _line_of(broken.key, text)
        raise


def _line_of(key: str, text: str) -> int | None:
    """Where one line alone can have set the key: the library tells none."""
    form = re.compile(rf'\s*(?:"?{re.escape(key)}"?\s*=|\[+(?:[\w.]+\.)?{re.escape(key)}\]+)')
    lines = [number for number, line in enumerate(text.split("\n"), 1) if key and form.match(line)]
    return lines[0] if len(lines) == 1 else None


def _from_content(content: Mapping[str, object]) -> Built:
    _only(content, ("filename", "externals", "piece"), "a recipe")
    filename = content.get("filename", _DEFAULT_NAME)
    if not isinstance(filename, str):
        raise BrokenSample("has a filename that is no text", key="filename")
    externals = content.get("externals", {})
    if not isinstance(externals, dict) or not all(isinstance(one, str | int | float) for one in externals.values()):
        raise BrokenSample("has externals that are no table of texts, numbers and truth values", key="externals")
    return Built(_pieces(content.get("piece"), 0), filename, MappingProxyType(externals))


def _pieces(pieces: object, depth: int) -> bytes:
    if depth > _DEEPEST:
        raise BrokenSample(f"has pieces in pieces, more than {_DEEPEST} deep")
    if not isinstance(pieces, list) or not pieces:
        raise BrokenSample("has no [[piece]]")
    data = bytearray()
    for piece in pieces:
        data += _piece(piece, depth)
        _refuse_too_large(len(data))
    return bytes(data)


def _piece(piece: object, depth: int, also: tuple[str, ...] = ()) -> bytes:
    if not isinstance(piece, dict):
        raise BrokenSample("has a piece that is no table: write [[piece]]", key="piece")
    content = cast("Mapping[str, object]", piece)
    _only(content, (*_SOURCES, "piece", "zip", "repeat", "xor", "base64", *also), "a piece")
    sources = [key for key in (*_SOURCES, "piece", "zip") if key in content]
    if len(sources) != 1:
        raise BrokenSample(f"has a piece that does not hold exactly one of {', '.join(_SOURCES)}, piece and zip")
    source, value = sources[0], content[sources[0]]
    if source == "piece":
        data = _pieces(value, depth + 1)
    elif source == "zip":
        data = _zip(value, depth + 1)
    elif isinstance(value, str):
        data = _SOURCES[source](value)
    else:
        raise BrokenSample(f"has a {source} that is no text", key=source)
    repeat = content.get("repeat", 1)
    if type(repeat) is not int or repeat < 0:
        raise BrokenSample("has a repeat that is no number, 0 or more", key="repeat")
    _refuse_too_large(len(data) * repeat)
    data *= repeat
    if "xor" in content:
        data = _xor(data, content["xor"])
    if "base64" in content:
        if type(content["base64"]) is not bool:
            raise BrokenSample("has a base64 that is neither true nor false", key="base64")
        data = base64.b64encode(data) if content["base64"] else data
    return data


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise BrokenSample(f"has a hex {text[:40]!r} of something else than hexadecimal digits", key="hex") from error


_SOURCES: Mapping[str, Callable[[str], bytes]] = MappingProxyType(
    {"text": str.encode, "utf16": lambda text: text.encode("utf-16-le"), "hex": _hex}
)


def _xor(data: bytes, key: object) -> bytes:
    """With a byte, or with the bytes of hexadecimal digits again and again."""
    if isinstance(key, str) and (octets := _hex(key)):
        return bytes(one ^ other for one, other in zip(data, cycle(octets), strict=False))
    if type(key) is not int or not 0 <= key <= 0xFF:
        raise BrokenSample(
            "has an xor that is neither a byte from 0 to 255 nor hexadecimal digits of several", key="xor"
        )
    return data.translate(bytes(value ^ key for value in range(256)))


def _zip(members: object, depth: int) -> bytes:
    """An archive, the same bytes each time."""
    if depth > _DEEPEST:
        raise BrokenSample(f"has pieces in pieces, more than {_DEEPEST} deep")
    if not isinstance(members, list):
        raise BrokenSample("has a zip that is no list of tables: write [[piece.zip]]", key="zip")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in members:
            data = _piece(member, depth, ("name", "stored"))
            name, stored = member.get("name"), member.get("stored", False)
            if not isinstance(name, str) or not name or type(stored) is not bool:
                raise BrokenSample("has a member of a zip without a name, or whose stored is neither true nor false")
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.create_system = 3  # or the bytes would depend on the machine
            archive.writestr(about, data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _only(content: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    for key in content:
        if key not in known:
            raise BrokenSample(f"has {key!r}, which is no key of {where}; they are: {', '.join(known)}", key=key)


def _refuse_too_large(size: int) -> None:
    if size > LARGEST:
        raise BrokenSample(f"comes to more than {LARGEST:,} bytes")
