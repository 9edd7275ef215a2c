"""Where findings lie: the words for it, and which of them are listed first."""

from dataclasses import dataclass
from typing import Literal, get_args

Context = Literal["user-file", "system", "page-or-hibernation", "security-product", "cache", "rule-text"]
CONTEXTS: tuple[Context, ...] = get_args(Context)

Group = Literal["metadata-file", "page-or-hibernation", "security-product", "cache", "rule-text"]
GROUPS: tuple[Group, ...] = get_args(Group)
"""What a report lists behind the rest, each as one line that opens: in their order there.

``metadata-file`` is a part of the context ``system``; the others are the contexts of the same name.
"""


@dataclass(frozen=True, slots=True)
class FindingContext:
    """Where one finding lies."""

    context: Context
    group: Group | None = None
    """None where it is listed first."""
