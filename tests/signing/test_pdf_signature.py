"""A signed report, as pdfsig of poppler finds it. Certificates and keys are made by openssl."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, tzinfo
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics import signing
from cyberforensics.errors import UsageError
from tests import helpers

needs_pyhanko = pytest.mark.skipif(find_spec("pyhanko") is None, reason="pyHanko (the extra sign-pdf) is not installed")
needs_pdfsig = pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig (poppler-utils) is not installed")
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

PHRASE = "päss phrase 1"
KEYS: dict[str, tuple[str, ...]] = {"rsa": ("rsa:2048",), "ecdsa": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")}

Maker = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Gives a PKCS #12 file with a self-signed certificate, for a kind of key and a pass phrase."""
    folder = tmp_path_factory.mktemp("identities")

    def make(kind: str, phrase: str) -> Path:
        key, certificate = folder / f"{kind}.pem", folder / f"{kind}.crt"
        path = folder / f"{kind}-{hashlib.sha256(phrase.encode()).hexdigest()[:8]}.p12"
        _openssl(
            *("req", "-x509", "-newkey", *KEYS[kind], "-nodes", "-days", "30", "-subj", "/CN=R. Okafor/O=Laboratory"),
            "-keyout",
            key,
            "-out",
            certificate,
        )
        _openssl("pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", path, "-passout", f"pass:{phrase}")
        return path

    return make


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return helpers.made(tmp_path_factory.mktemp("signed") / "case")


@needs_pyhanko
@needs_pdfsig
@pytest.mark.parametrize("kind", KEYS)
def test_pdfsig_finds_a_valid_signature_over_the_whole_file(kind: str, made: Maker, case: Path, tmp_path: Path) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE + "\n")
    done = helpers.inside("report", case, "--pdf", "--sign-pdf", made(kind, PHRASE), "--passphrase-file", phrase)
    assert done.returncode == 0, done.stderr
    signed = case / "reports" / "report-signed.pdf"
    assert done.stdout.splitlines() == [str(case / "reports" / name) for name in _NAMES]
    said = subprocess.run(["pdfsig", "-nocert", signed], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "Signing Hash Algorithm: SHA-256" in said
    assert "Signer Certificate Common Name: R. Okafor" in said
    assert PHRASE not in (case / "examination-log.jsonl").read_text("utf-8")


_NAMES = ("report.html", "report.pdf", "report-signed.pdf")


@needs_pyhanko
@needs_pdfsig
def test_a_changed_byte_is_found(made: Maker, case: Path, tmp_path: Path) -> None:
    assert helpers.inside("report", case, "--pdf", "--sign-pdf", made("rsa", "")).returncode == 0
    data = bytearray((case / "reports" / "report-signed.pdf").read_bytes())
    data[len(data) // 3] ^= 1
    (tmp_path / "changed.pdf").write_bytes(data)
    said = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "changed.pdf"], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." not in said


@needs_pyhanko
def test_the_report_without_a_signature_keeps_its_bytes(made: Maker, case: Path) -> None:
    plain, signed = case / "reports" / "report.pdf", case / "reports" / "report-signed.pdf"
    assert helpers.inside("report", case, "--pdf").returncode == 0
    before = plain.read_bytes()
    assert helpers.inside("report", case, "--pdf", "--sign-pdf", made("rsa", "")).returncode == 0
    assert plain.read_bytes() == before
    assert signed.read_bytes().startswith(before)  # a further revision: what was there stands there still
    kept = signed.read_bytes()
    assert helpers.inside("report", case, "--pdf").returncode == 0  # without signing again
    assert signed.read_bytes() == kept


@needs_pyhanko
def test_the_log_names_the_certificate(made: Maker, case: Path) -> None:
    path = made("rsa", "")
    assert helpers.inside("report", case, "--pdf", "--sign-pdf", path).returncode == 0
    text = subprocess.run(
        ["openssl", "x509", "-in", path.with_name("rsa.crt"), "-noout", "-fingerprint", "-sha256"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    fingerprint = text.strip().partition("=")[2].replace(":", "").lower()
    facts = json.loads((case / "examination-log.jsonl").read_text("utf-8").splitlines()[-1])["facts"]
    assert facts["signed"] == ["report-signed.pdf"]
    assert facts["certificate"]["sha256"] == fingerprint
    assert re.search("CN=R. Okafor", facts["certificate"]["subject"])


def test_without_pyhanko_the_extra_is_named(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyberforensics.signing.pdf_signature.find_spec", lambda _: None)
    before = (case / "examination-log.jsonl").read_bytes()
    done = helpers.inside("report", case, "--pdf", "--sign-pdf", tmp_path / "x.p12")
    assert done.returncode == 2
    assert "cyberforensics[sign-pdf]" in done.stderr
    assert (case / "examination-log.jsonl").read_bytes() == before


@needs_pyhanko
def test_what_can_not_sign_is_refused_before_anything_is_written(made: Maker, case: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    (tmp_path / "no.p12").write_bytes(b"no certificate")
    inside = case / "mine.p12"
    good = made("rsa", PHRASE)
    log = (case / "examination-log.jsonl").read_bytes()
    for arguments, says in (
        (("--sign-pdf", good), "--sign-pdf goes with --pdf"),
        (("--pdf", "--passphrase-file", tmp_path / "wrong"), "--passphrase-file goes with --sign-pdf"),
        (("--pdf", "--only", "x", "--sign-pdf", good), "not with --only"),
        (("--pdf", "--sign-pdf", good, "--passphrase-file", tmp_path / "wrong"), "another pass phrase"),
        (("--pdf", "--sign-pdf", good, "--passphrase-file", tmp_path / "none"), "can't be read"),
        (("--pdf", "--sign-pdf", tmp_path / "no.p12", "--passphrase-file", tmp_path / "wrong"), "no PKCS #12 file"),
        (("--pdf", "--sign-pdf", tmp_path / "none.p12"), "can't be read"),
        (("--pdf", "--sign-pdf", inside), "lies in the case folder"),
    ):
        done = helpers.inside("report", case, *arguments)
        assert done.returncode == 2, arguments
        assert says in done.stderr, arguments
    assert (case / "examination-log.jsonl").read_bytes() == log


@needs_pyhanko
def test_an_expired_certificate_is_refused(monkeypatch: pytest.MonkeyPatch, made: Maker) -> None:
    class Later:
        @staticmethod
        def now(tz: tzinfo) -> datetime:
            return datetime(2999, 1, 1, tzinfo=tz)

    path = made("rsa", "")
    monkeypatch.setattr("cyberforensics.signing.pdf_signature.datetime", Later)
    with pytest.raises(UsageError, match="the certificate is valid from"):
        signing.load_identity(path, b"")


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_loading(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.p12"
    path.write_bytes(data)
    assert isinstance(signing.identity_needs_pass_phrase(path), bool)
    with pytest.raises(UsageError):
        signing.load_identity(path, b"x")
