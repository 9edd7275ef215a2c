"""Media types from content, by libmagic."""

from functools import lru_cache

import magic

HEAD = 1024 * 1024
"""Bytes from the start that libmagic is given: its own default."""


@lru_cache(maxsize=1)
def _magic() -> magic.Magic:
    """Libmagic with its database: loaded once a process, when it is first asked."""
    return magic.Magic(mime=True)


def media_type(head: bytes) -> str | None:
    """The media type of a content that begins with `head` (at most `HEAD` bytes); None where libmagic fails."""
    try:
        return str(_magic().from_buffer(head))
    except magic.MagicException:
        return None
