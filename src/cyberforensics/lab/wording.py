"""The words around a case, one file for each language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from cyberforensics.errors import UsageError


@dataclass(frozen=True, slots=True)
class Wording:
    """Words by what they are for."""

    language: str
    words: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """What stands for it in the language."""
        return self.words[name]


def languages() -> tuple[str, ...]:
    """Languages that there are words for."""
    folder = resources.files("cyberforensics.lab.messages")
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


def wording(language: str) -> Wording:
    """The words of a language.

    Raises:
        UsageError: there are none.
    """
    if language not in languages():
        raise UsageError(f"there are no words in the language {language!r}", hint=f"one of: {', '.join(languages())}")
    text = resources.files("cyberforensics.lab.messages").joinpath(f"{language}.toml").read_text("utf-8")
    return Wording(language, tomllib.loads(text))
