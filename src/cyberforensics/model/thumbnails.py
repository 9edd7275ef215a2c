"""Small pictures of pictures: what is asked of a worker and what it answers, as plain pixels.

Pixels are no file: nothing that a worker says of a picture is ever decoded as one again.
"""

from dataclasses import dataclass, field

from cyberforensics.model.codec import CHECK, integer

LONGEST_SIDE = 128
"""Pixels of a thumbnail's longer side."""
MAX_FILE = 64 * 1024 * 1024
"""Bytes of the largest content that is decoded."""
MAX_SIDE = 20_000
"""Pixels of the longest side that is decoded, looked at before anything is decoded."""
MAX_PIXELS = 50_000_000
"""Pixels of the largest picture that is decoded, looked at before anything is decoded."""
MAX_THUMBNAILS = 1_000
"""Pictures of one page; the rest are listed as left out."""
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")
"""What is decoded at all, by Pillow's names; SVG and whatever runs programs or loads files is not among them."""

RESTRICTED = "restricted"
"""The label of what is neither embedded nor exported unless it is asked for by name."""
PICTURES = "pictures"
"""Asks for all pictures instead of those of a label."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """What became of one content."""

    number: int
    sha256: str | None
    """Of the content as it was read; None where it could not be read whole."""
    width: int = field(default=0, metadata={CHECK: integer(8)})
    height: int = field(default=0, metadata={CHECK: integer(8)})
    pixels: bytes = b""
    """Three bytes a pixel, red, green, blue, row by row from the top; empty where there is none."""
    reason: str | None = None
    """Why there is none: a key of `REASONS`."""
    original: tuple[int, int] | None = None
    """Width and height of the picture itself, as its header says."""

    @property
    def is_whole(self) -> bool:
        """Whether the pixels are as many as width and height say: a worker gone wrong may say anything."""
        return (
            0 < self.width <= LONGEST_SIDE
            and 0 < self.height <= LONGEST_SIDE
            and len(self.pixels) == 3 * self.width * self.height
        )


REASONS = {
    "not-a-picture": "not a picture by its content",
    "format": "no format that is decoded (" + ", ".join(FORMATS) + ")",
    "too-large": f"more than {MAX_FILE // 1024**2} MiB",
    "too-many-pixels": f"a side of more than {MAX_SIDE:,} pixels, or more than {MAX_PIXELS:,} in all",
    "damaged": "the picture could not be decoded",
    "content.unreadable": "the content could not be read whole",
    "other-bytes": "its bytes are not those that were examined",
    "not-examined": "the content was not examined whole",
    "restricted": "labelled restricted, itself or the same bytes elsewhere; --restricted was not given",
    "left-out": f"beyond the {MAX_THUMBNAILS:,} pictures of one page",
    "worker.died": "the worker process died on it",
    "worker.timed-out": "the worker process did not answer in time",
    "worker.memory": "the worker process ran out of memory on it",
    "worker.bad-reply": "the worker process answered with something that is no answer",
}
"""Each reason in words."""
