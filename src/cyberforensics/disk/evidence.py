"""Opening an exhibit: from the files that hold it to its media, and to what it says of itself."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cyberforensics.disk import ewf, host, locator, tsk, virtual_disks
from cyberforensics.disk.device import DeviceState
from cyberforensics.disk.device_facts import describe
from cyberforensics.disk.media import Media, RawMedia, VfsMedia
from cyberforensics.disk.partition_tables import read_tables
from cyberforensics.disk.signatures import recognise
from cyberforensics.disk.source import IMAGE_EXTENSIONS, Source
from cyberforensics.disk.zip_records import find_end
from cyberforensics.errors import EvidenceError
from cyberforensics.model.evidence import Container, Evidence, Segment, StoredDigest
from cyberforensics.model.names import display_name, display_text
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume, VolumeStatus

_DFVFS_TYPES: Mapping[Container, str] = MappingProxyType(
    {
        Container.QCOW: "QCOW",
        Container.VHD: "VHDI",
        Container.VHDX: "VHDI",
        Container.VMDK: "VMDK",
        Container.DMG: "MODI",
        Container.PARALLELS: "PHDI",
    }
)
_CONTAINER_EXTENSIONS = frozenset({".vhd", ".vhdx", ".vmdk", ".qcow", ".qcow2", ".dmg", ".e01", ".ex01", ".s01"})
_FLAT_EXTENT = re.compile(r"-(flat|f\d+)\.vmdk$")
_FIXED_BLOCKS = 64
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class OpenEvidence:
    """An exhibit that can be read in this process."""

    evidence: Evidence
    source: Source
    media: Media | None
    """None for logical evidence."""
    layer: locator.Node
    """The locator of the media, with ``evidence:`` in place of the host's path."""
    problems: tuple[Problem, ...] = ()


def open_evidence(source: Source) -> OpenEvidence:
    """Open the container read-only.

    A file that nothing says is an image (no container's signature, partition table or file system, and no image's
    extension) is opened as logical evidence: one file of the host.

    Raises:
        EvidenceError: it can't be opened; `code` says why.
    """
    if source.container.is_logical:
        return _logical(source)
    if source.device is not None:
        return _device(source, source.device)
    outer = locator.node("OS", location=f"evidence:{source.exhibit}/{display_segment(source.paths[0])}")
    if source.container in (Container.RAW, Container.SPLIT_RAW):
        media = _raw(source)
        if source.container is Container.RAW and not _is_image(source.paths[0], media):
            return _one_file(source)
        problems = tuple(_misnamed(source.paths[0]))
        layer = locator.node("RAW", outer) if source.container is Container.SPLIT_RAW else outer
        return _opened(source, media, layer, problems=problems)
    if source.container is Container.ZIP:
        media = _raw(source)
        end = find_end(media.read_at, media.size)
        if end is None:
            return _without_directory(source)
        comment = () if not end.comment else (("comment", display_text(_decoded(end.comment))),)
        return _opened(source, media, outer, metadata=comment)
    if source.container is Container.EWF:
        layer = locator.node("EWF", outer)
        try:
            image = ewf.EwfImage.open(source.paths)
        except ewf.NotCovered:
            return _opened(source, _through_dfvfs(source, layer), layer)
        return _opened(
            source,
            image,
            layer,
            sector_size=image.sector_size,
            stored=image.stored_digests,
            metadata=image.metadata,
            guid=image.set_identifier,
            problems=tuple(image.problems),
        )
    layer = locator.node(_DFVFS_TYPES[source.container], outer)
    problems = tuple(virtual_disks.own_snapshots(source.paths[0], source.container))
    return _opened(source, _through_dfvfs(source, layer), layer, problems=problems)


def _without_directory(source: Source) -> OpenEvidence:
    opened = _logical(replace(source, container=Container.FILE))
    message = (
        "it begins as a ZIP archive does, and no directory of its members was found: it is cut short or damaged; it "
        "was examined as one file, and none of its members was opened"
    )
    return replace(opened, problems=(Problem(Stage.OPEN, "evidence.structure-damaged", message),))


def _decoded(comment: bytes) -> str:
    """Of no stated encoding: what is no UTF-8 is shown byte by byte."""
    return comment.decode("utf-8", "surrogateescape")


def _device(source: Source, state: DeviceState) -> OpenEvidence:
    """Locators name no file: in place of ``evidence:ID`` stands the device, or an image of it."""
    layer = locator.node("OS", location=f"evidence:{source.exhibit}")
    facts = describe(state)
    opened = _opened(source, _raw(source), layer, sector_size=facts.logical_sector_size)
    problems = []
    if state.in_use or not state.read_only:
        how = ["it was not read-only at the kernel"] * (not state.read_only) + ["it was in use"] * bool(state.in_use)
        message = f"the device might be written to while it was read, which was accepted: {' and '.join(how)}"
        problems.append(Problem(Stage.OPEN, "evidence.device-writable", message, Severity.INFO))
    return replace(opened, evidence=replace(opened.evidence, segments=(), device=facts), problems=tuple(problems))


