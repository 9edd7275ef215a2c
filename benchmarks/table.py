"""What was measured, as a table: every ratio beside its bar, and what was not run beside the reason."""

import os
import platform
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.inputs import Inputs
from benchmarks.measure import Measured

Turns = Mapping[str, Sequence[Sequence[Measured]]]
"""By job: its turns, and the steps of each."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A ratio that is to be held."""

    what: str
    job: str
    of: str
    at_most: float


BARS = (
    Bar("whole triage of the raw volume, of chain (a)", "triage-raw", "chain", 0.40),
    Bar("whole triage of the E01, of the raw one", "triage-e01", "triage-raw", 1.15),
    Bar("the same job as plaso (b), without rules, of its time", "triage-plain", "plaso", 0.05),
    Bar("verify-image of the E01, of ewfverify", "verify-image", "ewfverify", 0.50),
    Bar("with two lists of a million digests, of the triage without", "triage-lists", "triage-raw", 1.02),
    Bar("with 54 keywords of a case, in five encodings, of the triage without", "triage-words", "triage-raw", 1.02),
    Bar("with 52 that stand in a third of all contents", "triage-common-words", "triage-raw", 1.02),
    Bar("with a scope of paths and times, of the triage without", "triage-scope", "triage-raw", 1.02),
)
CACHE_BAR = Bar("the second image, nine tenths in common, `--cache`, of the first", "cache-second", "cache-first", 0.25)
CPU_BAR = ("CPU time outside rules, digests, inflating and reading", 0.15)
FINDING_BAR = ("seconds to the first finding", 8.0)


@dataclass(slots=True)
class Report:
    """Everything a run gave."""

    versions: Mapping[str, str]
    inputs: Inputs
    rules: str
    """The pack, in words."""
    turns: dict[str, list[list[Measured]]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    steps: dict[str, list[str]] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    """By title, why."""
    has_cache: bool = False
    """Whether the product has `--cache`."""
    stopped: set[str] = field(default_factory=set)
    """Jobs of which a step was killed at the limit: their time is a lower bound."""
    found: list[float | None] = field(default_factory=list)
    """Seconds to the first finding, by turn."""
    outside: float | None = None
    """Share of the CPU time that is neither rules, digests, inflating nor reading."""
    findings: dict[str, int] = field(default_factory=dict)
    """By job, how many matches it printed or recorded."""

    def seconds(self, key: str) -> float | None:
        """The median wall time of a job."""
        turns = self.turns.get(key)
        return statistics.median(_sum(turn, "wall") for turn in turns) if turns else None


def _sum(turn: Sequence[Measured], name: str) -> float:
    return float(sum(getattr(step, name) for step in turn))


def machine() -> dict[str, str]:
    """What it was measured on."""
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory / 2**30:.0f} GiB",
        "kernel": platform.release().partition("-")[0],
        "python": platform.python_version(),
    }


def markdown(report: Report) -> str:
    """The whole table, as text."""
    first = report.inputs.first
    about = machine()
    lines = [
        f"{about['date']}, {about['cores']} cores ({about['cpu']}), {about['memory']}, Linux {about['kernel']}, "
        f"Python {about['python']}. Volume: {first.files:,} files, {first.content / 1e9:.2f} GB. Rules: "
        f"{report.rules}. Page cache warm. The source's digest is computed in every triage (`--verify once`).",
        "",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in report.versions.items()) + ".",
        "",
        "| what | at most | measured | |",
        "| --- | --- | --- | --- |",
        *(_row(row) for row in bars(report)),
        "",
        "| job | runs | wall s (median) | spread | CPU s | largest process | matches | other load |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for key, turns in report.turns.items():
        lines.append(_job(report, key, turns))
        if len(report.steps[key]) > 1:
            lines += [_step(name, [turn[place] for turn in turns]) for place, name in enumerate(report.steps[key])]
    lines += ["", "| memory of the product, peak | parent | worker (largest) |", "| --- | --- | --- |"]
    lines += [_memory(report.titles[key], turns) for key, turns in report.turns.items() if key.startswith("triage")]
    lines += ["", *(f"Not run: {title}: {why}." for title, why in report.not_run.items())]
    return "\n".join(lines).rstrip() + "\n"


