"""The words around a case, one file for each language: keys and placeholders are those of English."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from cyberforensics.errors import UsageError
from cyberforensics.lab.variant import fill, placeholders

ENGLISH = "en"
"""The language that the others are held against."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words by what they are for."""

    language: str
    words: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """What stands for it in the language."""
        return self.words[name]

    def say(self, name: str, /, **values: object) -> str:
        """The same with values in the place of its placeholders."""
        return fill(self.words[name], {key: str(value) for key, value in values.items()})


def languages() -> tuple[str, ...]:
    """Languages that there are words for."""
    folder = resources.files("cyberforensics.lab").joinpath("messages")
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


def wording(language: str) -> Wording:
    """The words of a language.

    Raises:
        UsageError: there are none, or they are not those of English; file and key are named.
    """
    if language not in languages():
        raise UsageError(f"there are no words in the language {language!r}", hint=f"one of: {', '.join(languages())}")
    words = _read(language)
    wrong = differences(_read(ENGLISH), words)
    if wrong:
        raise UsageError(f"messages/{language}.toml: {'; '.join(wrong)}", hint=f"hold it against {ENGLISH}.toml")
    return Wording(language, words)


def differences(english: Mapping[str, object], words: Mapping[str, object]) -> list[str]:
    """What keeps words from standing for those of English, a line for each key."""
    found = []
    for name, text in english.items():
        other = words.get(name)
        if not isinstance(other, str) or not other.strip():
            found.append(f'"{name}" is missing')
        elif set(placeholders(other)) != set(placeholders(str(text))):
            braces = ", ".join(f"{{{one}}}" for one in placeholders(str(text))) or "none"
            found.append(f'"{name}" has other names in braces; right would be {braces}')
    found += [f'"{name}" is unknown' for name in words if name not in english]
    return found


def _read(language: str) -> Mapping[str, str]:
    text = resources.files("cyberforensics.lab").joinpath("messages", f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)
