"""Building a pack into one file: locked, signed, and the same bytes for the same input."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import rules, signing
from cyberforensics.errors import RulePackError, UsageError
from cyberforensics.model.versions import PRODUCT, product_version
from cyberforensics.replacing import replacing
from cyberforensics.rules.archive import archive_bytes, lock_pack
from cyberforensics.rules.engines import ENGINES
from cyberforensics.rules.packs import read_pack


@dataclass(frozen=True, slots=True)
class Built:
    """What was built."""

    path: Path
    pack: str
    version: str
    rules: int
    files: int
    sha256: str
    """Of the archive."""
    engines: tuple[str, ...]
    """What compiled it."""
    key: str | None
    """Fingerprint of the key that signed it."""


def build(
    folder: Path, path: Path, key: signing.Key | None, counter: Callable[[str, int, int], None] = lambda *_: None
) -> Built:
    """Compile a pack with every engine that it is for, lock it, sign it, write it.

    `counter` is told what is under way, how much of it is done, and how much there is.

    Raises:
        RulePackError: an engine that the pack is for can't compile it, or a file can't be built in.
        UsageError: the archive would lie in the pack.
        CannotWrite: it can't be written.
    """
    counter("reading the pack", 0, 0)
    pack = read_pack(folder)
    if path.resolve().is_relative_to(pack.folder.resolve()) and folder.is_dir():
        raise UsageError(f"{path}: lies in the pack that is built", hint="write it somewhere else")
    engines = [engine for engine in ENGINES if not pack.manifest.engines or engine.name in pack.manifest.engines]
    loaded: list[rules.RuleSet] = []
    for engine in engines:
        counter("engines that compiled the pack", len(loaded), len(engines))
        loaded.append(rules.load([folder], engine=engine.name))
    counter("writing the archive", 0, 0)
    versions = tuple(one.engine for one in loaded)
    files, lock = lock_pack(pack, versions, f"{PRODUCT} {product_version()}")
    signature = None if key is None else signing.sign(key, lock, rules.NAMESPACE)
    content = archive_bytes(files, lock, signature)
    if len(content) > rules.LARGEST_ARCHIVE:
        raise RulePackError(f"{folder}: the archive would have more than {rules.LARGEST_ARCHIVE:,} bytes")
    with replacing(path) as out:
        out.write(content)
    return Built(
        path=path,
        pack=pack.name,
        version=pack.manifest.version,
        rules=loaded[0].packs[0].rules,
        files=len(files),
        sha256=hashlib.sha256(content).hexdigest(),
        engines=versions,
        key=None if key is None else key.fingerprint,
    )
