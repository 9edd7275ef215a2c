"""Write the outputs of the documentation's examples again: ``python -m tests.docs.refresh [DOCUMENT...]``.

Outputs that still fit are left alone. In one that does not, lines with ``…`` that still fit are kept; whatever else
varies has to be marked again by hand, so look at the difference before you commit it.
"""

import sys
import tempfile
from pathlib import Path

from tests.docs.consoles import DOCUMENTS, Example, examples, fits, make_clone, matches, run_in, shown


def refresh(document: Path) -> list[Example]:
    """Write a document again; the examples that were changed."""
    text = document.read_text("utf-8")
    found = list(examples(text))
    if not found:
        return []
    changed: list[tuple[Example, str]] = []
    with tempfile.TemporaryDirectory() as temporary:
        clone = Path(temporary) / "clone"
        make_clone(clone)
        code = 0
        for example in found:
            done = run_in(clone, example.command, code)
            code = done.returncode
            if not matches(example.expected, done.stdout):
                changed.append((example, _kept(example.expected, shown(done.stdout))))
    for example, output in reversed(changed):
        start, end = example.span
        text = text[:start] + output + text[end:]
    document.write_text(text, "utf-8")
    return [example for example, _ in changed]


def _kept(expected: tuple[str, ...], output: str) -> str:
    marked = [line for line in expected if "…" in line and line.strip() != "…"]
    lines = [next((mark for mark in marked if fits(mark, line)), line) for line in output.splitlines()]
    return "".join(line + "\n" for line in lines)


def main() -> None:
    for document in [Path(name) for name in sys.argv[1:]] or DOCUMENTS:
        for example in refresh(document):
            sys.stdout.write(f"{document}:{example.line}: {example.command}\n")


if __name__ == "__main__":
    main()
