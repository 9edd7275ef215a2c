"""What in the text of a rule costs time, in words.

The engines look for *atoms*, pieces of at most four fixed bytes, and try the whole pattern where one stands (libyara,
``atoms.c``): patterns that have only short or common ones are tried often. A glance at the text, no proof.
"""

import re
from collections.abc import Iterator

_ATOM = 4
_STRING = re.compile(
    r"""(?P<name>\$\w*)\s*=\s*
    (?: "(?P<text>(?:[^"\\\n]|\\.)*)" | /(?P<regex>(?:[^/\\\n]|\\.)+)/[is]* | \{(?P<hex>[^}]*)\} )
    (?P<modifiers>(?:\s+(?:ascii|wide|nocase|fullword|private|xor(?:\s*\([^)]*\))?|base64(?:wide)?(?:\s*\([^)]*\))?)\b
    |\s*\([^)]*\))*)""",
    re.VERBOSE,
)
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*"|/(?![/*])(?:[^/\\\n]|\\.)+/)|//[^\n]*|/\*.*?\*/', re.DOTALL)
_CONDITION = re.compile(r"\bcondition\s*:")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|.)")
_MODULES = ("pe", "elf", "dotnet", "macho", "math", "hash", "magic", "cuckoo", "lnk", "dex", "vt")


def explain(text: str) -> tuple[str, ...]:
    """Sentences without a full stop, for what is slow in a rule's text; empty where nothing stands out."""
    plain = _COMMENT.sub(lambda found: found[1] or " ", text)
    parts = _CONDITION.split(plain, maxsplit=1)
    return tuple(dict.fromkeys((*_strings(parts[0]), *(_condition(parts[1]) if len(parts) > 1 else ()))))


def _strings(text: str) -> Iterator[str]:
    for found in _STRING.finditer(text):
        name, modifiers = found["name"], found["modifiers"] or ""
        if found["text"] is not None:
            length = len(_ESCAPE.sub("x", found["text"]))
            if length < _ATOM:
                yield f"{name} has {length} bytes only: it stands in many files"
        elif found["hex"] is not None:
            yield from _hex(name, found["hex"])
        else:
            yield from _expression(name, found["regex"])
        if "xor" in modifiers:
            yield f"{name} is looked for with many keys (xor)"
        if "nocase" in modifiers and found["text"] is not None and len(found["text"]) < 2 * _ATOM:
            yield f"{name} is short, and looked for in every mixture of cases (nocase)"


def _hex(name: str, text: str) -> Iterator[str]:
    text = re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    runs = [
        re.findall(r"(?<![~?])\b[0-9A-Fa-f]{2}\b", run) for run in re.split(r"\[[^\]]*\]|[()|]|~?\S?\?\S?|~\S+", text)
    ]
    longest = max(runs, key=len, default=[])
    if len(longest) < _ATOM:
        yield f"{name} has no {_ATOM} fixed bytes in a row, only {len(longest)}"
    elif all(len(set(run)) == 1 or len(run) < _ATOM for run in runs):
        yield f"the fixed bytes of {name} are all the same, as in many files"
    if re.search(r"\[\s*\d*\s*-\s*\]", text):
        yield f"{name} has a jump without an end"


def _expression(name: str, text: str) -> Iterator[str]:
    plain = _ESCAPE.sub(lambda found: "\0" if found[0][1] in "wWsSdDbB" else "x", text)
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "\0", plain)
    alternatives = re.sub(r".(?:[*?]|\{0?,\d*\})\??", "\0", plain)
    longest = max((len(run) for run in re.split(r"[\0.()|*+?{}^$]|\{[^}]*\}", alternatives)), default=0)
    if longest < _ATOM:
        yield f"the expression {name} has no {_ATOM} fixed characters in a row, only {longest}"
    if re.search(r"(?:\.|\0)(?:[*+]|\{\d+,\})", plain):
        yield f"the expression {name} repeats without an end"


def _condition(text: str) -> Iterator[str]:
    if re.search(r"\bfor\b[^:]*\bin\s*\([^:]*\bfilesize\b", text):
        yield "the condition loops over the whole size of a content"
    elif re.search(r"\bfor\b[^:]*\bin\s*\(", text):
        yield "the condition has a loop"
    if re.search(r"\b(?:hash|math)\.\w+\s*\([^)]*\bfilesize\b", text):
        yield "the condition computes over the whole content"
    used = [module for module in _MODULES if re.search(rf"\b{module}\.", text)]
    if used:
        take = "takes" if len(used) == 1 else "take"
        yield f"the condition asks {' and '.join(used)}, which {take} every content apart first"
