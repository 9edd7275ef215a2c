"""A time stamp over HTTP: a server of the standard library, behind which the real ``openssl ts -reply`` answers."""

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cyberforensics import case, stamping
from tests import helpers
from tests.signing import authority

Answer = Callable[[bytes], tuple[int, str, bytes]]
REPLY = "application/timestamp-reply"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sealed")
    made = helpers.made(folder / "case")
    assert helpers.inside("seal", made, "--new-key", folder / "key").returncode == 0
    return made


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "case"))


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> authority.Authority:
    return authority.made(tmp_path_factory.mktemp("authority") / "tsa")


@contextmanager
def _served(answer: Answer) -> Iterator[tuple[str, list[tuple[str | None, bytes]]]]:
    """An address, and what was asked there: type and bytes of each request."""
    asked: list[tuple[str | None, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.headers["Content-Type"], data))
            code, kind, body = answer(data)
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_an_authority_answers(copy: Path, tsa: authority.Authority, tmp_path: Path) -> None:
    def answer(data: bytes) -> tuple[int, str, bytes]:
        (tmp_path / "ask.tsq").write_bytes(data)
        return 200, REPLY, tsa.reply(tmp_path / "ask.tsq", tmp_path / "reply.tsr").read_bytes()

    with _served(answer) as (url, asked):
        done = helpers.inside("stamp", copy, "--tsa", url)
    assert done.returncode == 0, done.stderr
    ((kind, data),) = asked
    manifest = (copy / case.MANIFEST).read_bytes()
    assert kind == "application/timestamp-query"
    assert hashlib.sha256(manifest).digest() in data
    assert len(data) < 100  # a digest, a nonce, and what frames them
    verified = authority.openssl(
        *("ts", "-verify", "-data", copy / case.MANIFEST, "-in", copy / case.TIME_STAMP, "-CAfile", tsa.root)
    )
    assert "Verification: OK" in verified
    assert helpers.inside("verify", copy, "--ca", tsa.root).returncode == 0
    lines = (copy / case.AFTER).read_bytes().splitlines()
    assert [json.loads(line)["action"] for line in lines] == [stamping.REQUESTED, stamping.TAKEN]
    assert json.loads(lines[1])["facts"]["from"] == url
    chains = [json.loads(line)["chain"] for line in lines]
    assert chains == [hashlib.sha256(manifest).hexdigest(), hashlib.sha256(lines[0]).hexdigest()]
    again = helpers.inside("stamp", copy, "--tsa", url)
    assert (again.returncode, "has a time stamp already" in again.stderr) == (40, True)


@pytest.mark.parametrize(
    ("answered", "code", "said"),
    [
        ((404, "text/html", b"no"), 2, "answers 404"),
        ((302, REPLY, b""), 2, "answers 302"),
        ((200, "text/html", b"<html>a page of a hotel's network</html>"), 2, "answers text/html"),
        ((200, REPLY, b"x" * ((1 << 20) + 1)), 2, "answers more than 1,048,576 bytes"),
        ((200, REPLY, b"no reply"), 40, ""),
        ((200, REPLY, b""), 40, ""),
    ],
)
def test_answers_that_are_none(copy: Path, answered: tuple[int, str, bytes], code: int, said: str) -> None:
    with _served(lambda _: answered) as (url, asked):
        done = helpers.inside("stamp", copy, "--tsa", url)
    assert (done.returncode, len(asked)) == (code, 1), done.stderr
    assert url in done.stderr
    assert said in done.stderr
    assert "hint:" in done.stderr
    assert not (copy / case.TIME_STAMP).exists()
    assert helpers.inside("verify", copy).returncode == 0  # that it was asked for stands in after-seal.jsonl


def test_an_answer_to_another_request(copy: Path, tsa: authority.Authority, tmp_path: Path) -> None:
    """What was answered before is sent again: its nonce tells."""
    assert helpers.inside("stamp", copy, "--request", tmp_path / "ask.tsq").returncode == 0
    (copy / case.AFTER).unlink()
    old = tsa.reply(tmp_path / "ask.tsq", tmp_path / "reply.tsr").read_bytes()
    with _served(lambda _: (200, REPLY, old)) as (url, _):
        done = helpers.inside("stamp", copy, "--tsa", url)
    assert (done.returncode, "its nonce is not that of a request of this case" in done.stderr) == (40, True)


def test_nobody_answers(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _served(lambda _: (200, REPLY, b"")) as (url, _):
        pass
    for address, said in (
        (url, "does not answer ("),
        ("http://no-such-host.invalid/", "does not answer ("),
    ):
        done = helpers.inside("stamp", copy, "--tsa", address)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
        assert "hint: without a network: stamp --request FILE" in done.stderr
    silent = threading.Event()

    def wait(_: bytes) -> tuple[int, str, bytes]:
        silent.wait(10)
        return 200, REPLY, b""

    monkeypatch.setattr(stamping, "_SECONDS", 0.2)
    with _served(wait) as (url, _):
        done = helpers.inside("stamp", copy, "--tsa", url)
        silent.set()
    assert (done.returncode, "does not answer (timed out)" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://tsa.example/", "tsa.example", "https://", "http://[::1"]
)
def test_addresses_that_are_none(copy: Path, url: str) -> None:
    done = helpers.inside("stamp", copy, "--tsa", url)
    assert (done.returncode, "no address of HTTP" in done.stderr) == (2, True), done.stderr
    assert not (copy / case.AFTER).exists()


def test_one_way_at_a_time(copy: Path, tmp_path: Path) -> None:
    for more in (("--request", tmp_path / "ask.tsq"), ("--response", tmp_path / "reply.tsr")):
        assert helpers.inside("stamp", copy, "--tsa", "http://127.0.0.1:1/", *more).returncode == 2
