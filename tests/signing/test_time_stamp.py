"""Time stamps against the real openssl: it answers our requests, and we check its replies as it does."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.signing import NotValid, check_token, read_response, request
from tests.signing import authority

MESSAGE = b"the manifest of a case\n"
DIGEST = hashlib.sha256(MESSAGE).hexdigest()


@pytest.mark.parametrize(
    ("kind", "ess"), [(("rsa", "2048"), "sha256"), (("rsa", "2048"), "sha1"), (("ec", "P-256"), "sha512")]
)
def test_a_request_is_answered_and_the_reply_holds(tmp_path: Path, kind: tuple[str, ...], ess: str) -> None:
    tsa = authority.made(tmp_path / "tsa", kind=kind, ess=ess)
    asked, nonce = request(DIGEST)
    (tmp_path / "ask.tsq").write_bytes(asked)
    (tmp_path / "message").write_bytes(MESSAGE)
    said = authority.openssl("ts", "-query", "-in", tmp_path / "ask.tsq", "-text")
    assert f"Nonce: 0x{nonce:X}" in said
    assert "Certificate required: yes" in said
    assert "Hash Algorithm: sha256" in said
    reply = tsa.reply(tmp_path / "ask.tsq", tmp_path / "reply.tsr")
    verified = authority.openssl("ts", "-verify", "-data", tmp_path / "message", "-in", reply, "-CAfile", tsa.root)
    assert "Verification: OK" in verified
    found = read_response(reply.read_bytes())
    assert (found.digest, found.nonce) == (DIGEST, nonce)
    text = authority.openssl("ts", "-reply", "-in", reply, "-text")
    assert f"Time stamp: {found.moment:%b} {found.moment.day:2d} {found.moment:%H:%M:%S} {found.moment:%Y} GMT" in text
    assert check_token(found, tsa.root.read_bytes()) == "CN=Test TSA"


def test_another_authority_is_not_trusted(tmp_path: Path) -> None:
    tsa, other = authority.made(tmp_path / "tsa"), authority.made(tmp_path / "other")
    found = read_response(_reply(tmp_path, tsa).read_bytes())
    with pytest.raises(NotValid, match="no trusted certificate stands behind 'CN=Test TSA root'"):
        check_token(found, other.root.read_bytes())


def test_a_certificate_for_something_else(tmp_path: Path) -> None:
    """Openssl refuses to stamp with it, so an own reply is turned: its purpose is asked for before all."""
    tsa = authority.made(tmp_path / "tsa")
    config = tsa.folder / "openssl.cnf"
    authority.openssl(
        *("x509", "-req", "-in", tsa.folder / "tsa.csr", "-CA", tsa.root, "-CAkey", tsa.folder / "root.key"),
        *("-CAcreateserial", "-extfile", config, "-extensions", "other", "-out", tsa.folder / "wrong.pem"),
    )
    from cryptography import x509

    from cyberforensics.signing.certificates import issued_by, purpose_is_time_stamping

    root = x509.load_pem_x509_certificate(tsa.root.read_bytes())
    right = x509.load_pem_x509_certificate((tsa.folder / "tsa.pem").read_bytes())
    wrong = x509.load_pem_x509_certificate((tsa.folder / "wrong.pem").read_bytes())
    purpose_is_time_stamping(right)
    issued_by(right, [], [root], right.not_valid_before_utc)
    with pytest.raises(NotValid, match="not one for time stamping alone"):
        purpose_is_time_stamping(wrong)
    with pytest.raises(NotValid, match="not valid at the moment"):
        issued_by(right, [], [root], right.not_valid_after_utc.replace(year=2100))
    with pytest.raises(NotValid, match="no trusted certificate"):
        issued_by(root, [right], [], root.not_valid_before_utc)


def test_a_refusal_is_told(tmp_path: Path) -> None:
    tsa = authority.made(tmp_path / "tsa")
    (tmp_path / "message").write_bytes(MESSAGE)
    authority.openssl("ts", "-query", "-data", tmp_path / "message", "-sha512", "-out", tmp_path / "ask.tsq")
    reply = tsa.reply(tmp_path / "ask.tsq", tmp_path / "reply.tsr")  # its policy takes SHA-256 alone
    with pytest.raises(NotValid, match="did not grant it: rejection"):
        read_response(reply.read_bytes())


def test_every_changed_byte_of_a_token_is_noticed(tmp_path: Path) -> None:
    tsa = authority.made(tmp_path / "tsa")
    data, trusted = _reply(tmp_path, tsa).read_bytes(), tsa.root.read_bytes()
    before = read_response(data)
    missed = []
    for at in range(len(data)):
        changed = data[:at] + bytes((data[at] ^ 0x01,)) + data[at + 1 :]
        try:
            found = read_response(changed)
            check_token(found, trusted)
        except NotValid:
            continue
        if (found.digest, found.nonce, found.moment) != (before.digest, before.nonce, before.moment):
            missed.append(at)
    assert missed == []


@given(st.binary())
def test_no_bytes_crash_it(data: bytes) -> None:
    with pytest.raises(NotValid):
        read_response(data)


def _reply(folder: Path, tsa: authority.Authority) -> Path:
    (folder / "ask.tsq").write_bytes(request(DIGEST)[0])
    return tsa.reply(folder / "ask.tsq", folder / "reply.tsr")
