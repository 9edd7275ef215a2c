"""Which files of ours run: the commit of a checkout, and one digest over all of them."""

import hashlib
import re
from functools import cache
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@cache
def source() -> str:
    """``commit …, files SHA-256 …``, or the second alone where the package does not lie in a git checkout.

    The commit says what the checkout was made from; only the digest says that nothing was changed since.
    """
    package = Path(__file__).parents[1]
    commit = checked_out(package.parents[1])
    return (f"commit {commit}, " if commit else "") + f"files SHA-256 {files_digest(package)}"


def files_digest(package: Path) -> str:
    r"""One SHA-256 over every file of a folder but Python's compiled ones.

    It is that of the lines that ``sha256sum`` prints, in the order of the names' bytes. In the folder::

        find . -type f ! -name '*.pyc' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum
    """
    names = sorted(
        b"./" + bytes(path.relative_to(package))
        for path in package.rglob("*")
        if path.is_file() and not path.is_symlink() and path.suffix != ".pyc"
    )
    whole = hashlib.sha256()
    for name in names:
        digest = hashlib.sha256((package / name.decode()).read_bytes()).hexdigest()
        whole.update(digest.encode() + b"  " + name + b"\n")
    return whole.hexdigest()


def checked_out(folder: Path) -> str | None:
    """The commit of a git checkout, from its own files; None where there is none, or it has another form."""
    git = folder / ".git"
    try:
        head = (git / "HEAD").read_text("ascii").strip()
        if head.startswith("ref: "):
            name = head.removeprefix("ref: ")
            if (git / name).is_file():
                head = (git / name).read_text("ascii").strip()
            else:
                packed = (git / "packed-refs").read_text("ascii").splitlines()
                head = next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
    except (OSError, ValueError):
        return None
    return head if _COMMIT.fullmatch(head) else None
