"""The programs that are run: the product, and what an examiner would use instead. None of them is installed here."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.rules import load_hash_lists

PYTHON = sys.executable
PRODUCT = (PYTHON, "-P", "-m", "cyberforensics")
EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")

CASE_WORDS = """
Hollenbach Kowalczyk Ostermann Fernández-Quiroga Nwachukwu Tchaikovskaya Brännström Szczepański Oduya Lindqvist
"Harborline Freight" "Blue Heron Trading" "Quantrell & Sons" "Novák Logistik" "Северная Гавань" "Касаткин и сыновья"
DE44500105175407324931 GB29NWBK60161331926820 FR1420041010050500013M02606 NL91ABNA0417164300
PL61109010140000071219812874
bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy 0x742d35Cc6634C0532925a3b844Bc454e4438f44e
"+49 170 5550143" "+31 6 55501722" "+44 7700 900461" "+7 495 555 01 92" 356938035643809 490154203237518
o.kowalczyk@harborline.example lindqvist77@mail.example tchaik@north.example heron-desk@trading.example
HLXU4829174 MSKU7713902 TGHU2093381 WVWZZZ1JZXW000417 YS2R4X20005399401 "B-TK 4471" "HH-QN 209" 7Q4-881-KX
"project sparrowhawk" "operation kestrel" "container nineteen" "оранжевый чемодан" "Schließfach 417" "grüner Koffer"
nightjar_88 kestrel.ops oduya-backup heronledger.xlsx manifest-0417.pdf quantrell_keys.kdbx
"""
"""Words as a case has them: names, firms, accounts, numbers, addresses, phrases. Hardly any stands in a system."""
WORDS = """
password wallet invoice transfer secret bitcoin ransom confidential passport account delete offshore payment
contract meeting project orchard amsterdam berlin transaction shipment customer private encrypted backup credential
kontonummer geheim überweisung schlüssel müller straße façade señor niño ключ пароль кошелек перевод договор встреча
деньги счет банк секрет договоренность quantum hashcat mimikatz tornado monero seed
"""
"""Words of which many stand in the programs and texts of any system: a third of all contents has one."""
ENCODINGS = "utf-8, utf-16le, windows-1252, windows-1251, koi8-r"


@dataclass(frozen=True, slots=True)
class Step:
    """One program of a job."""

    name: str
    command: tuple[str, ...]
    good: tuple[int, ...] = (0,)
    """Exit codes that mean it did its work."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is measured as one: steps one after the other, their times added."""

    key: str
    title: str
    steps: tuple[Step, ...]
    makes: tuple[Path, ...] = ()
    """What it writes: removed before each turn and, being large, at the end."""
    slow: bool = False
    """Whether it is run only as often as `--slow-runs` says."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Another program: how it is asked for its version, and how to get it."""

    name: str
    version: tuple[str, ...]
    get: str
    variable: str | None = None
    """Environment variable that may name its path."""

    def path(self) -> str | None:
        """Where it is; None where it is not."""
        given = os.environ.get(self.variable, "") if self.variable else ""
        return shutil.which(given or self.name)


TOOLS = (
    Tool("tsk_recover", ("-V",), "Debian package sleuthkit"),
    Tool("hashdeep", ("-V",), "Debian package hashdeep"),
    Tool("yara", ("--version",), "Debian package yara"),
    Tool("file", ("--version",), "Debian package file"),
    Tool("ewfverify", ("-V",), "Debian package ewf-tools"),
    Tool(
        "log2timeline", ("--version",), "`pip install plaso` in a venv of its own; PLASO=path/to/log2timeline", "PLASO"
    ),
    Tool(
        "target-query",
        ("--version",),
        "`pip install 'dissect.target[yara]'` in a venv of its own; DISSECT=path/to/target-query",
        "DISSECT",
    ),
)


def missing(names: Sequence[str]) -> str | None:
    """Which of these tools are not here, and how to get them; None where all are."""
    gone = [tool for tool in TOOLS if tool.name in names and tool.path() is None]
    return "; ".join(f"{tool.name} is not here ({tool.get})" for tool in gone) or None


