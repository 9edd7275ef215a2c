"""Samples of rules: files beside the packs, and recipes that put them together where they are needed.

A recipe is a ``.toml`` file, so that neither a virus scanner nor a secret scanner finds the whole in git:

    filename = "letter.pdf"     # optional: the name that the sample has in evidence
    [[piece]]                   # in order; each holds one of `text`, `utf16` or `hex`, and maybe `repeat`
    text = "X5O!P%@AP"
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cyberforensics.model.names import extension_of
from cyberforensics.rules import Externals, file_type, shipped_packs

Kind = Literal["match", "no-match"]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a rule must, or must not, match."""

    pack: Path
    rule: str
    kind: Kind
    path: Path
    data: bytes
    externals: Externals

    @property
    def id(self) -> str:
        return f"{self.rule}-{self.kind}-{self.path.stem}"


def samples() -> list[Sample]:
    """Every sample of every shipped pack."""
    found = []
    for pack in shipped_packs():
        for kind in ("match", "no-match"):
            for path in sorted(pack.glob(f"tests/*/{kind}/*")):
                data, name = _read(path)
                externals = Externals(name, "/", extension_of(name), file_type(data))
                found.append(Sample(pack, path.parents[1].name, kind, path, data, externals))
    return found


def _read(path: Path) -> tuple[bytes, str]:
    if path.suffix != ".toml":
        return path.read_bytes(), path.name
    recipe = tomllib.loads(path.read_text("utf-8"))
    return b"".join(_bytes(piece) for piece in recipe["piece"]), recipe.get("filename", "sample")


def _bytes(piece: dict[str, str | int]) -> bytes:
    piece = dict(piece)
    repeat = int(piece.pop("repeat", 1))
    ((kind, value),) = piece.items()
    if kind == "hex":
        return bytes.fromhex(str(value)) * repeat
    return str(value).encode({"text": "utf-8", "utf16": "utf-16-le"}[kind]) * repeat
