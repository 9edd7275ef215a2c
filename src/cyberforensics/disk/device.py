"""A block device as a source: what the kernel says of it, and whether anything may write to it while it is read.

Sources: linux/fs.h and Documentation/block/ioctl in the kernel (BLKROGET, BLKSSZGET, BLKPBSZGET, BLKGETSIZE64);
sysfs-block in Documentation/ABI (holders, partition, diskseq) and /sys/dev in sysfs(5); mountinfo and swaps in proc(5);
open(2) on O_EXCL and block devices.
"""

import errno
import fcntl
import mmap
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.errors import EvidenceError

_BLKROGET = 0x125E  # int: not 0 where the kernel refuses writes
_BLKSSZGET = 0x1268  # int: bytes of a logical sector
_BLKPBSZGET = 0x127B  # unsigned int: bytes of a physical sector
_INT = 4
_PAGE = 4096  # at least a sector of any device
_MOUNT_SOURCE = re.compile(r" - \S+ (\S+)")


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A block device at one time."""

    number: str
    """``major:minor``."""
    size: int
    """Bytes, as far as the device offers them to the system."""
    logical_sector: int | None
    """Bytes; None: not available."""
    physical_sector: int | None
    read_only: bool
    """Whether the kernel refuses writes to it."""
    in_use: tuple[str, ...]
    """What on this machine may write to it, in words; empty where nothing is known to."""
    attached: str | None
    """The kernel's number for this attachment (diskseq, Linux 5.15); None: not available."""


@dataclass(frozen=True, slots=True)
class Host:
    """Where the kernel tells of devices; tests put folders of their own here."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")


def is_device(path: Path) -> bool:
    """Whether it is a block device, or leads to one."""
    try:
        return stat.S_ISBLK(path.stat().st_mode)
    except OSError:
        return False


def read_state(path: Path, host: Host | None = None) -> DeviceState:
    """Ask the kernel, without reading a byte of the media.

    Raises:
        OSError: the device is gone, or may not be opened.
    """
    host = host or Host()
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
        uses = list(users(number, host))
        if not uses and _is_claimed(path):
            uses.append("held by the system or by another program")
        return DeviceState(
            number=number,
            size=os.lseek(descriptor, 0, os.SEEK_END),
            logical_sector=_ask(descriptor, _BLKSSZGET),
            physical_sector=_ask(descriptor, _BLKPBSZGET),
            read_only=bool(_ask(descriptor, _BLKROGET)),
            in_use=tuple(uses),
            attached=attachment(number, host),
        )
    finally:
        os.close(descriptor)


def _ask(descriptor: int, request: int) -> int | None:
    answer = bytearray(_INT)
    try:
        fcntl.ioctl(descriptor, request, answer)
    except OSError:
        return None
    return int.from_bytes(answer, "little")  # x86_64 and aarch64


def _is_claimed(path: Path) -> bool:
    """Whether the kernel or a program holds it, or a part of it, for itself alone: also out of this namespace."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_EXCL))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def users(number: str, host: Host) -> Iterator[str]:
    """What uses a device or a partition of it: mounted file systems, swap, what lies over it (LVM, RAID, dm-crypt)."""
    mounted, swapped = _mounted(host), _swapped(host)
    for one, folder in _itself_and_parts(number, host):
        name = folder.name
        if one in mounted:
            yield f"{name} is mounted"
        if one in swapped:
            yield f"{name} is swap"
        for holder in _names(folder / "holders"):
            yield f"{name} is held by {holder}"


def _itself_and_parts(number: str, host: Host) -> Iterator[tuple[str, Path]]:
    folder = (host.sys / "dev/block" / number).resolve()
    yield number, folder
    for name in _names(folder):
        part = folder / name
        if (part / "partition").is_file() and (found := text_of(part / "dev")) is not None:
            yield found, part


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []


def _mounted(host: Host) -> frozenset[str]:
    """Numbers of what is mounted; btrfs gives one of its own, so the device that a mount names counts, too."""
    found: set[str] = set()
    for line in _lines(host.proc / "self/mountinfo"):
        columns = line.split(" ")
        if len(columns) > 2:
            found.add(columns[2])
        if source := _MOUNT_SOURCE.search(line):
            found.update(_number_at(source[1]))
    return frozenset(found)


def _swapped(host: Host) -> frozenset[str]:
    numbers = (_number_at(line.split(" ")[0]) for line in _lines(host.proc / "swaps")[1:])
    return frozenset(number for found in numbers for number in found)


def _number_at(name: str) -> tuple[str, ...]:
    """The number of a block device that is called so, octal escapes undone; none for anything else."""
    place = Path(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), name))
    if not place.is_absolute():
        return ()
    try:
        status = place.stat()
    except (OSError, ValueError):
        return ()
    if not stat.S_ISBLK(status.st_mode):
        return ()
    return (f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}",)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def text_of(path: Path) -> str | None:
    """What a file of sysfs says, at most 4 KiB of it; None where it says nothing."""
    try:
        with path.open("rb") as file:
            return file.read(4096).decode("utf-8", "replace").strip("\0\n\t ") or None
    except OSError:
        return None


def disk_folder(number: str, host: Host) -> Path:
    """The folder of the whole disk in sysfs, for the number of a disk or of a partition."""
    folder = (host.sys / "dev/block" / number).resolve()
    return folder.parent if (folder / "partition").is_file() else folder


def attachment(number: str, host: Host) -> str | None:
    """The kernel's number for this attachment of the disk; a disk that comes back gets another."""
    return text_of(disk_folder(number, host) / "diskseq")


def refuse_what_may_change(path: Path, state: DeviceState) -> None:
    """Refuse a device that something on this machine may write to.

    Raises:
        EvidenceError: it is in use, or the kernel takes writes to it.
    """
    if state.in_use:
        raise EvidenceError(
            f"{path}: the device is in use ({', '.join(state.in_use)}), so it may change while it is read",
            code="evidence.device-in-use",
            hint="unmount it and stop what holds it, or state with --accept-writable-source that this is accepted",
        )
    if not state.read_only:
        raise EvidenceError(
            f"{path}: the device is not read-only at the kernel, so it may change while it is read",
            code="evidence.device-writable",
            hint=f"put it behind a write blocker or run `blockdev --setro {path}`, or state with "
            "--accept-writable-source that this is accepted",
        )


def is_gone(path: Path, state: DeviceState, host: Host | None = None) -> bool:
    """Whether the device that was opened is no longer there: pulled out, another one in its place, or mute."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        status = os.fstat(descriptor)
        number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
        now = (number, os.lseek(descriptor, 0, os.SEEK_END), attachment(number, host or Host()))
        return now != (state.number, state.size, state.attached) or not _answers(path, state.size)
    except OSError:
        return True
    finally:
        os.close(descriptor)


def _answers(path: Path, size: int) -> bool:
    """Whether one of three places can be read from the device itself: one bad sector is no dead device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECT)  # the kernel's cache would go on answering
    except OSError as error:
        return error.errno == errno.EINVAL
    try:
        with mmap.mmap(-1, _PAGE) as page:  # O_DIRECT wants places in memory and on the media that are aligned
            for offset in (0, size // 2 // _PAGE * _PAGE, max(0, size - _PAGE) // _PAGE * _PAGE):
                try:
                    if os.preadv(descriptor, [page], offset):
                        return True
                except OSError as error:
                    if error.errno == errno.EINVAL:  # it wants larger sectors: nothing is known
                        return True
    finally:
        os.close(descriptor)
    return False
