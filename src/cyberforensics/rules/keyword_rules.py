"""Keywords to rules of YARA: one rule a keyword, one string an encoding.

YARA's own ``nocase`` knows ASCII only, so each character stands there with all its cases, in the bytes of the encoding.
A string begins with every way to write its first few bytes, one beside the other: by those the engine finds it fast.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product

from cyberforensics.rules.engines import DoesNotCompile, Engine
from cyberforensics.rules.keyword_list import Keyword, KeywordList
from cyberforensics.rules.manifest import PackManifest
from cyberforensics.rules.packs import Pack
from cyberforensics.rules.rule_file import from_text

WHOLE_WORDS = "whole_words"
"""Tag of the rules whose matches are looked at once more: nothing of a word may stand beside them."""

_DECOMPOSED = "_decomposed"
_BEGINNINGS = 64  # ways to write the first bytes of a string
_ATOM = 4  # bytes that the engine looks for at once
_MORE_THAN_ANY = 1_000_000_000  # matches of a string: what either engine keeps is far below
_LEAST = 2  # bytes; what is shorter matches everywhere


def keyword_pack(found: KeywordList, name: str, engine: Engine) -> Pack:
    """A list as a pack of one file, one rule on each line.

    Raises:
        ListError: a keyword can't be written in any of its encodings, or is no valid expression.
    """
    rules = [rule_text(found, keyword) for keyword in found.keywords]
    text = "\n".join(rules)
    try:
        engine.compile({"0": text}, {}, with_externals=False)
    except DoesNotCompile as error:
        for keyword, rule in zip(found.keywords, rules, strict=True):
            try:
                engine.compile({"0": rule}, {}, with_externals=False)
            except DoesNotCompile as alone:
                raise found.broken(keyword, _reason(alone, keyword)) from alone
        raise found.broken(found.keywords[0], f"all keywords together can't be used: {error.reason}") from error
    file = from_text(found.path, found.raw, text)
    manifest = PackManifest(name, found.version)
    return Pack(found.path.parent, manifest, None, (found.path,), {found.path: file}, {})


def _reason(error: DoesNotCompile, keyword: Keyword) -> str:
    if keyword.expression:
        return f"it is no valid expression: {error.reason}"
    return f"it can't be searched for: {error.reason}"


def rule_text(found: KeywordList, keyword: Keyword) -> str:
    """The rule of one keyword, on one line.

    Raises:
        ListError: it can't be written in any of its encodings, or is too short.
    """
    how = keyword.how
    if keyword.expression:
        strings, encodings = _expression(found, keyword), how.encodings
    else:
        patterns = dict(_patterns(keyword))
        encodings = tuple(name for name in how.encodings if name in {place[0] for place in patterns})
        if not encodings:
            raise found.broken(keyword, f"it can't be written in {' or '.join(how.encodings)}")
        if any(length < _LEAST for _, length in patterns.values()):
            raise found.broken(keyword, "a keyword of one byte would match everywhere")
        seen: set[str] = set()
        strings = []
        for (name, suffix), (pattern, _) in patterns.items():
            if pattern not in seen:
                strings.append(f"{_identifier(name)}{suffix} = /{pattern}/")
            seen.add(pattern)
    words = ("any case" if how.any_case else "exact case", "whole words" if how.whole_words else "anywhere")
    searched = "; ".join((", ".join(encodings), *words))
    tag = f" : {WHOLE_WORDS}" if how.whole_words else ""
    kind = "expression" if keyword.expression else "keyword"
    # Strings that are counted, so far, keep all their matches in the engine's fast way too: the scanner relies on it.
    counts = " and ".join(f"#{string.partition(' ')[0][1:]} < {_MORE_THAN_ANY}" for string in strings)
    return (
        f'rule {keyword.identifier}{tag} {{ meta: {kind} = "{_quoted(keyword.written)}"'
        f' searched = "{_quoted(searched)}"'
        f" strings: {' '.join(strings)} condition: any of them and {counts} }}"
    )


def encoding_of(identifier: str) -> str:
    """The encoding that a string of such a rule stands for, as a name of Python's codecs."""
    return identifier.removeprefix("$").removesuffix(_DECOMPOSED)


