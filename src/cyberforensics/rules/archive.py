"""A built pack: one file with the texts of its rules, locked by a manifest, the same bytes for the same input.

A ZIP archive without compression, whose bytes are decided by its contents alone (APPNOTE.TXT 6.3: local headers,
central directory, end record): a changed byte anywhere makes another archive than the manifest locks, and is refused.
Only texts are in it. Compiled rules are code, and are never taken from anybody.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from cyberforensics.errors import RulePackError
from cyberforensics.model.names import display_text
from cyberforensics.rules.manifest import MANIFEST, PackManifest, read_manifest
from cyberforensics.rules.packs import Pack, assemble
from cyberforensics.rules.rule_file import SUFFIXES, Defect, RuleFile, from_bytes, shown

FORMAT = "cyberforensics rule pack 1"
LOCK = "manifest.json"
SIGNATURE = "manifest.json.sig"
NAMESPACE = "cyberforensics-rules"
"""Of the signature: made for this, it is worth nothing for anything else."""

LARGEST = 1 << 30
"""Bytes of an archive."""
_BEGIN = b"PK\x03\x04"
_ALSO = ("LICENSE", "LICENCE", "NOTICE", "README")


@dataclass(frozen=True, slots=True)
class Archive:
    """A built pack that could be read, and whose contents are those that its manifest locks."""

    path: Path
    sha256: str
    lock: bytes
    """The bytes of the manifest: what is signed."""
    signature: str | None
    files: Mapping[str, bytes]
    """The pack's files by name."""
    signed_by: str | None = None
    """Fingerprint of the key whose signature was verified; nobody has done so where it is None."""


def is_archive(path: Path) -> bool:
    """Whether a file begins as an archive does."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_BEGIN)) == _BEGIN
    except OSError:
        return False


def lock_pack(pack: Pack, engines: Sequence[str], builder: str) -> tuple[dict[str, bytes], bytes]:
    """The files of a pack by name, and the manifest that locks them.

    Args:
        engines: name and version of each that compiled the pack.
        builder: name and version of this program.

    Raises:
        RulePackError: a file can't be read, lies outside the pack, or has a name that is no text.
    """
    if pack.defects:
        raise RulePackError(
            f"{len(pack.defects)} of the rule files can't be used.", details=tuple(map(str, pack.defects.values()))
        )
    files = {_name_in(pack, path): pack.files[path].raw for path in sorted({*pack.members, *pack.files})}
    if pack.manifest_raw is not None:
        files[MANIFEST] = pack.manifest_raw
        for path in sorted(pack.folder.iterdir()):
            if path.is_file() and path.stem in _ALSO and path.suffix.lower() not in SUFFIXES:
                files[_name_in(pack, path)] = path.read_bytes()
    by_name = {_name_in(pack, path): file for path, file in pack.files.items()}
    content = {
        "format": FORMAT,
        "pack": {"name": pack.name, "version": pack.manifest.version, "sha256": pack.digest()},
        "built_by": builder,
        "engines": list(engines),
        "files": [_locked(name, data, by_name.get(name)) for name, data in sorted(files.items())],
    }
    return files, (json.dumps(content, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def _locked(name: str, data: bytes, file: RuleFile | None) -> dict[str, object]:
    about: dict[str, object] = {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    if file is not None:
        about["rules"] = [{"name": rule.name, "line": rule.line, "sha256": file.digest_of(rule)} for rule in file.rules]
    return about


def _name_in(pack: Pack, path: Path) -> str:
    try:
        name = path.relative_to(pack.folder).as_posix()
        name.encode("utf-8")
    except ValueError as error:  # an encoding error is one, too
        raise RulePackError(
            f"{shown(path)}: can't be built into the pack: it lies outside its folder, or its name is not UTF-8"
        ) from error
    return name


def archive_bytes(files: Mapping[str, bytes], lock: bytes, signature: str | None) -> bytes:
    """The archive: its manifest first, then the signature, then the files in the order of their names."""
    members = [(LOCK, lock)]
    if signature is not None:
        members.append((SIGNATURE, signature.encode("ascii")))
    members += sorted(files.items())
    out, central = bytearray(), bytearray()
    for name, data in members:
        raw = name.encode("utf-8")
        # version 2.0, names in UTF-8, stored, 1980-01-01 00:00
        common = struct.pack("<HHHHHIII", 20, 0x800, 0, 0, 0x21, zlib.crc32(data), len(data), len(data))
        central += struct.pack("<4sH", b"PK\x01\x02", 0x314) + common
        central += struct.pack("<HHHHHII", len(raw), 0, 0, 0, 0, 0o100644 << 16, len(out)) + raw
        out += struct.pack("<4s", _BEGIN) + common + struct.pack("<HH", len(raw), 0) + raw + data
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(members), len(members), len(central), len(out), 0)
    return bytes(out + central + end)


def read_archive(path: Path) -> Archive:
    """Read an archive, and hold every file against the manifest. Its signature is not verified here.

    Raises:
        RulePackError: it can't be read, or a byte of it is not what the manifest locks.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise _Refused(f"it has more than {LARGEST:,} bytes")
        raw = path.read_bytes()
        members = _members(raw)
        lock, signature = members.pop(LOCK, b""), members.pop(SIGNATURE, None)
        armoured = None if signature is None else signature.decode("ascii")
        if archive_bytes(members, lock, armoured) != raw:
            raise _Refused("it is not as it was built")
        _hold_against(lock, members)
    except OSError as error:
        raise RulePackError(f"{shown(path)}: can't be read ({error.strerror})") from error
    except (_Refused, *_NO_ARCHIVE) as error:
        why = str(error) if isinstance(error, _Refused) else "it is damaged, or no built rule pack"
        raise RulePackError(f"{shown(path)}: {why}", hint="build the pack again, or fetch it again") from error
    return Archive(path, hashlib.sha256(raw).hexdigest(), lock, armoured, MappingProxyType(members))