def bars(report: Report) -> list[tuple[str, str, str, str]]:
    """Each bar: what, the limit, what was measured, and whether it holds."""
    rows = []
    for bar in (*BARS, CACHE_BAR):
        ours, theirs = report.seconds(bar.job), report.seconds(bar.of)
        if ours is None or theirs is None:
            why = "not built" if bar is CACHE_BAR and not report.has_cache else "not measured"
            rows.append((bar.what, f"{bar.at_most:.2f}", "-", why))
            continue
        ratio = ours / theirs
        bound = "under " if bar.of in report.stopped else ""
        rows.append((bar.what, f"{bar.at_most:.2f}", f"{bound}{ratio:.3f}", _held(ratio, bar.at_most)))
    what, limit = CPU_BAR
    if report.outside is None:
        rows.append((what, f"{limit:.0%}", "-", "not measured"))
    else:
        rows.append((what, f"{limit:.0%}", f"{report.outside:.0%} (sampled)", _held(report.outside, limit)))
    what, limit = FINDING_BAR
    times = [seconds for seconds in report.found if seconds is not None]
    if not times:
        rows.append((what, f"{limit:g} s", "-", "no finding was shown" if report.found else "not measured"))
    else:
        rows.append((what, f"{limit:g} s", f"{statistics.median(times):.1f} s", _held(statistics.median(times), limit)))
    return rows


def document(report: Report) -> dict[str, Any]:
    """The same for programs, with every single run."""
    return {
        "machine": machine(),
        "versions": dict(report.versions),
        "rules": report.rules,
        "volume": {"files": report.inputs.first.files, "content": report.inputs.first.content},
        "bars": [dict(zip(("what", "at_most", "measured", "held"), row, strict=True)) for row in bars(report)],
        "first_finding_seconds": report.found,
        "outside": report.outside,
        "matches": report.findings,
        "stopped": sorted(report.stopped),
        "not_run": report.not_run,
        "jobs": {
            key: [
                {
                    name: {
                        "wall": step.wall,
                        "cpu": step.cpu,
                        "code": step.code,
                        "largest": step.largest,
                        "memory": step.memory,
                        "others": step.others,
                        "stages": stages(step),
                    }
                    for name, step in zip(report.steps[key], turn, strict=True)
                }
                for turn in turns
            ]
            for key, turns in report.turns.items()
        },
    }


def stages(step: Measured) -> dict[str, float]:
    """When each stage of a triage began, in seconds after the command: from its progress lines."""
    words = {
        "opening": r": opening$",
        "listing": r": listing, ",
        "examining": r": examining, ",
        "verifying": r": computing digests of the source$",
        "reporting": r"^writing the reports$",
    }
    found: dict[str, float] = {}
    for seconds, line in step.said:
        for stage, pattern in words.items():
            if stage not in found and re.search(pattern, line):
                found[stage] = round(seconds, 2)
    return found


def _held(value: float, limit: float) -> str:
    return "held" if value <= limit else "NOT HELD"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _job(report: Report, key: str, turns: Sequence[Sequence[Measured]]) -> str:
    walls = [_sum(turn, "wall") for turn in turns]
    cpu = statistics.median(_sum(turn, "cpu") for turn in turns)
    largest = max(step.largest for turn in turns for step in turn)
    others = statistics.mean(step.others for turn in turns for step in turn)
    bound = " (stopped at the limit)" if key in report.stopped else ""
    spread = f"{min(walls):.1f} to {max(walls):.1f}"
    matches = str(report.findings.get(key, "-"))
    cells = (report.titles[key], str(len(turns)), f"{statistics.median(walls):.1f}{bound}", spread, f"{cpu:.1f}")
    return _row((*cells, f"{largest >> 20} MiB", matches, f"{others:.2f} cores"))


def _step(name: str, steps: Sequence[Measured]) -> str:
    walls = [step.wall for step in steps]
    cells = (f"– {name}", "", f"{statistics.median(walls):.1f}", f"{min(walls):.1f} to {max(walls):.1f}")
    return _row((*cells, f"{statistics.median(step.cpu for step in steps):.1f}", "", "", ""))


def _memory(title: str, turns: Sequence[Sequence[Measured]]) -> str:
    cells = [title]
    for kind in ("parent", "workers"):
        found = [step.memory[kind] for turn in turns for step in turn if kind in step.memory]
        high, anonymous = max((pair[0] for pair in found), default=0), max((pair[1] for pair in found), default=0)
        cells.append(f"{high >> 20} MiB resident, {anonymous >> 20} MiB of it anonymous")
    return _row(cells)
