"""Time stamps over a manifest, for rooms without a network: the request is carried out, the reply is carried in."""

import hashlib
import json
from pathlib import Path

from cyberforensics import case, signing
from cyberforensics.errors import CannotWrite, CaseRefused, UsageError
from cyberforensics.replacing import replacing

REQUESTED = "time stamp requested"
TAKEN = "time stamp taken"
_LARGEST_REPLY = 1 << 20


def request_stamp(folder: Path, output: Path) -> str:
    """Write a request of RFC 3161 over the manifest's SHA-256, which is given back.

    Its nonce stands in ``after-seal.jsonl``, so that only the reply to it is taken.

    Raises:
        CaseRefused: the case is not sealed.
        UsageError: the request would lie in the case.
        CannotWrite: it can't be written.
    """
    sha256 = _manifest_digest(folder)
    if output.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{output}: lies in the sealed case", hint="write the request elsewhere")
    data, nonce = signing.request(sha256)
    case.log_action(folder, REQUESTED, {"sha256": sha256, "nonce": f"{nonce:x}"})
    with replacing(output) as out:
        out.write(data)
    return sha256


def take_stamp(folder: Path, response: Path) -> signing.TimeStamp:
    """Put the reply into the case, after it was seen to be granted, for this manifest and for a request of this case.

    Its signature is for `verify` to check, with the certificates of an authority that the caller trusts.

    Raises:
        CaseRefused: the case is not sealed, has a stamp already, or the reply is another's.
        UsageError: the reply can't be read.
        CannotWrite: it can't be written.
    """
    sha256 = _manifest_digest(folder)
    place = folder / case.TIME_STAMP
    if place.exists():
        raise CaseRefused(f"{folder}: has a time stamp already", hint=f"move {case.TIME_STAMP} away to take another")
    try:
        with response.open("rb") as file:
            data = file.read(_LARGEST_REPLY + 1)
    except OSError as error:
        raise UsageError(f"{response}: can't be read ({error.strerror})") from error
    try:
        stamp = signing.read_response(data)
    except signing.NotValid as error:
        raise CaseRefused(f"{response}: {error}", hint="ask the authority again, with a new request") from error
    if stamp.digest != sha256:
        raise CaseRefused(
            f"{response}: stamps {stamp.digest}, not the manifest of this case, {sha256}",
            hint="take the reply to this case's request",
        )
    if stamp.nonce is None or f"{stamp.nonce:x}" not in nonces(folder):
        raise CaseRefused(
            f"{response}: its nonce is not that of a request of this case", hint="take the reply to this case's request"
        )
    with replacing(place) as out:
        out.write(data)
    facts = {"response sha256": hashlib.sha256(data).hexdigest(), "time": stamp.moment.isoformat()}
    case.log_action(folder, TAKEN, facts)
    return stamp


def nonces(folder: Path) -> frozenset[str]:
    """Of the requests that were made for this case, in hex."""
    return _told(folder, REQUESTED, "nonce")


def taken_stamps(folder: Path) -> frozenset[str]:
    """SHA-256 of the replies that were taken for this case."""
    return _told(folder, TAKEN, "response sha256")


def _told(folder: Path, action: str, fact: str) -> frozenset[str]:
    found = set()
    path = folder / case.AFTER
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            entry = json.loads(line)
            if entry["action"] == action:
                found.add(str(entry["facts"][fact]))
        except (ValueError, KeyError, TypeError, RecursionError):  # verify names the line
            continue
    return frozenset(found)


def _manifest_digest(folder: Path) -> str:
    case.refuse_no_case(folder)
    if not case.is_sealed(folder):
        raise CaseRefused(f"{folder}: the case is not sealed", hint="seal it first: cyberforensics seal")
    try:
        return hashlib.sha256((folder / case.MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise CannotWrite(f"{folder / case.MANIFEST}: can't be read ({error.strerror})") from error
