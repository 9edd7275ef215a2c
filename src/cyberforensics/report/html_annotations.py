"""What people added, as the report's script draws it: facts and opinions in lists of their own."""

from collections.abc import Iterable

from cyberforensics.model.annotations import Annotations, Note


def annotations_object(added: Annotations) -> dict[str, object]:
    """Labels with their counts, notes of fact, and opinions, each with how many are left out."""
    return {
        "labels": [[count.label, count.findings, count.entries, count.events] for count in added.labels],
        "labelsLeftOut": added.labels_total - len(added.labels),
        "notes": _notes(added.facts),
        "notesLeftOut": added.facts_total - len(added.facts),
        "opinions": _notes(added.opinions),
        "opinionsLeftOut": added.opinions_total - len(added.opinions),
    }


def _notes(notes: Iterable[Note]) -> list[list[object]]:
    """Lines of the text, who, when."""
    return [[note.text.split("\n"), note.operator, note.time] for note in notes]
