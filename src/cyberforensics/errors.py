"""Every error raised on purpose, with the exit code it ends in.

    Error                  70  (never raised itself)
    ├── UsageError          2  the request makes no sense; caught before anything is opened
    ├── EvidenceError      20  the evidence as a whole could not be opened
    ├── RulePackError      30  a rule pack is broken
    ├── ListError          30  a list of digests or keywords is broken
    ├── CaseRefused        40  the case is locked, or is not what this run expects
    ├── CaseDamaged        41  the case store contradicts itself
    ├── CannotWrite        42  an output can't be written
    └── WorkerError        70  a worker process could not be used at all (a bug of ours, or of the machine)

    MalformedData              raised inside readers and parsers only; becomes a `Problem`, never an exit

Trouble with a part of the evidence is not an error: it is a `Problem` that travels with the results.
"""

EXIT_DONE = 0
EXIT_FINDINGS_IN_PACK = 1  # of `rules` alone: something in the pack is to be mended
EXIT_USAGE = 2
EXIT_PROBLEMS = 10  # done, with problems that reduce coverage
EXIT_FAIL_ON = 11  # --fail-on was asked for and met
EXIT_BUG = 70
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


class Error(Exception):
    """One clear sentence about what happened and where, and a hint of what to do."""

    exit_code = EXIT_BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(Error):
    """The request makes no sense."""

    exit_code = EXIT_USAGE


class EvidenceError(Error):
    """The evidence as a whole could not be opened."""

    exit_code = 20

    def __init__(self, message: str, *, code: str = "evidence.unreadable", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class RulePackError(Error):
    """A rule pack is broken; `details` has one line for each broken place."""

    exit_code = 30

    def __init__(self, message: str, *, details: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.details = details


class ListError(Error):
    """A list of digests or of keywords is broken: which file, and which line."""

    exit_code = 30


class CaseRefused(Error):
    """The case is locked, or is not what this run expects."""

    exit_code = 40


class CaseDamaged(Error):
    """The case store contradicts itself."""

    exit_code = 41


class CannotWrite(Error):
    """An output can't be written."""

    exit_code = 42


class WorkerError(Error):
    """A worker process could not be used at all."""


class MalformedData(Exception):
    """Bytes of the evidence that contradict their format; the parser's boundary turns it into a `Problem`."""

    def __init__(self, code: str, message: str, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.offset = offset
