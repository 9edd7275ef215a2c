"""Opening built rule packs: what is signed is verified before anything of it is used."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cyberforensics import rules
from cyberforensics.errors import RulePackError, UsageError
from cyberforensics.rules import Archive


def opened(paths: Sequence[Path], allowed_signers: Path | None) -> tuple[Path | Archive, ...]:
    """The packs, archives among them verified.

    Args:
        allowed_signers: a file of keys (``ssh-keygen``, ALLOWED SIGNERS): nothing but archives signed by one of them is
            taken. Without it, a signature must still be that of the key which it names.

    Raises:
        RulePackError: an archive is damaged, its signature does not verify, or its key is not allowed.
        UsageError: the file of keys can't be read.
    """
    allowed = None if allowed_signers is None else _read(allowed_signers)
    found: list[Path | Archive] = []
    for path in paths:
        if rules.is_archive(path):
            found.append(_verified(rules.read_archive(path), allowed))
        elif allowed is not None:
            raise RulePackError(f"{path}: is no signed archive", hint="build it: cyberforensics rules build --key")
        else:
            found.append(path)
    return tuple(found)


def _verified(archive: Archive, allowed: str | None) -> Archive:
    from cyberforensics import signing  # here: without archives, cryptography is not needed

    if archive.signature is None:
        if allowed is not None:
            raise RulePackError(f"{archive.path}: is not signed", hint="build it with --key")
        return archive
    try:
        key = signing.verify(archive.signature, archive.lock, rules.NAMESPACE)
        if allowed is not None and not signing.is_allowed(key, allowed, None, rules.NAMESPACE):
            raise RulePackError(
                f"{archive.path}: is signed by {signing.fingerprint(key)}, which is not among the allowed signers",
                hint="ask whom the pack is from, and by another way than the pack came",
            )
    except signing.NotValid as error:
        raise RulePackError(f"{archive.path}: its signature is not valid: {error}", hint="fetch it again") from error
    return replace(archive, signed_by=signing.fingerprint(key))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{path}: the allowed signers can't be read ({error.strerror})") from error