def found(name: str) -> str:
    """The path of a tool that is not `missing`."""
    path = next(tool.path() for tool in TOOLS if tool.name == name)
    if path is None:
        raise FileNotFoundError(name)
    return path


def versions() -> Mapping[str, str]:
    """Every tool with its version, the product first."""
    listed = {"cyberforensics": _said([*PRODUCT, "--version"])}
    for tool in TOOLS:
        path = tool.path()
        listed[tool.name] = "not here" if path is None else _said([path, *tool.version])
    return listed


def _said(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    text = done.stdout + done.stderr
    number = re.search(r"\d+(?:\.\d+)+|\d{6,8}|\d+\.\d+", text)
    return number[0] if number else "unknown"


def product(work: Path, image: Path, e01: Path | None, rules: Path) -> list[Job]:
    """The product's own jobs."""
    jobs = [_triage("triage-raw", "whole triage, raw, with rules", work, image, "--rules", str(rules))]
    if e01 is not None:
        jobs.append(_triage("triage-e01", "whole triage, E01, with rules", work, e01, "--rules", str(rules)))
        verify = Step("verify-image", (*PRODUCT, "verify-image", str(e01)))
        jobs.append(Job("verify-image", "verify-image, E01", (verify,)))
    jobs.append(_triage("triage-plain", "whole triage, raw, without rules", work, image, "--no-rules"))
    return jobs


def _triage(key: str, title: str, work: Path, image: Path, *options: str) -> Job:
    case = work / f"case-{key}"
    command = (*PRODUCT, "triage", str(image), "--case", str(case), *options)
    return Job(key, title, (Step("triage", command, (0, 10)),), (case,))


def first_hour(work: Path, image: Path, rules: Path) -> list[Job]:
    """The same triage with digests of nothing in it, with words that are in it, with a scope that admits all."""
    wanted, known = (_million(work / f"{name}.txt", name) for name in ("wanted", "known"))
    load_hash_lists((wanted,), (known,))  # makes the indexes, once
    lists = ("--hashes", str(wanted), "--known", str(known))
    words = _list_of(work / "words.txt", shlex.split(CASE_WORDS))
    common = _list_of(work / "common-words.txt", WORDS.split())
    scope = ("--include", "/*", "--exclude", "/no such folder", "--since", "1970-01-01", "--until", "2200-01-01")
    return [
        _triage("triage-lists", "whole triage, raw, with lists", work, image, "--rules", str(rules), *lists),
        _words("triage-words", "keywords of a case", work, image, rules, words),
        _words("triage-common-words", "keywords that stand in any system", work, image, rules, common),
        _triage("triage-scope", "whole triage, raw, with a scope", work, image, "--rules", str(rules), *scope),
    ]


def _list_of(path: Path, words: Sequence[str]) -> Path:
    path.write_text("\n".join(("# name: Words", f"[{ENCODINGS}]", *words, "")), "utf-8")
    return path


def _words(key: str, what: str, work: Path, image: Path, rules: Path, words: Path) -> Job:
    title = f"whole triage, raw, with {what}, in {ENCODINGS.count(',') + 1} encodings"
    return _triage(key, title, work, image, "--rules", str(rules), "--keywords", str(words))


def _million(path: Path, name: str) -> Path:
    """A list of a million SHA-256 that are those of no file."""
    if not path.exists():
        with path.open("w") as out:
            out.writelines(
                f"{hashlib.sha256(f'{name} {number}'.encode()).hexdigest()}\n" for number in range(1_000_000)
            )
    return path


def has_cache() -> bool:
    """Whether the product has `--cache` yet."""
    shown = subprocess.run([*PRODUCT, "triage", "--help"], capture_output=True, check=False, text=True)
    return "--cache" in shown.stdout


def fleet(work: Path, first: Path, second: Path, rules: Path) -> list[Job]:
    """Two images that have nine tenths in common, one after the other with one cache."""
    cache = work / "cache"
    jobs = []
    for key, image, made in (("cache-first", first, (cache,)), ("cache-second", second, ())):
        job = _triage(
            key, f"{key}: whole triage, raw, `--cache`", work, image, "--rules", str(rules), "--cache", str(cache)
        )
        jobs.append(Job(job.key, job.title, job.steps, (*job.makes, *made)))
    return jobs


def chain(work: Path, image: Path, rules: Path) -> Job:
    """(a) recover everything, then look at it with one tool after the other."""
    out = work / "recovered"
    sources = [f"{number}:{path}" for number, path in enumerate(rule_files(rules))]
    values = [part for name in EXTERNALS for part in ("-d", f"{name}=")]
    steps = (
        Step("tsk_recover -e", (found("tsk_recover"), "-e", str(image), str(out))),
        Step("hashdeep", (found("hashdeep"), "-c", "md5,sha1,sha256", "-r", str(out))),
        Step("yara -p 2", (found("yara"), "-w", "-p", "2", "-r", *values, *sources, str(out)), (0, 1)),
        Step("file -i", ("find", str(out), "-type", "f", "-exec", found("file"), "-i", "{}", "+")),
    )
    return Job("chain", "(a) tsk_recover, hashdeep, yara -p 2, file", steps, (out,))


def plaso(work: Path, image: Path, rules: Path | None) -> Job:
    """(b) log2timeline with `filestat`, the three digests and, where given, rules in one file."""
    key = "plaso" if rules is None else "plaso-rules"
    out = work / f"{key}.plaso"
    command = [found("log2timeline"), "--unattended", "--quiet", "--status_view", "none", "--partitions", "all"]
    command += ["--volumes", "none", "--workers", "2", "--parsers", "filestat", "--hashers", "md5,sha1,sha256"]
    command += ["--hasher_file_size_limit", "0", "--logfile", str(work / f"{key}.log.gz")]
    command += [] if rules is None else ["--yara_rules", str(rules)]
    step = Step("log2timeline", (*command, "--storage_file", str(out), str(image)))
    title = f"(b) log2timeline, filestat and three digests, {'no' if rules is None else 'the same'} rules"
    return Job(key, title, (step,), (out, work / f"{key}.log.gz"), slow=True)


def dissect(image: Path, rules: Path) -> Job:
    """(c) every entry with its times, then every file up to ten MiB through the rules: its own limit."""
    query = found("target-query")
    beside = str(Path(query).with_name("target-yara"))
    steps = (
        Step("target-query -f walkfs", (query, "-q", "-f", "walkfs", "-s", str(image))),
        Step("target-yara", (beside, "-q", "-s", "-r", str(rules), "--", str(image))),
    )
    return Job("dissect", "(c) target-query -f walkfs, target-yara", steps, slow=True)


def ewfverify(e01: Path) -> Job:
    """(d) the stored MD5, computed again."""
    return Job("ewfverify", "(d) ewfverify", (Step("ewfverify", (found("ewfverify"), "-q", str(e01))),))


def rule_files(pack: Path) -> list[Path]:
    """The rule files of a pack, in the order of their names."""
    return sorted(path for path in pack.rglob("*") if path.suffix.lower() in {".yar", ".yara"} and path.is_file())


def same_rules(pack: Path, work: Path) -> tuple[Path, int]:
    """The pack with only those files that every engine compiles, and how many were left out.

    Debian's yara is older than the product's: a file that it refuses would be a head start for it.
    """
    yara = shutil.which("yara")
    kept, left_out = work / "pack", 0
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    values = [part for name in EXTERNALS for part in ("-d", f"{name}=")]
    for number, path in enumerate(rule_files(pack)):
        command = [yara or "true", "-w", *values, str(path), os.devnull]
        if subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL).returncode == 0:
            shutil.copyfile(path, kept / f"{number:04d}-{path.name}")
        else:
            left_out += 1
    return kept, left_out


def one_file(pack: Path, target: Path) -> Path:
    """All rules in one file, for tools that take one."""
    target.write_bytes(b"\n".join(path.read_bytes() for path in rule_files(pack)))
    return target
