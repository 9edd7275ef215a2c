"""A pack to begin with: one rule, the sample that it matches and one that it does not."""

import re
from collections.abc import Mapping
from datetime import date

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")

_MANIFEST = """\
name = "{name}"
version = "0.1.0"
licence = "Apache-2.0"
authors = ["{author}"]
description = "What these rules find, in one sentence."
"""
_RULE = """\
// What this file is about. One file holds rules that belong together.

rule {rule}
{{
    meta:
        description = "What a file that matches is, in one sentence for a reader of the report"
        author = "{author}"
        date = "{day}"
        severity = "medium"

    strings:
        $first = "words that only such a file has"
        $second = "other words that stand beside them"

    condition:
        filesize < 1MB and all of them
}}
"""
_MATCH = """\
# A recipe of a file that the rule must match, so that no suspicious file lies here.

[[piece]]
text = "Here are words that only such a file has, "

[[piece]]
text = "and other words that stand beside them."
"""
_NO_MATCH = """\
# As close to it as a harmless file may come.

[[piece]]
text = "Here are words that only such a file has, and nothing else."
"""


def is_name(name: str) -> bool:
    """Whether a pack may be called so: lower case, digits and hyphens, at most 64."""
    return _NAME.fullmatch(name) is not None


def new_pack(name: str, author: str, day: date) -> Mapping[str, str]:
    """The files of a new pack, by their names in it."""
    rule = "_".join(part.capitalize() for part in name.split("-") if part)
    rule = rule if rule[:1].isalpha() else f"Rule_{rule}"
    said = {"name": name, "author": author.replace("\\", "").replace('"', "'"), "day": day.isoformat(), "rule": rule}
    return {
        "pack.toml": _MANIFEST.format_map(said),
        f"{name}.yar": _RULE.format_map(said),
        f"tests/{rule}/match/sample.toml": _MATCH,
        f"tests/{rule}/no-match/near.toml": _NO_MATCH,
    }
