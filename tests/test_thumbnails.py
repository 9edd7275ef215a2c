"""Thumbnails: decoded in a worker, bounded, marked, and never of what is restricted unless somebody asks.

The pictures are written by hand, byte by byte, so that what a thumbnail must show is known without Pillow.
"""

import base64
import hashlib
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics import case, export, thumbnails
from cyberforensics.errors import EXIT_PROBLEMS, UsageError
from cyberforensics.model.thumbnails import MAX_PIXELS, Thumbnail
from cyberforensics.pipeline import thumbnail
from cyberforensics.triage import Options, triage
from tests import helpers
from tests.report.browser import CHROMIUM, Browser
from tests.report.test_html import Reader

needs_pillow = pytest.mark.skipif(
    find_spec("PIL") is None, reason="Pillow is not installed (extra: thumbnails): no thumbnail is made"
)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: bytes, *, mode: int = 2) -> bytes:
    """As the PNG specification has it: signature, IHDR, one IDAT, IEND."""
    head = struct.pack(">IIBBBBB", width, height, 8, mode, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def flat(width: int, height: int, colour: tuple[int, ...]) -> bytes:
    return png(width, height, (b"\0" + bytes(colour) * width) * height, mode=2 if len(colour) == 3 else 6)


RED = flat(400, 200, (200, 10, 30))
BLUE = flat(8, 8, (0, 0, 255))
CLEAR = flat(4, 4, (9, 9, 9, 0))
BOMB = png(19_000, 19_000, b"")
FILES = {
    "red.png": RED,
    "blue.png": BLUE,
    "sub/blue again.png": BLUE,
    "clear.png": CLEAR,
    "bomb.png": BOMB,
    "torn.png": RED[: len(RED) // 2],
    "drawn.svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "note.txt": b"no picture",
    "<img src=x onerror=alert(1)>.png": flat(16, 16, (1, 2, 3)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    evidence = tmp_path / "evidence"
    for name, data in FILES.items():
        (evidence / name).parent.mkdir(parents=True, exist_ok=True)
        (evidence / name).write_bytes(data)
    triage({"E1": evidence}, tmp_path / "case", Options(rule_packs=()))
    return tmp_path / "case"


def page(folder: Path, selection: str = "pictures", *, restricted: bool = False) -> Reader:
    with case.open_existing(folder) as store:
        written = thumbnails.write_thumbnails(store, selection, restricted=restricted)
    assert written.path == folder / "reports/thumbnails.html"
    return Reader(written.path.read_text("ascii"))


def log(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / case.LOG).read_text("utf-8").splitlines()]


def tag(folder: Path, path: str, label: str) -> str:
    with case.open_existing(folder) as store:
        (entry,) = (row.id for row in case.entries(store) if row.entry.path == path)
    assert helpers.inside("tag", folder, entry, label).returncode == 0
    return entry


@needs_pillow
def test_a_page_holds_small_pixels_with_path_digest_and_id_and_the_reason_of_the_rest(folder: Path) -> None:
    reader = page(folder)
    rows = {row[0]: row for row in reader.island("pictures")}
    assert set(rows) == {
        "/red.png",
        "/blue.png",
        "/sub/blue again.png",
        "/clear.png",
        "/<img src=x onerror=alert(1)>.png",
    }
    red = rows["/red.png"]
    assert red[4] == hashlib.sha256(RED).hexdigest()
    assert red[5:8] == [128, 64, [400, 200]]
    assert base64.b64decode(red[10]) == bytes((200, 10, 30)) * 128 * 64
    assert base64.b64decode(rows["/blue.png"][10]) == bytes((0, 0, 255)) * 64
    assert base64.b64decode(rows["/clear.png"][10]) == b"\xff" * 48  # nothing, on white
    document = reader.island("document")
    assert {row[0]: row[4] for row in document["without"]} == {
        "/bomb.png": "a side of more than 20,000 pixels, or more than 50,000,000 in all",
        "/torn.png": "the picture could not be decoded",
        "/drawn.svg": "no format that is decoded (JPEG, PNG, GIF, BMP, TIFF, WEBP)",
    }
    assert document["chosen"] == 8
    finished = log(folder)[-1]
    assert finished["action"] == "thumbnails finished"
    told = finished["facts"]
    written = folder / "reports/thumbnails.html"
    assert told == {"file": "thumbnails.html", "sha256": hashlib.sha256(written.read_bytes()).hexdigest(), "shown": 5}
    first = written.read_bytes()
    page(folder)
    assert written.read_bytes() == first


@needs_pillow
def test_the_page_has_no_picture_file_no_link_and_says_restricted(folder: Path) -> None:
    reader = page(folder)
    assert {tag for tag, _ in reader.elements}.isdisjoint({"img", "svg", "link", "object", "iframe"})
    text = (folder / "reports/thumbnails.html").read_text("ascii")
    assert "RESTRICTED" in text
    assert "data:image" not in text
    assert base64.b64encode(b"\x89PNG\r\n").decode()[:7] not in text
    policy = next(values["content"] for _, values in reader.elements if "http-equiv" in values)
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "img-src" not in policy


@needs_pillow
def test_what_is_restricted_needs_to_be_asked_for(folder: Path, tmp_path: Path) -> None:
    tag(folder, "/sub/blue again.png", "restricted")
    reader = page(folder)
    held = {row[0]: row[4] for row in reader.island("document")["without"]}
    assert held["/blue.png"] == held["/sub/blue again.png"]  # the same bytes elsewhere, too
    assert "restricted" in held["/blue.png"]
    pixels = base64.b64encode(bytes((0, 0, 255)) * 64).decode()
    assert pixels not in (folder / "reports/thumbnails.html").read_text("ascii")
    page(folder, restricted=True)
    assert pixels in (folder / "reports/thumbnails.html").read_text("ascii")
    started = [line["facts"] for line in log(folder) if line["action"] == "thumbnails started"]
    assert [facts["restricted shown"] for facts in started] == [False, True]  # type: ignore[index]


def test_what_is_restricted_is_not_exported_unless_it_is_asked_for(folder: Path, tmp_path: Path) -> None:
    tag(folder, "/sub", "restricted")
    sha256 = hashlib.sha256(BLUE).hexdigest()
    with case.open_existing(folder) as store:
        held = export.export(store, case.Conditions(), tmp_path / "out")
        export.export_zip(store, case.Conditions(), tmp_path / "out.zip")
        restricted = {item.row.entry.path for item in held if item.reason == "restricted"}
        assert restricted == {"/sub/blue again.png"}  # a folder's label is that of what lies below it
    tag(folder, "/blue.png", "restricted")
    told = helpers.inside("export", folder, "--path", "*", "-o", tmp_path / "two")
    assert told.returncode == EXIT_PROBLEMS
    assert "NOT EXPORTED (restricted)  /blue.png" in told.stdout
    assert not list((tmp_path / "two").rglob(sha256))
    told = helpers.inside("export", folder, "--path", "*", "-o", tmp_path / "three", "--restricted")
    assert told.returncode == 0
    assert list((tmp_path / "three").rglob(sha256))
    started = [line["facts"] for line in log(folder) if line["action"] == "export started"]
    assert [facts.get("restricted left out") for facts in started] == [1, 1, 2, None]  # type: ignore[attr-defined]
    assert started[-1]["restricted exported"] is True  # type: ignore[index]


@needs_pillow
def test_a_label_selects_and_what_is_no_picture_says_so(folder: Path) -> None:
    tag(folder, "/red.png", "look")
    tag(folder, "/note.txt", "look")
    told = helpers.inside("report", folder, "--thumbnails", "look")
    assert told.returncode == 0, told.stderr
    assert str(folder / "reports/thumbnails.html") in told.stdout
    assert "1 of 2 contents have a thumbnail" in told.stderr
    reader = Reader((folder / "reports/thumbnails.html").read_text("ascii"))
    assert [row[0] for row in reader.island("pictures")] == ["/red.png"]
    assert [row[0::4] for row in reader.island("document")["without"]] == [
        ["/note.txt", "not a picture by its content"]
    ]
    assert helpers.inside("report", folder, "--thumbnails", "nobody").returncode == 2
    assert helpers.inside("report", folder, "--restricted").returncode == 2


def test_without_pillow_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnail, "find_spec", lambda name: None)
    with case.open_existing(folder) as store, pytest.raises(UsageError) as told:
        thumbnails.write_thumbnails(store, "pictures")
    assert "cyberforensics[thumbnails]" in (told.value.hint or "")


@needs_pillow
def test_the_parent_never_loads_a_decoder(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from cyberforensics import case, thumbnails\n"
        f"with case.open_existing(Path({str(folder)!r})) as store:\n"
        "    print(thumbnails.write_thumbnails(store, 'pictures').shown)\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'PIL'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=helpers.environment()
    )
    assert done.stdout.split("\n")[:2] == ["5", "[]"]


@needs_pillow
def test_content_that_is_not_what_was_examined_is_not_decoded(folder: Path) -> None:
    evidence = folder.parent / "evidence/red.png"
    stat = evidence.stat()
    evidence.write_bytes(RED[:-1] + b"?")
    os.utime(evidence, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    reader = page(folder)
    assert ["/red.png", "its bytes are not those that were examined"] in [
        row[0::4] for row in reader.island("document")["without"]
    ]


@pytest.mark.parametrize(
    "answer",
    [
        Thumbnail(1, "a" * 64, 2, 2, b"123"),
        Thumbnail(1, "a" * 64, 10**6, 10**6, b""),
        Thumbnail(1, "a" * 64, 0, 0, b""),
        Thumbnail(1, "b" * 64, 1, 1, b"123"),
        Thumbnail(1, None, reason="whatever a worker that was taken over would like to have in the page"),
    ],
)
def test_a_worker_that_was_taken_over_is_not_believed(answer: Thumbnail) -> None:
    class Liar:
        def run(self, job: object, *, size: int = 0) -> Iterator[Thumbnail]:
            yield answer

    class Job:
        expected = "a" * 64

        class content:  # noqa: N801 - a double
            number, size = 1, 3

    told = thumbnails._one(Liar(), Job())  # type: ignore[arg-type]
    assert told.reason == "worker.bad-reply"
    assert told.pixels == b""


STARTS = (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\0", b"RIFF\0\0\0\0WEBPVP8 ")


@needs_pillow
@settings(deadline=None, max_examples=150)
@given(
    st.binary(max_size=400),
    st.sampled_from(STARTS),
)
def test_no_bytes_crash_it(data: bytes, start: bytes) -> None:
    made = thumbnail.made_small(1, "a" * 64, start + data)
    assert made.reason is not None or made.is_whole


@needs_pillow
def test_a_bomb_is_told_by_its_header_alone() -> None:
    assert MAX_PIXELS < 19_000 * 19_000
    made = thumbnail.made_small(1, "a" * 64, BOMB)
    assert made.reason == "too-many-pixels"


@needs_pillow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH: the page is not tried in a browser")
def test_each_is_pixelated_until_it_is_opened_one_at_a_time(tmp_path: Path) -> None:
    # the left half black and the right half white, with the edge inside a block: coarse blocks mix the two
    rows = (b"\0" + b"\0\0\0" * 40 + b"\xff\xff\xff" * 24) * 64
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    for name in ("a.png", "b.png"):
        (evidence / name).write_bytes(png(64, 64, rows) + name.encode())
    triage({"E1": evidence}, tmp_path / "case", Options(rule_packs=()))
    page(tmp_path / "case")
    pixel = "((n) => [...document.querySelectorAll('canvas')[n].getContext('2d').getImageData(42, 5, 1, 1).data][0])"
    click = "document.querySelectorAll('.thumbnail button')[%d].click()"
    with Browser() as browser:
        path = tmp_path / "case/reports/thumbnails.html"
        browser.open(path)
        assert (browser.run(f"{pixel}(0)"), browser.run(f"{pixel}(1)")) == (128, 128)  # eight columns of each: 127.5
        browser.run(click % 0)
        assert (browser.run(f"{pixel}(0)"), browser.run(f"{pixel}(1)")) == (255, 128)
        browser.run(click % 1)
        assert (browser.run(f"{pixel}(0)"), browser.run(f"{pixel}(1)")) == (128, 255)
        browser.run("window.dispatchEvent(new Event('beforeprint'))")
        assert browser.run(f"{pixel}(1)") == 128
        assert [text for text in browser.messages if "willReadFrequently" not in text] == []  # it is we who read back
        assert browser.requests == [path.as_uri()]
