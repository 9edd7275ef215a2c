"""What a worker process gives up before it meets evidence: hostile bytes that take it over find little to do.

- Landlock (Linux 5.13): nothing can be written outside one folder, and no device is readable but the source.
- seccomp: no sockets, no programs, no tracing of other processes, no io_uring.
- ``no_new_privs``: no set-user-id program could give rights back.
- RLIMIT_DATA: a content that makes a parser allocate without end costs one worker: Python raises MemoryError, which
  the worker tells. (An address-space limit would break mapped spool files.)

Each is tried by itself, and what was really enforced is told to the parent, which records it.
Sources: the kernel's documentation "Landlock: unprivileged access control" and "Seccomp BPF"; seccomp(2), prctl(2).
"""

import ctypes
import platform
import resource
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from unblob_native.sandbox import AccessFS, SandboxError, restrict_access

_BEYOND = 1024 * 1024 * 1024
"""Bytes that a worker may allocate beyond the memory that it may hold: what is allocated and never used counts too."""

NO_WRITING = "no writing outside the spool folder (Landlock)"
NO_OTHER_DEVICES = "no devices but the source (Landlock)"
NO_PROGRAMS = "no sockets and no programs (seccomp)"
NO_PRIVILEGES = "no new privileges"
BOUNDED_MEMORY = "bounded memory (RLIMIT_DATA)"

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_GREATER_OR_EQUAL, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF_0000, 0x0005_0001, 0x8000_0000  # errno 1: EPERM
_X32 = 0x4000_0000  # x86_64's second table of system calls

_ARCHITECTURES: Mapping[str, tuple[int, tuple[int, ...]]] = MappingProxyType(
    {
        # socket connect bind listen accept accept4, execve execveat, fork vfork (a clone may go on, but starts
        # no program), ptrace process_vm_writev,
        # mount, bpf, perf_event_open, io_uring_setup, kexec_load
        "x86_64": (0xC000_003E, (41, 42, 49, 50, 43, 288, 59, 322, 57, 58, 101, 311, 165, 321, 298, 425, 246)),
        "aarch64": (0xC000_00B7, (198, 203, 200, 201, 202, 242, 221, 281, 117, 271, 40, 280, 241, 425, 104)),
    }
)
"""Audit architecture, and the numbers of the system calls that are refused."""


_HARMLESS = ("null", "zero", "full", "random", "urandom", "shm")
"""Below ``/dev``: no evidence and no hardware; a source or a case may lie in the last, which is memory."""


def give_up_rights(writable: Path | None, memory: int, readable: Sequence[Path] = ()) -> tuple[str, ...]:
    """Give up what this process needs no more; what was enforced, in words.

    Args:
        writable: the one folder that may still be written to; None for none.
        memory: bytes that this process may hold; it may allocate `_BEYOND` more.
        readable: what may be read beside all that lies outside ``/dev``.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    enforced = []
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        enforced.append(NO_PRIVILEGES)
    if _landlock(writable, readable):
        enforced += [NO_WRITING, NO_OTHER_DEVICES]
    if _seccomp(libc):
        enforced.append(NO_PROGRAMS)
    if _memory(memory + _BEYOND):
        enforced.append(BOUNDED_MEMORY)
    return tuple(enforced)


def _landlock(writable: Path | None, readable: Sequence[Path]) -> bool:
    """Landlock only ever allows, so all that may be read is named: the folders beside ``/dev``, one by one."""
    allowed = [place for place in Path("/").iterdir() if place.name != "dev"]
    allowed += [Path("/dev", name) for name in _HARMLESS]
    rules = [AccessFS.read(str(place)) for place in (*allowed, *readable)]
    if writable is not None:
        place = str(writable)
        rules += [
            AccessFS.read_write(place),
            AccessFS.make_reg(place),
            AccessFS.make_dir(place),
            AccessFS.remove_file(place),
        ]
    try:
        restrict_access(*rules)
    except SandboxError:
        return False  # this kernel has no Landlock
    return True


def _seccomp(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in _ARCHITECTURES:
        return False
    program = _program(*_ARCHITECTURES[platform.machine()])
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: length, padding, pointer to the instructions
    header = ctypes.create_string_buffer(struct.pack("@HxxxxxxQ", len(program) // 8, ctypes.addressof(code)), 16)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def _program(architecture: int, refused: tuple[int, ...]) -> bytes:
    """Instructions of struct sock_filter: code, jump if true, jump if false, operand."""
    count = len(refused)
    instructions = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_JUMP_IF_GREATER_OR_EQUAL, count + 1, 0, _X32),
        *((_JUMP_IF_EQUAL, count - place, 0, number) for place, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("@HBBI", *instruction) for instruction in instructions)


def _memory(limit: int) -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    except (OSError, ValueError):
        return False
    return True
