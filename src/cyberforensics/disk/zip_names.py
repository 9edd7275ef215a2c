"""What the name of a ZIP member makes of it: a place in the tree, and whether that is spelled as the format says.

The format has slashes between the parts, none in front, and no drive (PKWARE, APPNOTE.TXT 4.4.17.1). Whether a name
without the mark of UTF-8 is of code page 437 or of another one is recorded nowhere: its bytes are kept as they are.
"""

import re
from dataclasses import dataclass

from cyberforensics.disk.zip_records import Member, unicode_name
from cyberforensics.model.problem import Problem, Severity, Stage

_WINDOWS_HOSTS = (0, 10, 14)  # MS-DOS, Windows NTFS, VFAT
_DRIVE = re.compile(rb"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A member's name, taken apart."""

    parts: tuple[bytes, ...]
    """At least one; ``..`` is a name like any other."""
    is_folder: bool
    """Whether the name ends as those of folders do."""
    is_odd: bool
    """Whether another program might take it elsewhere."""


def spelled(member: Member) -> Spelling:
    """The place in the tree.

    Backslashes separate where the archive was made on Windows and the name has no slash at all, as unzip has it: old
    versions of .NET wrote such. Anywhere else a backslash is a character.
    """
    name = unicode_name(member)
    is_odd = False
    if member.host in _WINDOWS_HOSTS and b"\\" in name and b"/" not in name:
        name, is_odd = name.replace(b"\\", b"/"), True
    parts = tuple(part for part in name.split(b"/") if part not in (b"", b"."))
    is_folder = name.endswith(b"/")
    if len(parts) + is_folder != name.count(b"/") + 1 or b".." in parts or _DRIVE.match(name):
        is_odd = True
    return Spelling(parts or (name,), is_folder and bool(parts), is_odd)


@dataclass(slots=True)
class Counted:
    """Members of which one sentence is said for all."""

    code: str
    words: str
    """Behind the number of members."""
    severity: Severity
    count: int = 0
    first: str | None = None

    def add(self, path: str) -> None:
        """Count a member."""
        self.count += 1
        self.first = self.first or path

    def problem(self) -> tuple[Problem, ...]:
        """What is to be said, under the first member's name; nothing where there is none."""
        if not self.count:
            return ()
        who = "1 member" if self.count == 1 else f"{self.count} members"
        first = "" if self.count == 1 else "; this is the first"
        return (Problem(Stage.WALK, self.code, f"{who} {self.words}{first}", self.severity, self.first),)
