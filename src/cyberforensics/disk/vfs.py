"""dfVFS: the layers that TSK does not know, and the file systems that it does not read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cyberforensics.disk import locator
from cyberforensics.disk.media import Media, VfsMedia
from cyberforensics.disk.source import Source
from cyberforensics.errors import EvidenceError


def trouble() -> tuple[type[Exception], ...]:
    """What dfVFS and the libyal readers below it raise on evidence that they can't read."""
    from dfvfs.lib import errors

    return (OSError, RuntimeError, ValueError, TypeError, AttributeError, KeyError, MemoryError, errors.Error)


@dataclass(frozen=True, slots=True)
class InnerVolume:
    """A logical volume of LVM, or a volume of an APFS container."""

    location: str
    index: int
    size: int | None
    label: str | None
    locked: bool
    snapshots: int


def specification(source: Source, layer: locator.Node) -> Any:  # noqa: ANN401 - dfVFS has no types
    """The dfVFS path specification of a layer, with this host's paths in it."""
    root = source.paths[0]
    return locator.path_spec(locator.resolve(layer, {source.exhibit: root}))


def open_media(source: Source, layer: locator.Node) -> VfsMedia | None:
    """The bytes of a layer; None where it can't be opened."""
    from dfvfs.resolver import context, resolver

    try:
        opened = resolver.Resolver.OpenFileObject(specification(source, layer), resolver_context=context.Context())
        return None if opened is None else VfsMedia(opened)
    except trouble():
        return None


def open_file_system(source: Source, layer: locator.Node) -> Any:  # noqa: ANN401 - dfVFS has no types
    """The dfVFS file system at a layer, and the context that keeps it alive.

    Raises:
        OSError: it can't be opened.
    """
    from dfvfs.resolver import context, resolver

    if layer["type_indicator"] == "OS":
        # dfVFS answers with an OS path where it recognises nothing: walking that walks the examiner's own disk.
        raise OSError("not a file system of the evidence")
    try:
        return resolver.Resolver.OpenFileSystem(specification(source, layer), resolver_context=context.Context())
    except trouble() as error:
        raise OSError("the file system could not be opened") from error


def opens(source: Source, layer: locator.Node) -> bool:
    """Whether the file system at a layer opens and has a root."""
    try:
        return open_file_system(source, layer).GetRootFileEntry() is not None
    except trouble():
        return False


def inner_volumes(source: Source, layer: locator.Node) -> tuple[InnerVolume, ...]:
    """The volumes of a volume system of dfVFS's; empty where it can't be read."""
    try:
        root = open_file_system(source, layer).GetRootFileEntry()
        return tuple(_inner_volumes(root))
    except trouble():
        return ()


def _inner_volumes(root: Any) -> Iterator[InnerVolume]:  # noqa: ANN401 - dfVFS has no types
    for number, found in enumerate(root.sub_file_entries):
        specified = found.path_spec
        volume = found.GetAPFSVolume() if hasattr(found, "GetAPFSVolume") else None
        label = getattr(volume, "name", None) if volume is not None else found.name
        yield InnerVolume(
            location=specified.location,
            index=number if specified.volume_index is None else specified.volume_index,
            size=min(found.size, (1 << 63) - 1),  # libvslvm multiplies what it finds
            label=label,
            locked=bool(volume.is_locked()) if volume is not None else False,
            snapshots=int(getattr(volume, "number_of_snapshots", 0)) if volume is not None else 0,
        )


def shadow_copies(media: Media) -> int | None:
    """How many shadow copies an NTFS volume holds; None where their catalogue can't be read."""
    import pyvshadow

    try:
        volume = pyvshadow.volume()
        volume.open_file_object(MediaFile(media))
        return int(volume.number_of_stores)
    except trouble():
        return None


class MediaFile:
    """Our media as the file-like object that the libyal readers take."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._offset = 0

    def read(self, size: int = -1) -> bytes:
        """Read from where it stands."""
        wanted = self._media.size - self._offset if size < 0 else size
        data = self._media.read_at(self._offset, max(0, wanted))
        self._offset += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move."""
        self._offset = (0, self._offset, self._media.size)[whence] + offset
        return self._offset

    def tell(self) -> int:
        """Where it stands."""
        return self._offset

    def get_offset(self) -> int:
        """Where it stands, as libyal asks."""
        return self._offset

    def get_size(self) -> int:
        """Bytes."""
        return self._media.size


def open_stream(source: Source, layer: locator.Node) -> Any:  # noqa: ANN401 - dfVFS has no types
    """A content as dfVFS reads it.

    Raises:
        OSError: it can't be opened.
    """
    from dfvfs.resolver import context, resolver

    try:
        opened = resolver.Resolver.OpenFileObject(specification(source, layer), resolver_context=context.Context())
    except EvidenceError as error:
        raise OSError("the content could not be opened") from error
    except trouble() as error:
        raise OSError("the content could not be opened") from error
    if opened is None:
        raise OSError("the content could not be opened")
    return opened
