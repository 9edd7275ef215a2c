"""A rule pack as it lies on disk: a folder, with or without ``pack.toml``, or one file."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from cyberforensics.errors import RulePackError
from cyberforensics.model.names import display_name
from cyberforensics.rules.manifest import MANIFEST, PackManifest, read_manifest
from cyberforensics.rules.rule_file import SUFFIXES, Defect, RuleFile, read, shown

SAMPLES = "tests"
"""Folder of a pack with a manifest that holds samples: what looks like a rule there is none."""

_CHECKOUT = Path(__file__).parents[3] / "rules"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack, read and not yet compiled."""

    folder: Path
    manifest: PackManifest
    manifest_raw: bytes | None
    """The bytes of ``pack.toml``; None where there is none."""
    members: tuple[Path, ...]
    """Rule files that lie in it."""
    files: Mapping[Path, RuleFile]
    """Members that could be read, and what they include from anywhere."""
    defects: Mapping[Path, Defect]
    """Of what could not be read."""

    @property
    def name(self) -> str:
        """As the manifest says, else as its folder or file is called."""
        return self.manifest.name

    def name_of(self, path: Path) -> str:
        """The file's name in the pack, in display form, with slashes."""
        relative = os.path.relpath(path, self.folder)
        return "/".join(display_name(os.fsencode(part)) for part in Path(relative).parts)

    def namespace_of(self, path: Path) -> str:
        """The file's name in the pack without its extension."""
        return self.name_of(path.with_suffix(""))

    def digest(self) -> str:
        """SHA-256 over the files' names and contents, each with its length before it, in the order of names.

        ``pack.toml`` is one of the files: what it says of externals and severities decides about findings, too.
        """
        total = hashlib.sha256()
        contents = {
            os.fsencode(os.path.relpath(path, self.folder)): self.files[path].raw if path in self.files else b""
            for path in (*self.members, *self.files)
        }
        if self.manifest_raw is not None:
            contents[MANIFEST.encode()] = self.manifest_raw
        for name, content in sorted(contents.items()):
            for part in (name, content):
                total.update(len(part).to_bytes(8, "big") + part)
        return total.hexdigest()

    def heads(self, broken: AbstractSet[Path]) -> tuple[Path, ...]:
        """The files to compile on their own: what another file includes is part of that file.

        A file that only includes others of the pack is an index: they stand without it, each in its own
        namespace. What only a broken file includes stands alone again.
        """
        usable = {path for path in self.members if path in self.files and path not in broken}
        indexes = {
            path
            for path in usable
            if self.files[path].is_index and all(step.target in self.members for step in self.files[path].includes)
        }
        included = {step.target for path in usable - indexes for step in self.files[path].includes}
        heads = [path for path in self.members if path in usable - indexes - included]
        reached = set(self.closure(heads))
        # Files that include each other in a circle have no head: the first stands for it, and the compiler
        # complains.
        for path in self.members:
            if path in usable - indexes and path not in reached:
                heads.append(path)
                reached |= set(self.closure([path]))
        return tuple(sorted(heads))

    def closure(self, paths: Iterable[Path]) -> Iterator[Path]:
        """The files, and all that they include, once each."""
        waiting, seen = list(paths), set[Path]()
        while waiting:
            path = waiting.pop()
            if path in seen or path not in self.files:
                continue
            seen.add(path)
            yield path
            waiting.extend(step.target for step in self.files[path].includes)


def read_pack(path: Path) -> Pack:
    """Read a pack folder or a single rule file.

    Raises:
        RulePackError: there is no rule file, or the manifest is malformed.
    """
    if path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise RulePackError(f"{shown(path)} is no rule file: its name ends neither in .yar nor in .yara.")
        return assemble(path.parent, (path,), PackManifest(display_name(os.fsencode(path.stem))))
    if not path.is_dir():
        raise RulePackError(f"There is no rule pack at {shown(path)}.")
    members = tuple(sorted(_rule_files(path)))
    if not members:
        raise RulePackError(f"The rule pack {shown(path)} holds no .yar or .yara file.")
    folder_name = display_name(os.fsencode(path.resolve().name))
    raw = _manifest_bytes(path / MANIFEST)
    manifest = PackManifest() if raw is None else read_manifest(raw, shown(path / MANIFEST))
    return assemble(path, members, replace(manifest, name=manifest.name or folder_name), raw)


def assemble(
    folder: Path,
    members: tuple[Path, ...],
    manifest: PackManifest,
    manifest_raw: bytes | None = None,
    read_file: Callable[[Path], RuleFile | Defect] = read,
) -> Pack:
    """Read the members of a pack and all that they include, from the disk or from anywhere else."""
    files: dict[Path, RuleFile] = {}
    defects: dict[Path, Defect] = {}
    waiting = list(members)
    while waiting:
        path = waiting.pop()
        if path in files or path in defects:
            continue
        found = read_file(path)
        if isinstance(found, Defect):
            defects[path] = found
        else:
            files[path] = found
            waiting.extend(step.target for step in found.includes)
    return Pack(folder, manifest, manifest_raw, members, files, defects)


def _rule_files(folder: Path) -> Iterator[Path]:
    has_samples = (folder / MANIFEST).exists()
    for place, folders, names in os.walk(folder, followlinks=False, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if has_samples and Path(place) == folder and SAMPLES in folders:
            folders.remove(SAMPLES)
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(place, name)


def _refuse(error: OSError) -> None:
    raise RulePackError(f"The folder {shown(Path(error.filename))} of a rule pack can't be read ({error.strerror}).")


def _manifest_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RulePackError(f"The manifest {shown(path)} can't be read ({error.strerror}).") from error


def shipped_packs() -> tuple[Path, ...]:
    """The packs that come with the product: inside the installed package, else beside the sources."""
    installed = Path(str(resources.files("cyberforensics"))) / "packs"
    folder = installed if installed.is_dir() else _CHECKOUT
    return tuple(sorted(path.parent for path in folder.glob(f"*/{MANIFEST}")))
