"""Packs and scanners made on the spot."""

from pathlib import Path

from cyberforensics.rules import RuleSet, Scanner, load, open_compiled

ALWAYS = "rule always { condition: true }"


def write_pack(folder: Path, **files: str) -> Path:
    """Write a pack: ``write_pack(folder, a="rule …")`` makes ``a.yar``; ``sub__b`` stands for ``sub/b``."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yar")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def scanner_of(rules: RuleSet, folder: Path) -> Scanner:
    """Open rules as a worker does."""
    folder.mkdir(exist_ok=True)
    return open_compiled(rules.save(folder))


def scanner_for(text: str, folder: Path, engine: str = "yara-python") -> Scanner:
    """Open a pack of one file."""
    return scanner_of(load([write_pack(folder / "pack", rules=text)], engine=engine), folder / f"compiled-{engine}")
