"""Differences from the project's own truth files that are documented, from ``known.toml``."""

import tomllib
from importlib import resources

from cyberforensics.assertions.subject import Known


def known_differences() -> tuple[Known, ...]:
    """All of them. They hold for the images of fixtures/ only, never for those that somebody else gives."""
    text = resources.files("cyberforensics.assertions").joinpath("known.toml").read_text("utf-8")
    return tuple(
        Known(found["assertion"], image, found["path"], what, found["observed"], found["why"], found["documented"])
        for found in tomllib.loads(text)["anomaly"]
        for image in found["images"]
        for what in found["what"]
    )
