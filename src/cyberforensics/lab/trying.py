"""A scenario tried before a class is: many variants are played, and one is built as a class would get it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from cyberforensics.errors import CannotWrite
from cyberforensics.lab.building import build
from cyberforensics.lab.imaging import Observer
from cyberforensics.lab.scenario_file import Written
from cyberforensics.lab.story import play
from cyberforensics.lab.variant import variant_of

PLAYED = 20
"""Variants that are played: a story may work with one choice of values and not with another."""


def try_out(written: Written, observer: Observer = lambda _: None) -> None:
    """Play, and build one variant in a temporary folder, which is removed.

    Raises:
        ScenarioError: the story does not work, or a volume can't hold it: the line is named.
        CannotWrite: there is no room for the images.
    """
    for number in range(PLAYED):
        play(written, variant_of(written.scenario, str(number)))
    try:
        with TemporaryDirectory(prefix="lab-check-") as folder:
            build(written, "0", Path(folder), observer)
    except OSError as error:
        raise CannotWrite(f"a variant can't be built for trying ({error.strerror})") from error
