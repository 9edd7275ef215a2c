"""Notable paths: the file that ships, files of laboratories, and how paths are held against many GLOBs."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.errors import UsageError
from cyberforensics.pipeline.notable import NotablePaths, load_notable
from cyberforensics.pipeline.path_globs import PathGlobs, is_glob_of_a_path
from tests import helpers

FITS = {
    "*/tor": (("/tor", "/x/Tor"), ("/x/tor/y", "/x/ator", "/torx")),
    "*/etc/tor/torrc": (("/etc/tor/torrc", "/x/etc/tor/torrc"), ("/etc/x/tor/torrc", "/xetc/tor/torrc")),
    "*.kdbx": (("/a.kdbx", "/x/y.KDBX", "/x/.kdbx"), ("/a.kdbx/b", "/kdbx", "/a.kdb")),
    "*/wallet.dat*": (("/wallet.dat", "/x/wallet.dat.bak"), ("/x/wallet.dat/y", "/xwallet.dat")),
    "/a/*/b": (("/a/x/b",), ("/a/b", "/a/x/y/b", "/x/a/x/b")),
    "*/x?y": (("/xzy", "/q/x.y"), ("/xy", "/x/y", "/xzzy")),
    "*.tar.gz": (("/k.tar.gz",), ("/ktargz", "/k.gz")),
    "*/*crypt": (("/decrypt", "/x/crypt"), ("/x/crypt/y", "/crypts")),
    "*/[ab]": (("/[ab]",), ("/a",)),
}
"""GLOBs with paths that fit and paths that do not, by the words of docs/orientation.md."""
GOOD = '[[notable]]\ncategory = "tool"\nlabel = "Label printer"\npaths = ["*/orchard label printer"]\n'


def _globs(loaded: NotablePaths) -> PathGlobs:
    return PathGlobs([(glob, place) for place, kind in enumerate(loaded.kinds) for glob in kind.paths])


def test_what_ships_loads_and_can_fit() -> None:
    shipped = load_notable(())
    assert len(shipped.kinds) > 20
    assert {kind.category for kind in shipped.kinds} >= {
        *("wallet", "anonymity", "encryption", "messenger", "cloud", "phone backup", "remote access")
    }
    globs = _globs(shipped)
    for path, label in (
        ("/Users/x/AppData/Roaming/Electrum/wallets", "Electrum"),
        ("/home/x/.gnupg", "OpenPGP keyrings"),
        ("/Users/x/Desktop/Tor Browser", "Tor Browser"),
        ("/Users/x/AppData/Roaming/Signal", "Signal"),
        ("/Users/x/OneDrive - Orchard", "Cloud folders"),
        ("/Users/x/AppData/Roaming/Apple Computer/MobileSync/Backup", "iPhone and iPad backups"),
        ("/Users/x/AppData/Roaming/AnyDesk", "AnyDesk, TeamViewer, RustDesk"),
        ("/Users/x/Documents/safe.hc", "VeraCrypt, TrueCrypt"),
    ):
        assert label in [shipped.kinds[place].label for place in globs.labels(path)]
    assert list(globs.labels("/Windows/System32/kernel32.dll")) == []


def test_every_glob_that_ships_is_found_by_a_path_of_its_own_words() -> None:
    """None of them has an anchor that hides it."""
    shipped = load_notable(())
    globs = _globs(shipped)
    for place, kind in enumerate(shipped.kinds):
        for glob in kind.paths:
            path = re.sub(r"^\*/", "/q/", glob).replace("*", "q")
            assert place in globs.labels(path if path.startswith("/") else f"/{path}"), glob


@pytest.mark.parametrize("glob", FITS)
def test_a_glob_fits_what_it_says(glob: str) -> None:
    together = PathGlobs([(one, place) for place, one in enumerate(FITS)])
    fitting, others = FITS[glob]
    for path in (*fitting, *others):
        assert (list(FITS).index(glob) in together.labels(path)) == (path in fitting), path


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_text_crashes_it(glob: str, path: str) -> None:
    if is_glob_of_a_path(glob):
        assert list(PathGlobs([(glob, 0)]).labels(path)) in ([], [0])


def test_a_laboratory_adds_its_own(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(GOOD)
    loaded = load_notable((own,))
    assert loaded.kinds[-1].label == "Label printer"
    assert len(loaded.digests) == 2
    assert loaded.digests[0] == load_notable(()).digests[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "bad.toml: no TOML"),
        ("", "bad.toml: notable:"),
        ("x = 1\n" + GOOD, "bad.toml: x:"),
        (GOOD + 'colour = "red"\n', "bad.toml: notable 1: colour: no such key"),
        (GOOD.replace('category = "tool"\n', ""), "bad.toml: notable 1: category: missing"),
        (GOOD.replace('"Label printer"', "7"), "bad.toml: notable 1: label: missing, empty or no text"),
        (GOOD.replace('["*/orchard label printer"]', '"*/x"'), "bad.toml: notable 1: paths: missing, empty or no list"),
        (GOOD.replace("*/orchard", "*/Orchard"), "bad.toml: notable 1: paths: */Orchard label printer is no GLOB"),
        (GOOD.replace("*/orchard label printer", "*"), "bad.toml: notable 1: paths: * is no GLOB"),
        (GOOD.replace('["*/orchard label printer"]', "[7]"), "bad.toml: notable 1: paths: 7 is no GLOB"),
    ],
)
def test_a_bad_file_is_named_with_its_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(UsageError, match=re.escape(said)):
        load_notable((tmp_path / "bad.toml",))


def test_a_bad_file_ends_a_run_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[[notable]]\n")
    for name in ("bad.toml", "missing.toml"):
        result = helpers.inside(
            *("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules", "--notable", tmp_path / name)
        )
        assert result.returncode == 2
        assert name in result.stderr
        assert not (tmp_path / "case").exists()
