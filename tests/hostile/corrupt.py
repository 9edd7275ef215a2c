"""Triage of many damaged copies of an image: ``python -m tests.hostile.corrupt IMAGE … --count 200 --seed 1``.

Copy N of an image is made from the seed, the image's name and N alone: ``--only N`` repeats it. Prints what came out,
counted, and each thing that did not hold, with what repeats it. Exit code 1 where anything did not.
"""

import argparse
import gzip
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.disk.looking import PUBLIC
from tests.helpers import ROOT
from tests.hostile.checks import OPTIONS, checked_triage, scratch
from tests.hostile.damage import Damage, damage, structures
from tests.hostile.forked import forked_workers

_LARGE = 64 << 20  # bytes above which the media's own digests are spared


@dataclass(slots=True)
class Tally:
    """What came of the copies of one image."""

    image: str
    copies: int = 0
    opened: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    """In how many copies each code was said."""
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)

    def lines(self) -> Iterator[str]:
        refused = ", ".join(f"{code} {count}" for code, count in sorted(self.refused.items()))
        yield (
            f"{self.image}: {self.copies} copies, {self.opened} opened, {self.copies - self.opened} not"
            f"{f' ({refused})' if refused else ''}; {len(self.failures)} failures; {self.seconds:.0f} s, the slowest "
            f"{self.slowest[0]:.1f} s (copy {self.slowest[1]})"
        )
        for code, count in sorted(self.problems.items()):
            yield f"    {code} {count}"
        yield from (f"    FAILED {what}" for what in self.failures)


def campaign(image: Path, copies: Sequence[int], seed: int, *, keep: Path | None = None, talk: bool = False) -> Tally:
    """Examine damaged copies of one image, one after the other, on one working copy that is mended between them.

    Args:
        image: an image, its first segment, or either packed (.gz).
        keep: where the copies and cases of failures are kept.
    """
    tally = Tally(image.name)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hostile-", dir=scratch()) as name, forked_workers():
        folder = Path(name)
        (folder / "evidence").mkdir()
        originals = [_unpacked(path, folder / "original") for path in _segments(image)]
        work = [Path(shutil.copy2(path, folder / "evidence" / path.name)) for path in originals]
        for path in work:
            path.chmod(0o600)
        looked = [structures(path) for path in originals]
        options = OPTIONS
        if sum(path.stat().st_size for path in originals) > _LARGE:
            options = replace(OPTIONS, verify="no")
        for number in copies:
            chance = random.Random(f"{seed} {image.name} {number}")  # noqa: S311 - damage, no secret
            which = chance.randrange(len(work))
            made = damage(chance, originals[which], *looked[which])
            _apply(work[which], made)
            started = time.monotonic()
            outcome = checked_triage({"X": work[0]}, folder, options)
            tally.slowest = max(tally.slowest, (time.monotonic() - started, number))
            tally.copies += 1
            tally.opened += outcome.opened
            tally.refused.update([outcome.refused] if outcome.refused else [])
            tally.problems.update(set(outcome.problems))
            place = f"{image.name} --seed {seed} --only {number} ({work[which].name}: {made.what})"
            tally.failures += [f"{place}: {what}" for what in outcome.failures]
            if outcome.failures and keep is not None:
                kept = keep / f"{image.name}-{seed}-{number}"
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(folder / "evidence", kept / "evidence")
                if (folder / "case").exists():
                    shutil.copytree(folder / "case", kept / "case")
            if talk and outcome.failures:
                sys.stderr.write("\n".join(tally.failures[-len(outcome.failures) :]) + "\n")
            shutil.rmtree(folder / "case", ignore_errors=True)
            _mend(work[which], originals[which], made)
    tally.seconds = time.monotonic() - begin
    return tally


def _segments(image: Path) -> list[Path]:
    """The image and, of a segmented one, those that follow it; a parent that it names, too."""
    name = image.name
    found = []
    if name.endswith(".E01"):
        found = sorted(image.parent.glob(name[:-2] + "[0-9][0-9]"))
    elif name.endswith(".001"):
        found = sorted(image.parent.glob(name[:-3] + "[0-9]" * 3))
    elif name.endswith("-differential.vhd"):
        found = [image.with_name(name.replace("-differential", ""))]
    return [image, *(path for path in found if path != image and path.is_file())]


def _unpacked(path: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    place = folder / path.name.removesuffix(".gz")
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as packed, place.open("wb") as out:
        while piece := packed.read(1 << 20):
            if piece.count(0) == len(piece):
                out.seek(len(piece), os.SEEK_CUR)
            else:
                out.write(piece)
        out.truncate(out.tell())
    return place


def _apply(path: Path, made: Damage) -> None:
    with path.open("r+b") as file:
        for at, data in made.patches:
            file.seek(at)
            file.write(data)
        if made.size is not None:
            file.truncate(made.size)


def _mend(path: Path, original: Path, made: Damage) -> None:
    if made.size is not None:
        shutil.copyfile(original, path)
        return
    with path.open("r+b") as file, original.open("rb") as source:
        for at, data in made.patches:
            source.seek(at)
            file.seek(at)
            file.write(source.read(len(data)))


def _every_image() -> list[Path]:
    """The fixtures, and the public images where they lie beside the checkout."""
    public = ROOT.parent / "shared" / "evidence" / "images"
    ours = [path for name in ("*.raw.gz", "*.E01", "*.001") for path in sorted((ROOT / "fixtures").glob(name))]
    return ours + [public / name for name in PUBLIC if (public / name).is_file()]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Triage of many damaged copies of an image.")
    parser.add_argument("images", nargs="*", type=Path, help="default: those of fixtures/ and all public ones")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="one copy, by its number")
    parser.add_argument("--keep", type=Path, help="a folder for the copies and cases of what failed")
    chosen = parser.parse_args()
    failed = False
    for image in chosen.images or _every_image():
        copies = range(chosen.count) if chosen.only is None else [chosen.only]
        tally = campaign(image, copies, chosen.seed, keep=chosen.keep, talk=True)
        for line in tally.lines():
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
        failed = failed or bool(tally.failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
