"""What people labelled as restricted: neither exported nor embedded unless somebody asks for it by name."""

from collections.abc import Callable

from cyberforensics.case import rows
from cyberforensics.case.conditions import Conditions
from cyberforensics.case.store import Store
from cyberforensics.model.case_document import EntryRow
from cyberforensics.model.entry import Kind
from cyberforensics.model.thumbnails import RESTRICTED


def restricted(store: Store) -> Callable[[EntryRow], bool]:
    """Tell of an entry whether it is restricted.

    It is where it bears the label, or one of its findings or events does; so are other names of that content, the same
    bytes wherever they lie in the case, and what lies below a folder that bears it.
    """
    labelled = list(rows.entries(store, filters=Conditions(selected=RESTRICTED)))
    contents = {row.entry.content for row in labelled if row.entry.content is not None}
    digests = {row.digests.sha256 for row in labelled if row.digests is not None}
    folders: dict[str, tuple[str, ...]] = {}
    for row in labelled:
        if row.entry.kind is Kind.DIRECTORY and row.entry.stream is None:
            below = row.entry.path.rstrip("/") + "/"
            folders[row.entry.volume] = (*folders.get(row.entry.volume, ()), below)

    def is_restricted(row: EntryRow) -> bool:
        return (
            row.entry.content in contents
            or (row.digests is not None and row.digests.sha256 in digests)
            or row.entry.path.startswith(folders.get(row.entry.volume, ()))
        )

    return is_restricted
