"""Where a triage spends its CPU time: the sampler of `benchmarks/sampling` in every process, added up."""

import json
import linecache
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.measure import Measured, run

SAMPLING = Path(__file__).resolve().parent / "sampling"
_SOURCE = Path(__file__).resolve().parent.parent / "src" / "cyberforensics"
WORK = ("rules", "digests", "reading")
"""What a triage can't do without; reading is inflating too. The rest is what the bar is about."""

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Shares:
    """CPU seconds by kind of work and by place."""

    total: float
    kinds: Mapping[str, float]
    places: Mapping[tuple[str, str, str], float]
    """By process, kind and place."""

    @property
    def outside(self) -> float:
        """Share of all that is neither rules, digests nor reading."""
        return 1 - sum(self.kinds.get(kind, 0.0) for kind in WORK) / self.total if self.total else 0.0

    def lines(self, count: int = 15) -> Iterator[str]:
        """The kinds of work, then the costliest places."""
        yield "| kind of work | CPU s | share |"
        yield "| --- | --- | --- |"
        for kind, seconds in _costliest(self.kinds):
            yield f"| {kind} | {seconds:.1f} | {seconds / self.total:.1%} |"
        yield ""
        yield "| process | kind | place | CPU s | share |"
        yield "| --- | --- | --- | --- | --- |"
        for (role, kind, place), seconds in _costliest(self.places)[:count]:
            yield f"| {role} | {kind} | `{place}` | {seconds:.1f} | {seconds / self.total:.1%} |"


def sample(command: Sequence[str], folder: Path) -> tuple[Measured, Shares]:
    """Run the product with the sampler in each of its processes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path = os.pathsep.join(filter(None, (str(SAMPLING), os.environ.get("PYTHONPATH", ""))))
    measured = run(command, folder / "run", environment={"PYTHONPATH": path, "BENCH_SAMPLES": str(folder)})
    return measured, add_up(folder, measured.cpu)


def add_up(folder: Path, cpu: float) -> Shares:
    """All processes' samples; what no process told, of `cpu` seconds, is a kind of its own."""
    kinds: dict[str, float] = defaultdict(float)
    places: dict[tuple[str, str, str], float] = defaultdict(float)
    for file in folder.glob("*.json"):
        text = file.read_text("utf-8", "replace").strip()
        if not text:
            continue
        told = json.loads(text)
        for job, ours, line, innermost, seconds in told["rows"]:
            kind = kind_of(told["role"], job, ours, int(line))
            kinds[kind] += seconds
            place = innermost if innermost == ours or not ours else f"{innermost} < {ours}"
            places[told["role"], kind, place] += seconds
    rest = cpu - sum(kinds.values())
    if rest > 0:
        kinds["not sampled (start and end of processes, short threads)"] = rest
    return Shares(sum(kinds.values()), kinds, places)


def _costliest(seconds: Mapping[_Key, float]) -> list[tuple[_Key, float]]:
    return sorted(seconds.items(), key=lambda item: -item[1])


def kind_of(role: str, job: str, ours: str, line: int) -> str:
    """What kind of work a place of the product is."""
    file, _, name = ours.partition(":")
    if not ours or name == "<module>":
        return "starting Python, importing"
    if file.startswith("rules/engines/") or file == "rules/scanner.py":
        return "rules" if job == "ExamineJob" else "compiling rules"
    if file in {"pipeline/digest.py", "disk/ewf_digest.py"} or job == "DigestJob":
        return "reading" if file.startswith("disk/ewf_chunks") else "digests"
    if ".update(" in linecache.getline(str(_SOURCE / file), line) and file == "pipeline/reading.py":
        return "digests"
    if file.startswith("pipeline/media_"):
        return "media type"
    if job == "WalkJob":
        return "listing"
    if file.startswith("disk/"):
        return "reading" if job == "ExamineJob" else "opening"
    if file in {"pipeline/spool.py", "pipeline/windows.py"}:
        return "spool"
    if file.startswith(("pipeline/wire", "pipeline/frames", "pipeline/worker.py", "model/codec", "pipeline/supervise")):
        return "messages between processes"
    if file.startswith("case/") or (role == "parent" and file.startswith("model/")):
        return "case store"
    if file.startswith(("report/", "reports.py")) or job == "TimelineJob":
        return "reports"
    if file.startswith("rules/"):
        return "findings" if job == "ExamineJob" else "compiling rules"
    return f"other of the {role}"
