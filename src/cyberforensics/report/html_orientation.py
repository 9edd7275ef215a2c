"""Orientation as the report shows it: each installation's answers with their sources, what there is, and when."""

from collections.abc import Sequence

from cyberforensics.model.case_document import ActivityBin, CaseDocument, ExhibitDocument
from cyberforensics.model.orientation import Fact
from cyberforensics.report import words
from cyberforensics.report.orientation import SYSTEMS, TITLES, answer_text, categories, orientation_lines

MAX_ROWS = 150
"""Answers of one installation that are printed; the case holds all."""

Object = dict[str, object]


def orientation_object(document: CaseDocument) -> Object:
    """What orientation.js draws."""
    return {
        "opening": [line for exhibit in document.exhibits for line in _opening(exhibit)],
        "exhibits": [_exhibit(exhibit) for exhibit in document.exhibits],
        "months": months(document.activity),
        "outside": document.activity_outside,
    }


def _opening(exhibit: ExhibitDocument) -> list[tuple[str, str]]:
    """For page one: each installation, and what it says of itself on one line."""
    found: list[tuple[str, list[str]]] = []
    for line in orientation_lines(exhibit.facts):
        if not line.startswith(" "):
            place, _, first = line.removeprefix("Orientation of ").partition(": ")
            found.append((place, [first]))
        elif found:
            found[-1][1].append(line.strip())
    return [(title, ". ".join(answers)) for title, answers in found]


def _exhibit(exhibit: ExhibitDocument) -> Object:
    found = [located for located in exhibit.facts if located.fact.question != "notable-path"]
    places = dict.fromkeys((located.volume, located.fact.root, located.fact.system) for located in found)
    return {
        "id": exhibit.evidence.exhibit,
        "installations": [
            _installation(
                (volume, root, system),
                [
                    located.fact
                    for located in found
                    if (located.volume, located.fact.root, located.fact.system) == (volume, root, system)
                ],
            )
            for volume, root, system in places
        ],
        "notable": _notable(exhibit),
        "categories": [[group, count, words.size(size)] for group, count, size in categories(exhibit)],
    }


def _installation(place: tuple[str, str, str], facts: Sequence[Fact]) -> Object:
    volume, root, system = place
    order = list(TITLES)
    ordered = sorted(facts, key=lambda fact: order.index(fact.question))
    return {
        "title": f"{SYSTEMS.get(system, system)} in {volume}" + ("" if root == "/" else f", folder {root}"),
        "rows": [
            [
                TITLES[fact.question],
                fact.state,
                answer_text(fact) if fact.state == "found" else None,
                "" if fact.subject == fact.value else fact.subject,
                [f"{name.replace('_', ' ')} {value}" for name, value in fact.attributes],
                fact.path,
                fact.place,
                fact.note,
            ]
            for fact in ordered[:MAX_ROWS]
        ],
        "leftOut": max(0, len(facts) - MAX_ROWS),
    }


def _notable(exhibit: ExhibitDocument) -> list[Object]:
    kinds: dict[tuple[str, str, str], list[Fact]] = {}
    for located in exhibit.facts:
        if located.fact.question == "notable-path":
            kinds.setdefault((located.volume, located.fact.system, located.fact.subject), []).append(located.fact)
    return [
        {
            "volume": volume,
            "category": category,
            "label": label,
            "count": facts[0].count or 0,
            "paths": [fact.path for fact in facts],
            "note": facts[0].note,
        }
        for (volume, category, label), facts in kinds.items()
    ]


def months(activity: Sequence[ActivityBin]) -> list[list[object]]:
    """``YYYY-MM`` and the number of times of every meaning in it, for the months that have any."""
    sums: dict[str, int] = {}
    for day in activity:
        sums[day.day[:7]] = sums.get(day.day[:7], 0) + sum(day.counts.values())
    return [[month, count] for month, count in sorted(sums.items())]
