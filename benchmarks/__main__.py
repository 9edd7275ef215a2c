"""The benchmarks' command: inputs, turns, table."""

import argparse
import compileall
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import inputs, measure, pack, shares, table, tools

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run everything that can be run here; 1 where the volume can't be made."""
    options = _options()
    work: Path = options.work.resolve()
    compileall.compile_dir(HERE.parent / "src", quiet=2)  # as pip leaves an installed product
    size = inputs.QUICK if options.quick else inputs.FULL
    try:
        made = inputs.make(work, size, with_second=tools.has_cache())
    except inputs.Missing as missing:
        print(f"The volume can't be made: {missing}.", file=sys.stderr)
        return 1
    folder = work / size.name
    given, left_out = os.environ.get("PACK"), 0
    rules = pack.write(work)
    words = f"synthetic pack of {pack.RULES:,} rules"
    if given:
        rules, left_out = tools.same_rules(Path(given), folder)
        count = len(tools.rule_files(rules))
        words = f"{Path(given).name}, {count} files ({left_out} left out: not every engine compiles them)"
    report = table.Report(tools.versions(), made, words)
    jobs = _jobs(folder, made, rules, options, report)
    image = Path(made.first.raw)
    _turns(jobs, folder, [image, *filter(None, [made.e01])], options, report)
    if not options.only or "first-finding" in options.only:
        for turn in range(options.runs):
            case = folder / f"case-first-{turn}"
            shutil.rmtree(case, ignore_errors=True)
            command = [*tools.PRODUCT, "triage", str(image), "--case", str(case), "--rules", str(rules)]
            report.found.append(measure.first_finding(command))
            print(f"first finding, turn {turn + 1}: {report.found[-1]}", flush=True)
            shutil.rmtree(case, ignore_errors=True)
    places = _sampled(folder, image, rules, options, report)
    text = table.markdown(report)
    print(f"\n{text}\n{places}")
    (work / "result.md").write_text(f"{text}\n{places}")
    (work / "result.json").write_text(json.dumps(table.document(report), indent=1))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description="Side by side with other tools.")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="folder for inputs and results (40 GB)")
    parser.add_argument("--quick", action="store_true", help="a volume of 200 MB, to try")
    parser.add_argument("--runs", type=int, default=3, help="turns (default: 3)")
    parser.add_argument("--slow-runs", type=int, default=1, help="turns of plaso and Dissect (default: 1)")
    parser.add_argument("--limit", type=float, default=3600, help="seconds after which a program is stopped")
    parser.add_argument("--only", action="append", default=[], metavar="JOB", help="this job only; several times")
    return parser.parse_args()


def _jobs(
    folder: Path, made: inputs.Inputs, rules: Path, options: argparse.Namespace, report: table.Report
) -> list[tools.Job]:
    """The jobs that can be run, product and others by turns; what can't be is noted."""
    image = Path(made.first.raw)
    jobs = tools.product(folder, image, made.e01, rules)
    jobs += tools.first_hour(folder, image, rules)
    if made.second is not None:
        report.has_cache = True
        jobs += tools.fleet(folder, image, Path(made.second.raw), rules)
    why = tools.missing(("tsk_recover", "hashdeep", "yara", "file"))
    if why is None:
        jobs.insert(1, tools.chain(folder, image, rules))
    else:
        report.not_run["(a) the chain"] = why
    why = tools.missing(("ewfverify",)) if made.e01 is not None else "; ".join(made.notes)
    if why is None and made.e01 is not None:
        jobs.append(tools.ewfverify(made.e01))
    else:
        report.not_run["(d) ewfverify"] = why or "no E01"
    why = tools.missing(("log2timeline",))
    if why is None:
        combined = tools.one_file(rules, folder / "rules.yar")
        jobs += [tools.plaso(folder, image, None), tools.plaso(folder, image, combined)]
    else:
        report.not_run["(b) log2timeline"] = why
    why = tools.missing(("target-query",))
    if why is None:
        jobs.append(tools.dissect(image, rules))
    else:
        report.not_run["(c) Dissect"] = why
    return [job for job in jobs if not options.only or job.key in options.only]


def _turns(
    jobs: list[tools.Job], folder: Path, images: list[Path], options: argparse.Namespace, report: table.Report
) -> None:
    """Every job once a turn, so that what else the machine does meets all of them."""
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    for turn in range(max(options.runs, options.slow_runs)):
        for job in jobs:
            if turn >= (options.slow_runs if job.slow else options.runs) or job.title in report.not_run:
                continue
            _remove(job)
            measure.warm(*images)
            steps = []
            for number, step in enumerate(job.steps):
                log = logs / f"{job.key}-{number}"
                took = measure.run(step.command, log, limit=options.limit)
                steps.append(took)
                print(f"{job.key}: {step.name}: {took.wall:.1f} s, exit code {took.code}", flush=True)
                if took.code < 0 and took.wall >= options.limit:
                    report.stopped.add(job.key)
                elif took.code not in step.good:
                    report.not_run[job.title] = f"{step.name} ended with exit code {took.code}: see {log.name}.err"
                    break
            else:
                report.turns.setdefault(job.key, []).append(steps)
                report.titles[job.key] = job.title
                report.steps[job.key] = [step.name for step in job.steps]
                _count(job, logs, report)
            if job.key != "cache-first":  # the next job needs what it left
                _remove(job)


def _count(job: tools.Job, logs: Path, report: table.Report) -> None:
    """How much the rules matched: a tool that is fast because it looks at less should be seen."""
    for number, step in enumerate(job.steps):
        if step.name.startswith(("yara", "target-yara")):
            report.findings[job.key] = (logs / f"{job.key}-{number}.out").read_bytes().count(b"\n")
        elif step.name == "triage":
            command = [*tools.PRODUCT, "show", "findings", str(job.makes[0]), "--format", "jsonl"]
            done = subprocess.run(command, capture_output=True, check=False)
            report.findings[job.key] = done.stdout.count(b"\n")


def _sampled(folder: Path, image: Path, rules: Path, options: argparse.Namespace, report: table.Report) -> str:
    """Where the CPU time goes, with rules and without: two more triages, with the sampler."""
    parts = []
    for name, chosen in (("with rules", ["--rules", str(rules)]), ("without rules", ["--no-rules"])):
        if options.only and "shares" not in options.only:
            continue
        case = folder / "case-shares"
        shutil.rmtree(case, ignore_errors=True)
        measure.warm(image)
        command = [*tools.PRODUCT, "triage", str(image), "--case", str(case), *chosen]
        took, found = shares.sample(command, folder / "samples")
        print(f"shares, {name}: {took.wall:.1f} s, exit code {took.code}", flush=True)
        shutil.rmtree(case, ignore_errors=True)
        if name == "with rules":
            report.outside = found.outside
        head = f"CPU time of a triage {name}: {found.total:.1f} s, sampled; {found.outside:.0%} outside."
        parts.append("\n".join([head, "", *found.lines()]) + "\n")
    return "\n".join(parts)


def _remove(job: tools.Job) -> None:
    for place in job.makes:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
