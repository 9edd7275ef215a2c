"""Small pictures of pictures, made in a worker: pixels come back, never a file. The only door to Pillow.

What is decoded is bounded before it is: the file's size, its format, and the sides that its header states. A picture
that takes the decoder over finds what every worker finds: no writing, no network, bounded memory and time.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from cyberforensics import disk
from cyberforensics.errors import UsageError
from cyberforensics.model.entry import Content
from cyberforensics.model.thumbnails import (
    FORMATS,
    LONGEST_SIDE,
    MAX_FILE,
    MAX_PIXELS,
    MAX_SIDE,
    Thumbnail,
)
from cyberforensics.model.volume import Volume
from cyberforensics.pipeline.jobs import Worker
from cyberforensics.pipeline.wire import Message

_PAPER = (255, 255, 255)
"""Behind what is transparent."""


def need_pillow() -> None:
    """Refuse early.

    Raises:
        UsageError: the extra is not installed.
    """
    if find_spec("PIL") is None:
        raise UsageError(
            "--thumbnails needs Pillow, which is not installed here",
            hint="install the extra: pip install 'cyberforensics[thumbnails]' (pinned in requirements/thumbnails.txt)",
        )


@dataclass(frozen=True, slots=True)
class ThumbnailJob:
    """Decode one content and make it small."""

    source: disk.Source
    volume: Volume
    content: Content
    expected: str
    """SHA-256 that it had when it was examined; nothing else is decoded."""

    def run(self, worker: Worker) -> Iterator[Message]:
        """Yield what became of it."""
        number = self.content.number
        if self.content.size > MAX_FILE:
            yield Thumbnail(number, None, reason="too-large")
            return
        data = bytearray()
        try:
            for block in worker.reader(self.source, self.volume).blocks(self.content):
                data += block
        except OSError:
            yield Thumbnail(number, None, reason="content.unreadable")
            return
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 != self.expected:
            yield Thumbnail(number, sha256, reason="other-bytes")
        else:
            yield made_small(number, sha256, bytes(data))


def made_small(number: int, sha256: str, data: bytes) -> Thumbnail:
    """The first frame of a picture as stored (an orientation beside it is not applied), on white, made to fit."""
    from PIL import Image, UnidentifiedImageError  # an extra, met in workers only

    original = None
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            original = width, height = picture.size
            if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
                return Thumbnail(number, sha256, reason="too-many-pixels", original=original)
            if picture.format == "JPEG":
                picture.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))  # decodes an eighth at least
            small = picture.convert("RGBA")
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            paper = Image.new("RGB", small.size, _PAPER)
            paper.paste(small, mask=small.getchannel("A"))
            return Thumbnail(number, sha256, paper.width, paper.height, paper.tobytes(), original=original)
    except UnidentifiedImageError:
        return Thumbnail(number, sha256, reason="format")
    except Image.DecompressionBombError:
        return Thumbnail(number, sha256, reason="too-many-pixels")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever hostile bytes lead them to; this picture has none
        return Thumbnail(number, sha256, reason="damaged", original=original)
