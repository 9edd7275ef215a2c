"""Validation of the product on this very machine: images whose truth is known go in, a test record comes out.

Expected values come from truth files, from other programs, or from how an image was made; never from the product.
"""

import gzip
import hashlib
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from cyberforensics import case, pipeline, query, report
from cyberforensics.assertions import (
    ASSERTIONS,
    DAMAGE_ORIGIN,
    ENCRYPTED_ORIGIN,
    VOLUMES,
    Answer,
    Assertion,
    Observed,
    Outcome,
    Subject,
    Truth,
    damaged_e01,
    encrypted_disk,
    known_differences,
    read_truth,
)
from cyberforensics.errors import CannotWrite, EvidenceError, UsageError
from cyberforensics.lab import proving
from cyberforensics.model.validation import (
    RECORD_FORMAT,
    Difference,
    FileDigest,
    LaboratoryPart,
    TestCase,
    TestedImage,
    ValidationRecord,
    Verdict,
)
from cyberforensics.model.versions import PRODUCT, product_version, versions
from cyberforensics.replacing import replacing
from cyberforensics.triage import Options, triage

JSON, PDF = "test-record.json", "test-record.pdf"
EXHIBIT = "TEST"
"""Of every run: results depend on it, so that all runs of an image have the same one."""
FIRST_WORKERS, AGAIN_WORKERS = 1, 3
SEED = "validation"
"""Of the images that the lab builds, where nothing else is said."""
DAMAGED_FROM = "fat16"
"""The shipped image of which a damaged copy is made."""
_SHIPPED_ORIGIN = "fixtures/: noted by the builder of the image while it wrote, not read back with this product"
_BUILT = "made by this run, by the training lab"
_CHECKOUT = Path(__file__).parents[2] / "fixtures"
_TABLES = ("entries", "findings", "events", "facts", "problems", "volumes", "coverage")

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Source:
    """An image before its runs."""

    name: str
    truth: Truth
    truth_file: Path
    folder: Path
    """Where its files lie."""
    shipped: bool
    origin: str
    """In a few words."""


def shipped_images() -> Path:
    """The folder of the images that come with the product: inside the installed package, else beside the sources."""
    installed = Path(str(resources.files("cyberforensics"))) / "fixtures"
    return installed if installed.is_dir() else _CHECKOUT


def validate(
    folder: Path,
    *,
    images: Path | None = None,
    laboratory: LaboratoryPart | None = None,
    told: Told = lambda _: None,
    only: Sequence[str] = (),
    seed: str = SEED,
) -> ValidationRecord:
    """Run every assertion on every image, and write ``test-record.json`` and ``test-record.pdf`` into a new folder.

    Args:
        images: a folder of images of somebody else, with truth files (``*.json``) in it or in its folder ``truth``.
        laboratory: what people supply: requirements, acceptance criteria, conclusion.
        told: is told what is under way.
        only: names of images that are shipped or built, instead of all of them.
        seed: of the images that the lab builds: another one gives other names, values, times and places.

    Raises:
        UsageError: the folder is not empty, or a truth file is not of its form.
        CannotWrite: the folder can't be written.
    """
    sources = [*_shipped(only), *_given(images)]
    names = [*(source.name for source in sources), *proving.names()]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise UsageError(
            f"two images are called {double!r}", hint="the names in truth files must differ, also from ours"
        )
    _make_folder(folder)
    sources += _built(folder, seed, only, told)
    tested: list[TestedImage] = []
    cases: list[TestCase] = []
    tools: dict[str, str] = {}
    subjects = _subjects(folder, sources, told, tools)
    for image, subject, trouble in subjects:
        tested.append(image)
        cases += _cases(subject, trouble)
    cases += _not_tried(cases)
    cases.sort(key=lambda one: (one.assertion, one.image))
    record = ValidationRecord(
        RECORD_FORMAT,
        PRODUCT,
        product_version(),
        datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        case.operator(),
        _system(),
        f"{platform.python_implementation()} {platform.python_version()}",
        platform.machine(),
        (*(pair for pair in versions() if pair[0] not in (PRODUCT, "python", "platform")), *sorted(tools.items())),
        laboratory or LaboratoryPart(),
        tuple((one.id, one.says) for one in ASSERTIONS),
        tuple(tested),
        tuple(cases),
    )
    with replacing(folder / JSON) as out:
        out.write(report.record_json(record))
    with replacing(folder / PDF) as out:
        report.write_record_pdf(record, out)
    return record


def _system() -> str:
    """The operating system, as it names itself."""
    try:
        return f"{platform.system()}, {platform.freedesktop_os_release()['PRETTY_NAME']}"
    except OSError:
        return platform.system()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder}: the folder is not empty", hint="name a new or empty one")
        (folder / "images").mkdir()
        (folder / "cases").mkdir()
    except OSError as error:
        raise CannotWrite(f"{folder}: can't be written ({error.strerror})", hint="choose another folder") from error


