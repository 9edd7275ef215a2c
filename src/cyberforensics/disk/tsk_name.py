"""One name that TSK lists, and whether the record behind it is its own."""

from dataclasses import dataclass
from typing import Any

from cyberforensics.disk.listing import Directory, OwnRecord
from cyberforensics.disk.tsk import FileSystem, pytsk3
from cyberforensics.model.entry import Kind, NameState

UNALLOCATED_RECORD = int(pytsk3.TSK_FS_META_FLAG_UNALLOC)
NAME_KINDS = {
    int(pytsk3.TSK_FS_NAME_TYPE_DIR): Kind.DIRECTORY,
    int(pytsk3.TSK_FS_NAME_TYPE_VIRT_DIR): Kind.DIRECTORY,
    int(pytsk3.TSK_FS_NAME_TYPE_REG): Kind.FILE,
    int(pytsk3.TSK_FS_NAME_TYPE_LNK): Kind.LINK,
    int(pytsk3.TSK_FS_NAME_TYPE_FIFO): Kind.FIFO,
    int(pytsk3.TSK_FS_NAME_TYPE_SOCK): Kind.SOCKET,
    int(pytsk3.TSK_FS_NAME_TYPE_CHR): Kind.DEVICE,
    int(pytsk3.TSK_FS_NAME_TYPE_BLK): Kind.DEVICE,
}


@dataclass(slots=True)  # not frozen: a million are made, and freezing costs a third of it
class TskName:
    """One name in one directory, with the record behind it where it is its own."""

    id: str
    parent: Directory | None
    """None for the root."""
    raw: bytes
    path: str
    path_raw: bytes
    tsk_path: bytes
    """The path as TSK spells it; differs where the name was taken from our own reading."""
    meta_address: int | None
    """None where TSK numbers no such entry."""
    state: NameState
    file: Any
    """pytsk3.File whose record may be read; None where there is none, or it is another's."""
    meta: Any
    """pytsk3's metadata; None with `file`."""
    is_directory: bool
    name_kind: Kind
    """What the name itself says it is; all that is known where there is no record."""
    is_virtual: bool = False
    """Whether it is a directory of TSK's own."""
    own: OwnRecord | None = None
    """What we read of an entry that TSK does not open."""


def record_behind(
    file_system: FileSystem,
    file: Any,  # noqa: ANN401 - pytsk3 has no types
    name: Any,  # noqa: ANN401
    state: NameState,
) -> tuple[Any, Any, NameState]:
    """The record behind a name that is not in use, if it is still that name's; else none, and the state says why.

    A name that stands as in use, and whose record is not or was used again, is one of these too. Reading a record by
    its address skips TSK's own check, so the sequence numbers are compared here.
    """
    meta = file.info.meta
    has_sequences = file_system.name == "ntfs"
    if meta is None:
        try:
            file = file_system.fs.open_meta(inode=int(name.meta_addr)) if int(name.meta_addr) else None
            meta = file.info.meta if file is not None else None
        except OSError:
            meta = None
        if meta is None:
            return None, None, state
        in_use = not int(meta.flags) & UNALLOCATED_RECORD
        if state is NameState.ALLOCATED and in_use and (not has_sequences or int(meta.seq) == int(name.meta_seq)):
            return file, meta, state
        if has_sequences and int(meta.seq) not in (int(name.meta_seq), int(name.meta_seq) + 1):
            return None, None, NameState.REALLOCATED
    if not int(meta.flags) & UNALLOCATED_RECORD:
        return None, None, NameState.REALLOCATED
    return file, meta, NameState.DELETED if state is NameState.ALLOCATED else state
