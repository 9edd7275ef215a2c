"""Keys that sign: OpenSSH's private key files, or PKCS #8."""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from cyberforensics.errors import CannotWrite, UsageError

Private = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_LARGEST_FILE = 1 << 20
_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Key:
    """A private key, and its public one as OpenSSH writes it."""

    private: Private
    public: str
    """Type and base64, as in ``ssh-ed25519 AAAA…``."""

    @property
    def blob(self) -> bytes:
        """The public key in the wire format of RFC 4253."""
        return base64.b64decode(self.public.split()[1])

    @property
    def fingerprint(self) -> str:
        """As ``ssh-keygen -l`` prints it."""
        return fingerprint(self.blob)


def fingerprint(blob: bytes) -> str:
    """Of a public key in the wire format: ``SHA256:`` and base64 without padding, as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def needs_pass_phrase(path: Path) -> bool:
    """Whether the file of a private key is encrypted.

    Raises:
        UsageError: it can't be read, or holds no private key.
    """
    data = _read(path)
    try:
        _load(data, None)
    except TypeError:  # how the library says it
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return False


def load_key(path: Path, pass_phrase: bytes | None = None) -> Key:
    """The key of a file: Ed25519, RSA of 2048 bits or more, or ECDSA.

    Raises:
        UsageError: it can't be read, is no such key, or the pass phrase is wrong.
    """
    data = _read(path)
    try:
        found = _load(data, pass_phrase)
    except UnsupportedAlgorithm as error:
        raise UsageError(
            f"{path}: a pass phrase protects the key in a way that needs the library bcrypt, which is not installed",
            hint="seal with --unsigned, then sign with ssh-keygen -Y sign (docs/sealing.md), which asks for it",
        ) from error
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{path}: no private key could be read from it",
            hint="name the private key, not the .pub file; if it is the private key, the pass phrase is wrong",
        ) from error
    return _checked(path, found)


def make_key(path: Path) -> Key:
    """A new Ed25519 key in a new file that only its owner can read, and the public one beside it (``.pub``).

    Raises:
        UsageError: the file is there already.
        CannotWrite: it can't be written.
    """
    private = ed25519.Ed25519PrivateKey.generate()
    key = Key(private, _public(private))
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    try:
        _write_new(path, text, 0o600)
        _write_new(path.with_name(f"{path.name}.pub"), f"{key.public}\n".encode(), 0o644)
    except FileExistsError as error:
        raise UsageError(
            f"{error.filename}: is there already; a key is never overwritten", hint="name a new file, or use it: --key"
        ) from error
    except OSError as error:
        raise CannotWrite(f"{path}: the key can't be written ({error.strerror})") from error
    return key


def _write_new(path: Path, data: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE)
    except OSError as error:
        raise UsageError(f"{path}: the key can't be read ({error.strerror})") from error


def _load(data: bytes, pass_phrase: bytes | None) -> object:
    if data.lstrip().startswith(_OPENSSH):
        return serialization.load_ssh_private_key(data, pass_phrase)
    return serialization.load_pem_private_key(data, pass_phrase)


def _checked(path: Path, found: object) -> Key:
    if isinstance(found, rsa.RSAPrivateKey) and found.key_size < 2048:
        raise UsageError(f"{path}: an RSA key of {found.key_size} bits is too short", hint="2048 bits or more")
    if not isinstance(found, ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise UsageError(f"{path}: a key of this kind can't be used", hint="Ed25519, RSA or ECDSA")
    try:
        return Key(found, _public(found))
    except ValueError as error:
        raise UsageError(f"{path}: OpenSSH has no key of this curve", hint="Ed25519, RSA or ECDSA") from error


def _public(private: Private) -> str:
    encoded = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return encoded.decode()