def _shipped(only: Sequence[str]) -> Iterator[_Source]:
    folder = shipped_images()
    for path in sorted((folder / "truth").glob("*.json")):
        if not only or path.stem in only:
            truth = read_truth(path, _SHIPPED_ORIGIN)
            _refuse_missing(path, truth, folder, "a virus scanner may have taken it; install again")
            yield _Source(truth.image, truth, path, folder, shipped=True, origin="comes with the product")


def _built(folder: Path, seed: str, only: Sequence[str], told: Told) -> Iterator[_Source]:
    """Images that the training lab makes of its scenario ``proof``."""
    if only and not set(only) & set(proving.names()):
        return
    told("images of the training lab: made by this run")
    place = folder / "images" / "lab"
    place.mkdir()
    for proof in proving.build_proofs(place, seed, only):
        yield _Source(proof.name, proof.expected, place / proving.TRUTH, place, shipped=False, origin=_BUILT)


def _given(folder: Path | None) -> Iterator[_Source]:
    """Images of somebody else; each file that a truth names must be there before anything begins."""
    if folder is None:
        return
    paths = sorted([*folder.glob("*.json"), *(folder / "truth").glob("*.json")])
    if not paths:
        raise UsageError(f"{folder}: there is no truth file (*.json) in it", hint="docs/validation.md has their form")
    for path in paths:
        truth = read_truth(path)
        _refuse_missing(path, truth, folder, "put it there, or correct the name")
        name = _plain_name(path, truth.image)
        yield _Source(name, truth, path, folder, shipped=False, origin="given by the operator")


def _refuse_missing(path: Path, truth: Truth, folder: Path, hint: str) -> None:
    if not truth.containers:
        raise UsageError(f"{path}: containers: none", hint="name at least one, with its files")
    for container in truth.containers:
        for name in container["segments"]:
            if not (folder / name).is_file():
                raise UsageError(f"{path}: {name} is not in {folder}", hint=hint)


def _plain_name(path: Path, name: str) -> str:
    if not name or not all(one.isalnum() or one in "-_." for one in name) or name.startswith("."):
        raise UsageError(f"{path}: image: {name!r}", hint="letters, digits and -_. only: it becomes a folder's name")
    return name


def _subjects(
    folder: Path, sources: Sequence[_Source], told: Told, tools: dict[str, str]
) -> Iterator[tuple[TestedImage, Subject, str]]:
    """Each image with what it gave, and in words why it gave nothing."""
    for number, source in enumerate(sources, 1):
        told(f"{source.name}: image {number} of {len(sources)}")
        yield _tried(folder, source, tools)
    made_from = next((one for one in sources if one.shipped and one.name == DAMAGED_FROM), None)
    if made_from is not None:
        told("damaged: made by this run")
        yield _damaged(folder, made_from)
    told("encrypted: made by this run")
    yield _encrypted(folder)


def _tried(folder: Path, source: _Source, tools: dict[str, str]) -> tuple[TestedImage, Subject, str]:
    containers = sorted(source.truth.containers, key=lambda one: not str(one["format"]).startswith("EWF"))
    files = [_ready(folder, source.folder, container["segments"]) for container in containers]
    truth = replace(source.truth, containers=tuple(containers))
    known = tuple(one for one in known_differences() if source.shipped and one.image == source.name)
    subject = Subject(source.name, source.origin, truth, known=known)
    there = tuple(_digested(path) for paths in files for path in paths)
    image = TestedImage(source.name, truth.about, source.origin, there, _digested(source.truth_file))
    trouble = ""
    try:
        first = _observed(folder / "cases" / source.name, files[0], FIRST_WORKERS)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            again = _observed(Path(work, "again"), files[0], AGAIN_WORKERS)
            raw = next(
                (
                    _observed(Path(work, "raw"), paths, FIRST_WORKERS)
                    for container, paths in zip(containers[1:], files[1:], strict=True)
                    if str(container["format"]).startswith("raw")
                ),
                None,
            )
        subject = replace(subject, first=first, again=again, raw=raw)
    except EvidenceError as error:
        trouble = f"could not be opened: {error.code}"  # its sentence names a path of this machine
    if str(containers[0]["format"]).startswith("EWF"):
        answer = pipeline.ewfverify(files[0][0])
        subject = replace(subject, answer=Answer(answer.tool, answer.digests, answer.missing))
        if not answer.missing:
            tools["ewfverify"] = answer.tool.removeprefix("ewfverify ")
    return image, subject, trouble


