"""A time stamping authority of our own, made with the real openssl."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_CONFIG = """
[ req ]
distinguished_name = name
prompt = no
[ name ]
CN = Test TSA root
[ root ]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[ stamping ]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ other ]
basicConstraints = CA:false
extendedKeyUsage = critical, serverAuth
[ tsa ]
default_tsa = policy
[ policy ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = {ess}
"""


@dataclass(frozen=True)
class Authority:
    """Its folder; ``root.pem`` is what a verifier trusts."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, request: Path, response: Path) -> Path:
        """Answer a request."""
        openssl(
            *("ts", "-reply", "-config", self.folder / "openssl.cnf", "-section", "policy"),
            *("-queryfile", request, "-out", response),
        )
        return response


def openssl(*arguments: str | Path) -> str:
    """Run the real program."""
    if shutil.which("openssl") is None:
        pytest.skip("the program openssl is not installed")
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout + done.stderr


def made(folder: Path, *, kind: tuple[str, ...] = ("rsa", "2048"), ess: str = "sha256") -> Authority:
    """A root and an authority below it."""
    folder.mkdir()
    config = folder / "openssl.cnf"
    config.write_text(_CONFIG.format(folder=folder, ess=ess))
    (folder / "serial").write_text("01\n")
    new = ("-newkey", "rsa:2048") if kind[0] == "rsa" else ("-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{kind[1]}")
    openssl(
        *("req", "-x509", "-config", config, "-extensions", "root", *new, "-nodes", "-days", "30"),
        *("-keyout", folder / "root.key", "-out", folder / "root.pem"),
    )
    openssl(
        *("req", "-new", "-config", config, "-subj", "/CN=Test TSA", *new, "-nodes"),
        *("-keyout", folder / "tsa.key", "-out", folder / "tsa.csr"),
    )
    openssl(
        *("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "root.pem", "-CAkey", folder / "root.key"),
        *("-CAcreateserial", "-extfile", config, "-extensions", "stamping", "-days", "30", "-out", folder / "tsa.pem"),
    )
    return Authority(folder)