def _identifier(encoding: str) -> str:
    return "$" + "".join(part if part.isalnum() else "_" for part in encoding)


def _expression(found: KeywordList, keyword: Keyword) -> list[str]:
    parts: list[str] = []
    escaped = False
    for character in keyword.written:
        parts.append("\\/" if character == "/" and not escaped else character)
        escaped = character == "\\" and not escaped
    if escaped:
        raise found.broken(keyword, "it is no valid expression: nothing follows the last backslash")
    nocase = " nocase" if keyword.how.any_case else ""
    kinds = {"utf-8": "ascii", "utf-16le": "wide"}
    return [f"{_identifier(name)} = /{''.join(parts)}/ {kinds[name]}{nocase}" for name in keyword.how.encodings]


def _patterns(keyword: Keyword) -> Iterator[tuple[tuple[str, str], tuple[str, int]]]:
    """Of each encoding and form: the expression, and the least bytes that it matches."""
    composed = unicodedata.normalize("NFC", keyword.written)
    forms = {"": composed, _DECOMPOSED: unicodedata.normalize("NFD", keyword.written)}
    for encoding in keyword.how.encodings:
        for suffix, form in forms.items():
            ways = [_ways(character, encoding, keyword.how.any_case) for character in form]
            if all(ways):
                yield (encoding, suffix), (_pattern(ways), sum(min(map(len, way)) for way in ways))


def _ways(character: str, encoding: str, any_case: bool) -> tuple[bytes, ...]:
    """The ways to write a character in an encoding, each once, in a fixed order."""
    ways: dict[bytes, None] = {}
    for variant in cases(character) if any_case else (character,):
        try:
            ways[variant.encode(encoding)] = None
        except UnicodeEncodeError:
            continue
    return tuple(sorted(ways))


def cases(character: str) -> tuple[str, ...]:
    """A character in all its cases: of ASCII letters the two of ASCII, of others all that Unicode folds together.

    Unicode's CaseFolding.txt, with full foldings: ``ß`` is ``ss`` in capital letters, the three sigmas are one letter.
    """
    if character.isascii():
        return tuple(dict.fromkeys((character.lower(), character.upper())))
    same = _folded_together().get(character.casefold(), ())
    more = (character.lower(), character.upper(), character.title(), character.casefold())
    return tuple(dict.fromkeys((character, *same, *more)))


@cache
def _folded_together() -> Mapping[str, Sequence[str]]:
    """Characters by what they fold to, where that is another; letters with cases are all below U+20000."""
    together: dict[str, set[str]] = {}
    for character in map(chr, range(0x20000)):
        folded = character.casefold()
        if folded != character:
            together.setdefault(folded, {folded} if len(folded) == 1 else set()).add(character)
    return {folded: sorted(same) for folded, same in together.items()}


def _pattern(ways: Sequence[tuple[bytes, ...]]) -> str:
    count, beginnings = 0, 1
    while count < len(ways) and beginnings * len(ways[count]) <= _BEGINNINGS:
        if sum(min(map(len, way)) for way in ways[:count]) >= _ATOM:
            break
        beginnings *= len(ways[count])
        count += 1
    first = sorted({b"".join(parts) for parts in product(*ways[:count])})
    return _one_of(first) + "".join(map(_one_of, ways[count:]))


def _one_of(ways: Sequence[bytes]) -> str:
    if len(ways) == 1:
        return _literal(ways[0])
    if len({len(way) for way in ways}) == 1:
        differing = [place for place, values in enumerate(zip(*ways, strict=True)) if len(set(values)) > 1]
        if len(differing) == 1:  # a class of bytes costs the engine less than a choice
            (place,) = differing
            values = _literal(bytes(sorted({way[place] for way in ways})))
            return f"{_literal(ways[0][:place])}[{values}]{_literal(ways[0][place + 1 :])}"
    return f"({'|'.join(map(_literal, ways))})"


def _literal(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
