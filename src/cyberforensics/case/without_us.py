#!/usr/bin/env python3
"""Check a sealed case with nothing but Python 3.8 or later: its manifest, and the chains of its two logs.

    python3 verify.py [CASE]          without a folder: the one in which this file lies

Exit code 0: all is as it was sealed; 10: something differs, and each place is named. This file lies in the case and can
be changed with it: take it from elsewhere, or read it first. It checks no signature and no time stamp; these do:

    ssh-keygen -Y verify -f ALLOWED_SIGNERS -I NAME -n cyberforensics-manifest -s manifest-sha256.txt.sig \\
        < manifest-sha256.txt
    openssl ts -verify -data manifest-sha256.txt -in manifest-sha256.txt.tsr -CAfile CA.pem
"""

import hashlib
import json
import os
import sys
from typing import Iterator, Tuple

MANIFEST = b"manifest-sha256.txt"
OUTSIDE = {MANIFEST, MANIFEST + b".sig", MANIFEST + b".tsr", b"allowed_signers", b"after-seal.jsonl"}


def digest(path: bytes) -> str:
    computed = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            computed.update(piece)
    return computed.hexdigest()


def listed(manifest: bytes) -> Iterator[Tuple[bytes, str]]:
    """Names and digests; a backslash before the digest says that the name is escaped, as sha256sum does it."""
    for line in manifest.split(b"\n"):
        if line:
            name = line.lstrip(b"\\")[66:]
            if line.startswith(b"\\"):
                parts = [part.replace(b"\\n", b"\n").replace(b"\\r", b"\r") for part in name.split(b"\\\\")]
                name = b"\\".join(parts)
            yield name, line.lstrip(b"\\")[:64].decode("ascii", "replace")


def check_manifest(folder: bytes) -> Iterator[Tuple[bytes, str]]:
    with open(os.path.join(folder, MANIFEST), "rb") as file:
        expected, walked = dict(listed(file.read())), os.walk(folder)
    there = {os.path.relpath(os.path.join(at, name), folder) for at, _, names in walked for name in names} - OUTSIDE
    for name in sorted(there | set(expected)):
        if name not in expected:
            yield name, "was added"
        elif name not in there:
            yield name, "is missing"
        elif os.path.islink(os.path.join(folder, name)) or not os.path.isfile(os.path.join(folder, name)):
            yield name, "is no file any more"
        elif digest(os.path.join(folder, name)) != expected[name]:
            yield name, "was changed"


def check_chain(path: bytes, before: bytes) -> Iterator[Tuple[bytes, str]]:
    """Each line holds the SHA-256 of the line before. One that power cut short is told by the chain of the next."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    if lines[-1]:
        yield path, "line %d was cut short, or has no newline" % len(lines)
    chains = [chain_of(line) for line in lines[:-1]] + [""]
    for number, line in enumerate(lines[:-1], start=1):
        if not chains[number - 1]:
            if chains[number] != hashlib.sha256(line).hexdigest():
                yield path, "line %d is no line of a log" % number
        elif chains[number - 1] != hashlib.sha256(lines[number - 2] if number > 1 else before).hexdigest():
            yield path, "line %d is not chained to the line before it" % number


def chain_of(line: bytes) -> str:
    try:
        return str(json.loads(line)["chain"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def main() -> None:
    folder = os.fsencode(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
    found = list(check_manifest(folder))
    with open(os.path.join(folder, MANIFEST), "rb") as file:
        manifest = file.read()
    for name, before in ((b"examination-log.jsonl", b""), (b"after-seal.jsonl", manifest)):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            found += check_chain(path, before)
        elif os.path.lexists(path):
            found.append((path, "is no file any more"))
    said = ["%s %s" % (ascii(os.fsdecode(place)), what) for place, what in found]
    said.append("SHA-256 of the manifest: %s" % hashlib.sha256(manifest).hexdigest())
    said.append("DIFFERENT: %d" % len(found) if found else "as it was sealed; signature and time stamp not checked")
    sys.stdout.write("\n".join(said) + "\n")
    sys.exit(10 if found else 0)


if __name__ == "__main__":
    main()
