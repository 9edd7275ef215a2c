"""What rules may ask about an entry's name and place."""

from dataclasses import dataclass
from typing import Self

from cyberforensics.model.entry import Entry, Name
from cyberforensics.model.names import extension_of
from cyberforensics.rules.engines import EXTERNALS, ExternalValue
from cyberforensics.rules.filetypes import file_type


@dataclass(frozen=True, slots=True)
class Externals:
    """The YARA variables of one entry, all from the evidence and in display form."""

    filename: str = ""
    """The name; of an alternate stream ``name:stream``, so that no rule takes it for the file itself."""
    filepath: str = ""
    """The folder, without the name, from the volume's root."""
    extension: str = ""
    """With its dot, in lower case."""
    filetype: str = ""
    """Label of `FILE_TYPES`, from the content; empty where none fits."""
    owner: str = ""
    """SID, or uid as text."""
    declared: tuple[tuple[str, ExternalValue], ...] = ()
    """All that packs declare, where they are not to be what the packs say."""

    @classmethod
    def of(cls, entry: Entry | Name, head: bytes) -> Self:
        """The values for an entry whose content begins with `head` (a few dozen bytes are enough)."""
        folder, _, name = entry.path.rpartition("/")
        if entry.stream is not None:
            name = f"{name}:{entry.stream}"
        return cls(
            filename=name,
            filepath=folder or "/",
            extension=extension_of(name),
            filetype=file_type(head),
            owner=entry.owner or "",
        )

    def values(self) -> dict[str, ExternalValue]:
        """By name, as the engine takes them."""
        own = {name: getattr(self, name) for name in EXTERNALS}
        return own | dict(self.declared)
