"""Opening an exhibit: from the files that hold it to its media, and to what it says of itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cyberforensics.disk import ewf, host, locator
from cyberforensics.disk.media import Media, RawMedia, VfsMedia
from cyberforensics.disk.source import Source
from cyberforensics.errors import EvidenceError
from cyberforensics.model.evidence import Container, Evidence, Segment, StoredDigest
from cyberforensics.model.names import display_name, display_text
from cyberforensics.model.problem import Problem
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

    Raises:
        EvidenceError: it can't be opened; `code` says why.
    """
    if source.container.is_logical:
        return _logical(source)
    outer = locator.node("OS", location=f"evidence:{source.exhibit}/{display_segment(source.paths[0])}")
    if source.container in (Container.RAW, Container.SPLIT_RAW):
        media: Media = _raw(source)
        layer = locator.node("RAW", outer) if source.container is Container.SPLIT_RAW else outer
        return _opened(source, media, layer)
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
    return _opened(source, _through_dfvfs(source, layer), layer)


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
        if _needs_parent(source):
            raise EvidenceError(
                f"{display_text(path.name)}: a differencing image, which holds only what changed against its parent",
                code="evidence.parent-missing",
                hint="put the parent image into the same folder under the name that this one expects",
            ) from error
        raise EvidenceError(
            f"{display_text(path.name)}: the {source.container} container could not be opened; it is damaged, "
            "cut short, or of a variant that is not supported",
            hint="compare its size and digest with the acquisition's record",
        ) from error
    return media


def _needs_parent(source: Source) -> bool:
    """Whether a virtual disk says of itself that it is a differencing one (VHD disk type 4; QCOW backing file)."""
    with source.paths[0].open("rb") as file:
        head = file.read(512)
    if source.container is Container.VHD:
        return int.from_bytes(head[60:64], "big") == 4
    if source.container is Container.QCOW:
        return int.from_bytes(head[8:16], "big") != 0
    if source.container is Container.VMDK:
        return b"parentCID=" in head and b"parentcid=ffffffff" not in head.lower()
    return False


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
