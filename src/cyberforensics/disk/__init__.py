"""Evidence → volumes → entries → bytes. The only door to dfVFS, The Sleuth Kit and the libyal readers."""

from cyberforensics.disk.content import ContentReader, open_reader
from cyberforensics.disk.evidence import OpenEvidence, open_evidence, with_identity
from cyberforensics.disk.ewf_digest import digest_blocks
from cyberforensics.disk.locator import open_locator
from cyberforensics.disk.media import digest_media, media_problems
from cyberforensics.disk.second_reader import SecondReader, back_end
from cyberforensics.disk.source import Source, container_of, identify, still_there
from cyberforensics.disk.volumes import find_volumes
from cyberforensics.disk.walk import free_space, walk

__all__ = [
    "ContentReader",
    "OpenEvidence",
    "SecondReader",
    "Source",
    "back_end",
    "container_of",
    "digest_blocks",
    "digest_media",
    "find_volumes",
    "free_space",
    "identify",
    "media_problems",
    "open_evidence",
    "open_locator",
    "open_reader",
    "still_there",
    "walk",
    "with_identity",
]
