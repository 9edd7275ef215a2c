"""Time stamps over a manifest: request and reply are carried by hand or, where there is a network, sent in one step."""

import hashlib
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from cyberforensics import case, signing
from cyberforensics.errors import CannotWrite, CaseRefused, UsageError
from cyberforensics.replacing import replacing

REQUESTED = "time stamp requested"
TAKEN = "time stamp taken"
_LARGEST_REPLY = 1 << 20
_SECONDS = 30.0
"""That an authority may take for each step of its answer."""
_TYPES = ("application/timestamp-query", "application/timestamp-reply")
"""Of request and reply: RFC 3161, 3.4."""


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
    data = _request(folder, sha256)
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
    _refuse_stamped(folder)
    try:
        with response.open("rb") as file:
            data = file.read(_LARGEST_REPLY + 1)
    except OSError as error:
        raise UsageError(f"{response}: can't be read ({error.strerror})") from error
    return _taken(folder, sha256, data, str(response))


def ask_for_stamp(folder: Path, url: str) -> signing.TimeStamp:
    """Send a request to an authority over HTTP, and put its reply into the case, as `take_stamp` does.

    What is sent is the manifest's SHA-256 and a nonce. A redirection is not followed, and proxies of the environment
    are used.

    Raises:
        CaseRefused: as `take_stamp`.
        UsageError: the address is none, nobody answers there, or what answers is no authority.
        CannotWrite: the case can't be written.
    """
    sha256 = _manifest_digest(folder)
    _refuse_stamped(folder)
    if not _is_http(url):
        raise UsageError(f"--tsa {url}: no address of HTTP", hint="as in https://tsa.example/")
    return _taken(folder, sha256, _sent(url, _request(folder, sha256)), url)


def _is_http(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """None: an authority that moved is for the examiner to name."""


def _sent(url: str, data: bytes) -> bytes:
    request = urllib.request.Request(url, data, {"Content-Type": _TYPES[0], "Accept": _TYPES[1]})  # noqa: S310 - HTTP
    hint = "without a network: stamp --request FILE, carried to the authority, and stamp --response FILE"
    try:
        with urllib.request.build_opener(_NoRedirection).open(request, timeout=_SECONDS) as reply:
            kind = reply.headers.get_content_type()
            answer: bytes = reply.read(_LARGEST_REPLY + 1)
    except urllib.error.HTTPError as error:
        raise UsageError(f"{url}: answers {error.code} {error.reason}, no time stamp", hint=hint) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise UsageError(f"{url}: does not answer ({reason})", hint=hint) from error
    if len(answer) > _LARGEST_REPLY:
        raise UsageError(f"{url}: answers more than {_LARGEST_REPLY:,} bytes, which is no time stamp", hint=hint)
    if kind != _TYPES[1]:
        raise UsageError(f"{url}: answers {kind}, no {_TYPES[1]}: it is no time stamping authority", hint=hint)
    return answer


def _refuse_stamped(folder: Path) -> None:
    if (folder / case.TIME_STAMP).exists():
        raise CaseRefused(f"{folder}: has a time stamp already", hint=f"move {case.TIME_STAMP} away to take another")


def _request(folder: Path, sha256: str) -> bytes:
    """A request with a nonce of its own, which the log has before it is sent."""
    data, nonce = signing.request(sha256)
    case.log_action(folder, REQUESTED, {"sha256": sha256, "nonce": f"{nonce:x}"})
    return data


def _taken(folder: Path, sha256: str, data: bytes, response: str) -> signing.TimeStamp:
    """Put a reply into the case once it is seen to answer a request of this case."""
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
    with replacing(folder / case.TIME_STAMP) as out:
        out.write(data)
    digest = hashlib.sha256(data).hexdigest()
    facts = {"response sha256": digest, "time": stamp.moment.isoformat(), "from": response}
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