class _Refused(Exception):
    pass


_NO_ARCHIVE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error)
"""What reading something else as an archive, or as a manifest, ends in."""


def _members(raw: bytes) -> dict[str, bytes]:
    """The files as `archive_bytes` writes them; whether it is all as it writes it, the caller checks."""
    members: dict[str, bytes] = {}
    place = 0
    while raw[place : place + len(_BEGIN)] == _BEGIN:
        size, length = struct.unpack_from("<IH", raw, place + 22)
        begin = place + 30 + length
        name = raw[place + 30 : begin].decode("utf-8")
        if name in members or begin + size > len(raw):
            raise _Refused("it is not as it was built")
        members[name] = raw[begin : begin + size]
        place = begin + size
    for name in members:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\\" in name or "/".join(parts) != name:
            raise _Refused(f"it has a file of the name {display_text(name)!r}")
    return members


def _hold_against(lock: bytes, files: Mapping[str, bytes]) -> None:
    content = json.loads(lock)
    if content["format"] != FORMAT:
        raise _Refused(f"it is of a form that this version does not know: {display_text(str(content['format']))}")
    locked = {about["name"]: about for about in content["files"]}
    for name in sorted(locked.keys() | files.keys()):
        data = files.get(name)
        if name not in locked or data is None or hashlib.sha256(data).hexdigest() != locked[name]["sha256"]:
            raise _Refused(f"{display_text(name)} is not what the manifest locks")
    for name, about in locked.items():
        if "rules" in about:
            file = from_bytes(Path(name), files[name])
            digests = [] if isinstance(file, Defect) else [file.digest_of(rule) for rule in file.rules]
            if digests != [rule["sha256"] for rule in about["rules"]]:
                raise _Refused(f"the rules of {display_text(name)} are not those that the manifest locks")


def pack_of(archive: Archive) -> Pack:
    """The pack in an archive, its files below the archive's path; nothing outside is ever read."""
    folder = archive.path

    def read(path: Path) -> RuleFile | Defect:
        raw = archive.files.get(path.relative_to(folder).as_posix()) if path.is_relative_to(folder) else None
        return Defect(path, "is not in the archive") if raw is None else from_bytes(path, raw)

    members = tuple(sorted(folder / name for name in archive.files if name.lower().endswith(SUFFIXES)))
    manifest_raw = archive.files.get(MANIFEST)
    manifest = PackManifest() if manifest_raw is None else read_manifest(manifest_raw, f"{shown(folder)}/{MANIFEST}")
    name = manifest.name or str(json.loads(archive.lock)["pack"]["name"])
    return assemble(folder, members, replace(manifest, name=name), manifest_raw, read)
