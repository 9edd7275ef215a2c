"""Signatures against the real ssh-keygen: it accepts ours, we accept its own, and neither accepts what was changed."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.errors import UsageError
from cyberforensics.signing import NotValid, is_allowed, load_key, make_key, needs_pass_phrase, sign, verify

SPACE = "cyberforensics-manifest"
MESSAGE = b"0" * 64 + b"  case.sqlite\n"
KINDS = [("ed25519",), ("rsa", "-b", "2048"), ("ecdsa", "-b", "256"), ("ecdsa", "-b", "384"), ("ecdsa", "-b", "521")]


@pytest.fixture
def ssh_keygen() -> str:
    found = shutil.which("ssh-keygen")
    if found is None:
        pytest.skip("the program ssh-keygen is not installed")
    return found


def _keygen(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["ssh-keygen", *map(str, arguments)], input=stdin, capture_output=True, timeout=60, check=False
    )


def _accepted(folder: Path, public: str, signature: str, message: bytes) -> bool:
    allowed, file = folder / "allowed", folder / "message.sig"
    allowed.write_text(f'examiner namespaces="{SPACE}" {public}\n')
    file.write_text(signature)
    arguments = ("-Y", "verify", "-f", allowed, "-I", "examiner", "-n", SPACE, "-s", file)
    return _keygen(*arguments, stdin=message).returncode == 0


@pytest.mark.parametrize("kind", KINDS, ids=" ".join)
@pytest.mark.parametrize("form", ["RFC4716", "PKCS8"])
def test_both_ways(ssh_keygen: str, tmp_path: Path, kind: tuple[str, ...], form: str) -> None:
    file = tmp_path / "key"
    assert _keygen("-q", "-t", *kind, "-m", form, "-N", "", "-f", file).returncode == 0
    key = load_key(file)
    assert _keygen("-l", "-f", f"{file}.pub").stdout.split()[1].decode() == key.fingerprint
    for _ in range(8):  # numbers of ECDSA begin with a set bit as often as not
        ours = sign(key, MESSAGE, SPACE)
        assert _accepted(tmp_path, key.public, ours, MESSAGE)
        assert verify(ours, MESSAGE, SPACE) == key.blob
    assert not _accepted(tmp_path, key.public, ours, MESSAGE + b" ")
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "message.sig").unlink()
    assert _keygen("-Y", "sign", "-f", file, "-n", SPACE, tmp_path / "message").returncode == 0
    theirs = (tmp_path / "message.sig").read_text()
    assert verify(theirs, MESSAGE, SPACE) == key.blob
    assert theirs.split("\n")[0] == ours.split("\n")[0]
    assert [len(line) for line in theirs.split("\n")][1:-3] == [len(line) for line in ours.split("\n")][1:-3]
    with pytest.raises(NotValid, match="not the signature of this file"):
        verify(theirs, MESSAGE + b" ", SPACE)
    with pytest.raises(NotValid, match="namespace b'cyberforensics-manifest', not 'file'"):
        verify(theirs, MESSAGE, "file")


def test_a_key_of_our_own(ssh_keygen: str, tmp_path: Path) -> None:
    key = make_key(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
    assert _keygen("-y", "-f", tmp_path / "new").stdout.decode().strip() == key.public
    assert (tmp_path / "new.pub").read_text().strip() == key.public
    assert load_key(tmp_path / "new").public == key.public
    with pytest.raises(UsageError, match="never overwritten"):
        make_key(tmp_path / "new")


def test_pass_phrases(ssh_keygen: str, tmp_path: Path) -> None:
    file = tmp_path / "rsa"
    assert _keygen("-q", "-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", "open it", "-f", file).returncode == 0
    assert needs_pass_phrase(file)
    key = load_key(file, b"open it")
    assert _keygen("-l", "-f", f"{file}.pub").stdout.split()[1].decode() == key.fingerprint
    with pytest.raises(UsageError, match="no private key could be read"):
        load_key(file, b"wrong")


@pytest.mark.skipif(importlib.util.find_spec("bcrypt") is not None, reason="the library bcrypt is installed")
def test_a_pass_phrase_that_needs_more_than_we_bring(ssh_keygen: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    assert _keygen("-q", "-t", "ed25519", "-N", "open it", "-f", file).returncode == 0
    assert needs_pass_phrase(file)
    with pytest.raises(UsageError, match="needs the library bcrypt"):
        load_key(file, b"open it")


def test_what_is_no_key(tmp_path: Path) -> None:
    key = make_key(tmp_path / "new")
    with pytest.raises(UsageError, match="no private key could be read") as caught:
        load_key(tmp_path / "new.pub")
    assert "not the .pub file" in caught.value.hint
    with pytest.raises(UsageError, match="the key can't be read"):
        load_key(tmp_path / "gone")
    assert not needs_pass_phrase(tmp_path / "new")
    assert key.fingerprint.startswith("SHA256:")


def test_allowed_signers_as_ssh_keygen_reads_them(ssh_keygen: str, tmp_path: Path) -> None:
    key, other = make_key(tmp_path / "key"), make_key(tmp_path / "other")
    signature = sign(key, MESSAGE, SPACE)
    (tmp_path / "sig").write_text(signature)
    lines = [
        f"examiner {key.public}",
        f"examiner {other.public}",
        f"*@lab.example,!intern@lab.example {key.public}",
        f'examiner namespaces="file" {key.public}',
        f'examiner namespaces="file,cyber*" {key.public} a comment',
        f"# examiner {key.public}",
        f"exam?ner {key.public}",
        "",
    ]
    for line in lines:
        for identity in ("examiner", "a@lab.example", "intern@lab.example"):
            (tmp_path / "allowed").write_text(f"{line}\n")
            theirs = _keygen(
                *("-Y", "verify", "-f", tmp_path / "allowed", "-I", identity, "-n", SPACE, "-s", tmp_path / "sig"),
                stdin=MESSAGE,
            )
            ours = is_allowed(verify(signature, MESSAGE, SPACE), f"{line}\n", identity, SPACE)
            assert ours == (theirs.returncode == 0), (line, identity)
    with pytest.raises(NotValid, match="options that only ssh-keygen"):
        is_allowed(key.blob, f'examiner valid-before="19990101" {key.public}', "examiner", SPACE)


@given(st.data())
def test_no_changed_byte_is_accepted_and_none_crashes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    key = make_key(tmp_path_factory.mktemp("key") / "key")
    text = sign(key, MESSAGE, SPACE)
    at = data.draw(st.integers(0, len(text) - 2))  # the newline at the end may go
    put = data.draw(st.characters(max_codepoint=127).filter(lambda found: found != text[at]))
    changed = text[:at] + put + text[at + 1 :]
    with pytest.raises(NotValid):
        verify(changed, MESSAGE, SPACE)


@given(st.text(), st.text())
def test_no_text_crashes_it(text: str, allowed: str) -> None:
    with pytest.raises(NotValid):
        verify(text, MESSAGE, SPACE)
    assert not is_allowed(b"none", allowed, "examiner", SPACE)
