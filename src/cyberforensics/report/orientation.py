"""Orientation in plain sentences: whose computer, which system, which zone, which users, what there is."""

from collections.abc import Iterator, Sequence

from cyberforensics.model.case_document import ExhibitDocument
from cyberforensics.model.orientation import QUESTIONS, Fact, LocatedFact, Question
from cyberforensics.model.times import decode
from cyberforensics.model.volume import VolumeStatus
from cyberforensics.report import words

TITLES = dict(QUESTIONS)
SYSTEMS = {"windows": "Windows", "linux": "Linux", "macos": "macOS"}
_OPENING: tuple[Question, ...] = ("computer-name", "operating-system", "version", "install-date", "time-zone")
_MOST_USERS = 12
MAX_NOTABLE = 40
"""Kinds of notable paths that one volume's sentences name."""


def orientation_lines(facts: Sequence[LocatedFact], exhibit: ExhibitDocument | None = None) -> Iterator[str]:
    """What each installation says of itself, then the notable paths, then the categories where the exhibit is given."""
    for volume, root, system in dict.fromkeys(_place(located) for located in facts if not _is_notable(located.fact)):
        of_it = [located.fact for located in facts if _place(located) == (volume, root, system)]
        below = "" if root == "/" else f", folder {root}"
        yield words.visible(f"Orientation of {volume}{below}: {SYSTEMS.get(system, system)}")
        for question in _OPENING:
            yield words.visible(f"  {TITLES[question]}: {_answers(of_it, question)}")
        yield words.visible(f"  Accounts: {_accounts(of_it)}")
        yield from map(words.visible, _other_logons(of_it))
    for volume in dict.fromkeys(located.volume for located in facts if _is_notable(located.fact)):
        kinds = dict.fromkeys(
            (located.fact.system, located.fact.subject, located.fact.count or 0)
            for located in facts
            if _is_notable(located.fact) and located.volume == volume
        )
        shown = [f"{label} {count:,}" for _, label, count in list(kinds)[:MAX_NOTABLE]]
        more = f"; {len(kinds) - MAX_NOTABLE} further kinds" if len(kinds) > MAX_NOTABLE else ""
        yield words.visible(f"Orientation of {volume}: notable paths that fit: {'; '.join(shown)}{more}")
    if exhibit is not None:
        yield from _of_exhibit(facts, exhibit)


def _of_exhibit(facts: Sequence[LocatedFact], exhibit: ExhibitDocument) -> Iterator[str]:
    name = words.visible(exhibit.evidence.exhibit)
    if all(_is_notable(located.fact) for located in facts):
        opened = any(volume.status is VolumeStatus.OPENED for volume in exhibit.volumes)
        where = " in the volumes that were opened" if opened else ": no volume was opened"
        yield f"Orientation of {name}: no installation of Windows, Linux or macOS was recognised{where}."
    groups = categories(exhibit)
    some = [f"{group} {count:,} ({words.size(size)})" for group, count, size in groups if count]
    none = [group for group, count, _ in groups if not count]
    if some:
        without = f". None that was recognised as {words.joined(none)}" if none else ""
        yield f"Examined contents of {name} by category: {'; '.join(some)}{without}."


def categories(exhibit: ExhibitDocument) -> list[tuple[str, int, int]]:
    """Every category in words, contents and bytes: those that orientation asks for, then the others that are there."""
    found = {group: (count, size) for group, count, size in exhibit.media_types}
    order = [*words.ASKED_CATEGORIES, *(group for group in found if group not in words.ASKED_CATEGORIES)]
    return [(words.CATEGORIES.get(group, group), *found.get(group, (0, 0))) for group in order]


def _place(located: LocatedFact) -> tuple[str, str, str]:
    return located.volume, located.fact.root, located.fact.system


def _is_notable(fact: Fact) -> bool:
    return fact.question == "notable-path"


def _answers(facts: Sequence[Fact], question: Question) -> str:
    """The answers to one question, each once."""
    answers = [fact for fact in facts if fact.question == question]
    return "; ".join(dict.fromkeys(map(answer_text, answers))) or "not asked"


def answer_text(fact: Fact) -> str:
    """One answer; NOT FOUND or UNREADABLE where there is none."""
    if fact.state != "found":
        return "NOT FOUND" if fact.state == "not-found" else f"UNREADABLE ({fact.note})"
    parts = [] if fact.value is None else [fact.value]
    if fact.timestamp is not None:
        moment = decode(fact.timestamp)
        if moment.text is not None:
            parts.append(moment.text)
        elif fact.value is None:
            parts.append(f"the value {fact.timestamp.raw} is no moment ({moment.flag})")
    if "consistent with" in fact.note:
        parts.append("(a sign, not a record)")
    if "THE HIVE IS DIRTY" in fact.note:
        parts.append("(from a dirty hive)")
    return " ".join(parts)


def _accounts(facts: Sequence[Fact]) -> str:
    accounts = [fact for fact in facts if fact.question == "account"]
    found = [fact for fact in accounts if fact.state == "found" and fact.count is None]
    further = [answer_text(fact) for fact in accounts if fact.count is not None]
    if not found:
        return "; ".join([*map(answer_text, accounts[:1]), *further])
    logons = _logons(facts)
    shown = []
    for fact in found[:_MOST_USERS]:
        about = ["disabled"] if ("disabled", "yes") in fact.attributes else []
        if fact.subject in logons:
            last = logons[fact.subject]
            about.append(last if last.startswith("no ") else f"last logon {last}")
        shown.append(f"{fact.value} ({', '.join(about)})" if about else f"{fact.value}")
    if len(found) > _MOST_USERS:
        shown.append(f"{len(found) - _MOST_USERS} more")
    return "; ".join([*shown, *further])


def _logons(facts: Sequence[Fact]) -> dict[str, str]:
    """Of each name the latest logon that any of its records tells of; all records stand in `show facts`."""
    latest: dict[str, Fact] = {}
    for fact in facts:
        if fact.question == "last-logon" and fact.state == "found" and fact.subject:
            before = latest.setdefault(fact.subject, fact)
            if _raw(fact) > _raw(before):
                latest[fact.subject] = fact
    return {name: answer_text(fact) for name, fact in latest.items()}


def _raw(fact: Fact) -> int:
    """The stored number: the records of one system have one encoding."""
    return -1 if fact.timestamp is None else fact.timestamp.raw


def _other_logons(facts: Sequence[Fact]) -> Iterator[str]:
    """What the line of accounts does not say: that no logon was found, and logons of names that are not listed."""
    logons = _logons(facts)
    if not logons:
        yield f"  Last logons: {_answers(facts, 'last-logon')}"
    listed = {fact.subject for fact in facts if fact.question == "account" and fact.state == "found"}
    others = [f"{name} ({last})" for name, last in logons.items() if name not in listed]
    if others:
        more = [f"{len(others) - _MOST_USERS} more"] if len(others) > _MOST_USERS else []
        yield f"  Last logons of names that are no listed account: {'; '.join([*others[:_MOST_USERS], *more])}"