def _damaged(folder: Path, source: _Source) -> tuple[TestedImage, Subject, str]:
    container = next(one for one in source.truth.containers if str(one["format"]).startswith("EWF"))
    data = (source.folder / container["segments"][0]).read_bytes()
    made = damaged_e01(data, source.truth.media_size or 0)
    path = folder / "images" / "damaged.E01"
    subject = Subject("damaged", DAMAGE_ORIGIN)
    about = f"{source.name}.E01 with one byte changed"
    if made is None:
        return TestedImage("damaged", f"{about}: could not be made", DAMAGE_ORIGIN, (), None), subject, ""
    path.write_bytes(made.data)
    image = TestedImage("damaged", about, DAMAGE_ORIGIN, (_digested(path),), None)
    seen = _observed(folder / "cases" / "damaged", [path], FIRST_WORKERS)
    return image, replace(subject, first=seen, damaged=(made.offset, made.size)), ""


def _encrypted(folder: Path) -> tuple[TestedImage, Subject, str]:
    path = folder / "images" / "encrypted.raw"
    path.write_bytes(encrypted_disk())
    seen = _observed(folder / "cases" / "encrypted", [path], FIRST_WORKERS)
    image = TestedImage("encrypted", "a LUKS and a BitLocker volume", ENCRYPTED_ORIGIN, (_digested(path),), None)
    return image, Subject("encrypted", ENCRYPTED_ORIGIN, first=seen, encrypted=VOLUMES), ""


def _ready(folder: Path, place: Path, names: Sequence[str]) -> list[Path]:
    """The files of a container; what is packed (.gz) is unpacked into the folder of the run."""
    ready: list[Path] = []
    for name in names:
        path = place / name
        if path.suffix == ".gz":
            unpacked = folder / "images" / name.removesuffix(".gz")
            try:
                with gzip.open(path) as packed, unpacked.open("wb") as out:
                    shutil.copyfileobj(packed, out, 1 << 20)
            except (OSError, EOFError) as error:
                raise UsageError(
                    f"{path}: can't be unpacked ({error})", hint="the file is damaged, or no gzip"
                ) from error
            path = unpacked
        ready.append(path)
    return ready


def _digested(path: Path) -> FileDigest:
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return FileDigest(path.name, file.tell(), sha256)
    except FileNotFoundError:
        return FileDigest(path.name, 0, "the file is gone")
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})") from error


def _observed(folder: Path, paths: Sequence[Path], workers: int) -> Observed:
    """One whole triage with the shipped rules, and all that it says."""
    before = tuple(map(_digested, paths))
    summary = triage({EXHIBIT: paths[0]}, folder, Options(workers=workers))
    after = tuple(map(_digested, paths))
    rows: dict[str, tuple[dict[str, object], ...]] = {}
    results: dict[str, str] = {}
    with case.open_existing(folder) as store:
        for what in _TABLES:
            rows[what] = tuple(query.objects(store, what, query.Filters()))
            digest = hashlib.sha256()
            for row in rows[what]:
                digest.update(report.json_line(row).encode() + b"\n")
            results[f"{what}.jsonl"] = digest.hexdigest()
    results[summary.timeline.name] = hashlib.sha256(summary.timeline.read_bytes()).hexdigest()
    (exhibit,) = summary.document.exhibits
    return Observed(
        workers,
        rows["entries"],
        rows["findings"],
        rows["problems"],
        rows["volumes"],
        rows["coverage"],
        exhibit.digest_checks,
        results,
        before,
        after,
    )


def _cases(subject: Subject, trouble: str) -> Iterator[TestCase]:
    for assertion in ASSERTIONS:
        if trouble:
            yield _unopened(assertion, subject, trouble)
            continue
        outcome = assertion.check(subject)
        if outcome is not None:
            yield _case(assertion, subject.name, outcome)


def _case(assertion: Assertion, image: str, outcome: Outcome) -> TestCase:
    reason = outcome.not_run or ("" if outcome.compared else "nothing could be compared")
    verdict: Verdict = "FAIL" if outcome.differences else "NOT RUN" if reason else "PASS"
    return TestCase(
        f"{assertion.id}/{image}",
        assertion.id,
        image,
        outcome.expected,
        outcome.origin,
        outcome.observed,
        outcome.compared,
        verdict,
        "" if verdict == "FAIL" else reason,
        outcome.differences,
        outcome.anomalies,
    )


def _unopened(assertion: Assertion, subject: Subject, trouble: str) -> TestCase:
    """An image that can't be opened fails once, and nothing else can be tried on it."""
    origin = subject.origin if subject.truth is None else subject.truth.origin
    outcome = Outcome("", origin, "", 0, not_run=f"the image {trouble}")
    if assertion is ASSERTIONS[0]:
        difference = Difference(subject.name, "image", "opened", trouble)
        outcome = Outcome("the image opens", origin, trouble, 1, (difference,))
    return _case(assertion, subject.name, outcome)


def _not_tried(cases: Sequence[TestCase]) -> Iterator[TestCase]:
    """An assertion that no image was about is not silently missing."""
    tried = {one.assertion for one in cases}
    for assertion in ASSERTIONS:
        if assertion.id not in tried:
            outcome = Outcome("", "", "", 0, not_run="no image of this run is about it")
            yield _case(assertion, "none", outcome)