def _is_image(path: Path, media: Media) -> bool:
    """Whether its name or its content says that a file without a container's signature is an image."""
    if path.suffix.lower() in IMAGE_EXTENSIONS:
        return True
    try:
        tsk.FileSystem(media)
    except OSError:
        pass
    else:
        return True
    signature = recognise(media)
    if signature is not None and signature.is_certain:
        return True
    # a saved boot sector has a table, too; its partitions lie elsewhere
    return any(slot.offset < media.size for table in read_tables(media, None) for slot in table.slots)


def _misnamed(path: Path) -> Iterator[Problem]:
    """A container's extension on what has no container's signature: raw bytes, or a container that lost its end."""
    extension = path.suffix.lower()
    if extension in _CONTAINER_EXTENSIONS and not _FLAT_EXTENT.search(path.name.lower()):
        yield Problem(
            Stage.OPEN,
            "evidence.structure-damaged",
            f"the name ends in {extension}, but the content has no mark of such a container: it was read as raw "
            "bytes; if it is one, its beginning or its end is missing",
            Severity.INFO,
        )


def _one_file(source: Source) -> OpenEvidence:
    opened = _logical(replace(source, container=Container.FILE))
    problem = Problem(
        Stage.OPEN,
        "evidence.examined-as-file",
        "no container, partition table or file system was recognised in it: it was examined as one file",
        Severity.INFO,
    )
    return replace(opened, problems=(problem,))


def display_segment(path: Path) -> str:
    """A segment's own name; how it is spelled in a locator."""
    return path.name


def _opened(
    source: Source,
    media: Media,
    layer: locator.Node,
    *,
    sector_size: int | None = None,
    stored: tuple[StoredDigest, ...] = (),
    metadata: tuple[tuple[str, str], ...] = (),
    guid: str = "",
    problems: tuple[Problem, ...] = (),
) -> OpenEvidence:
    digest = next((f"{stated.algorithm}={stated.value}" for stated in stored), "")
    identity = f"{guid} {digest}".strip() if digest else f"blocks-sha256={_fixed_blocks(media)}"
    evidence = Evidence(
        exhibit=source.exhibit,
        container=source.container,
        segments=tuple(
            Segment(display_name(path.name.encode(errors="surrogateescape")), path.stat().st_size)
            for path in source.paths
        ),
        media_size=media.size,
        sector_size=sector_size,
        stored_digests=stored,
        identity=f"media of {media.size} bytes, {identity}",
        container_metadata=metadata,
    )
    return OpenEvidence(evidence, source, media, layer, problems)


def _logical(source: Source) -> OpenEvidence:
    path = source.paths[0]
    segments = () if path.is_dir() else (Segment(_shown(path), path.stat().st_size),)
    evidence = Evidence(
        exhibit=source.exhibit,
        container=source.container,
        segments=segments or (Segment(_shown(path), 0),),
        media_size=None,
        sector_size=None,
    )
    name = "" if path.is_dir() else path.name
    layer = locator.node("OS", location=f"evidence:{source.exhibit}/{name}".rstrip("/"))
    return OpenEvidence(evidence, source, None, layer)


def with_identity(opened: OpenEvidence, leave_out: Path | None) -> Evidence:
    """The evidence with its identity; that of a folder costs a walk, so it is not computed when it is opened."""
    if opened.media is not None:
        return opened.evidence
    volume = Volume(opened.evidence.exhibit, "host", None, None, "host", VolumeStatus.OPENED)
    listing = host.listing_digest(host.walk(opened.source.paths[0], volume, leave_out=leave_out))
    return replace(opened.evidence, identity=f"listing-sha256={listing}")


def _shown(path: Path) -> str:
    return display_name(path.absolute().name.encode(errors="surrogateescape"))


def _raw(source: Source) -> RawMedia:
    try:
        return RawMedia(source.paths)
    except OSError as error:
        raise EvidenceError(f"{source.paths[0]}: cannot be read ({error.strerror})") from error


def _through_dfvfs(source: Source, layer: locator.Node) -> VfsMedia:
    from dfvfs.lib import errors as dfvfs_errors
    from dfvfs.resolver import context, resolver

    path = source.paths[0]
    resolved = locator.resolve(layer, {source.exhibit: path.parent})
    try:
        opened: Any = resolver.Resolver.OpenFileObject(locator.path_spec(resolved), resolver_context=context.Context())
        media = VfsMedia(opened)
        media.read_at(0, 512)
    except (OSError, RuntimeError, ValueError, AttributeError, dfvfs_errors.Error) as error:
        raise EvidenceError(
            f"{display_text(path.name)}: the {source.container} container could not be opened; it is damaged, "
            "cut short, or of a variant that is not supported",
            hint="compare its size and digest with the acquisition's record",
        ) from error
    return media


def _fixed_blocks(media: Media) -> str:
    """SHA-256 of blocks at fixed places, the first and the last among them: cheap, and equal for a copy."""
    digest = hashlib.sha256(str(media.size).encode())
    last = max(0, media.size - _BLOCK)
    for number in range(_FIXED_BLOCKS):
        place = last * number // (_FIXED_BLOCKS - 1)
        try:
            digest.update(media.read_at(place, _BLOCK))
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()
