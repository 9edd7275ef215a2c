"""What of an exhibit a run may look at: an authority's limit, or a choice for a first hour."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import translate

EXCLUDED = "excluded-by-scope"
"""Reason of contents that a scope leaves out."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """A content is in scope where one of its names is, whatever the others are."""

    include: tuple[str, ...] = ()
    """GLOBs of the display path, or of a folder above; () for every path. Upper and lower case are alike."""
    exclude: tuple[str, ...] = ()
    """The same; what fits one of these is out of scope, whatever `include` says."""
    since: int | None = None
    """Microseconds since 1970: one of the entry's file system times is at or behind this moment."""
    until: int | None = None
    """And before this one."""
    categories: tuple[str, ...] = ()
    """Categories of media types, as the first bytes tell them; () for all."""
    note: str = ""
    """The wording of the limit, as whoever set it wrote it."""
    profile: str = ""
    """Name of the profile that the run was made with, if any."""
    leaves_out: str = ""
    """What a run with that profile does not look at, in its own words."""

    @property
    def limits(self) -> bool:
        """Whether it leaves out anything at all."""
        return bool(self.include or self.exclude or self.categories) or self.since is not None or self.until is not None

    @property
    def leaves_nothing(self) -> bool:
        """Whether its paths are known to admit none, whatever the exhibit holds.

        A ``*`` stands for all that may be in its place in another GLOB, so one with no other wildcard that fits the
        text of a GLOB fits every path that this fits.
        """
        if any("[" in glob for glob in self.include):
            return False
        plain = [glob.lower().rstrip("/") for glob in self.exclude if not set(glob) & set("?[")]
        wide = "|".join(translate(glob) + "|" + translate(f"{glob}/*") for glob in plain)
        wanted = self.include or ("/*",)
        return bool(plain) and all(re.match(wide, glob.lower().rstrip("/") or "/") for glob in wanted)

    def in_words(self) -> str:
        """For the record of a run; nothing where there is no limit."""
        parts = [
            self.include and f"only {_listed(self.include)}",
            self.exclude and f"without {_listed(self.exclude)}",
            self.since is not None and f"with a time at or behind {_text(self.since)}",
            self.until is not None and f"with a time before {_text(self.until)}",
            self.categories and f"of the categories {', '.join(self.categories)}",
        ]
        return "; ".join(part for part in parts if part)


def _listed(globs: tuple[str, ...]) -> str:
    return ", ".join(f'"{glob}"' for glob in globs)


def _text(moment: int) -> str:
    return (_EPOCH + timedelta(microseconds=moment)).isoformat().replace("+00:00", "Z")
