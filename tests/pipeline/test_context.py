"""Where a finding lies: places as their makers and public lists of artifacts give them, and what only looks like them.

The paths were written down by hand from the sources that `PLACES` names (KapeFiles, ForensicArtifacts, the makers' help
pages), with invented users and names where those have a placeholder.
"""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.cli.show import Context
from cyberforensics.model.contexts import CONTEXTS, GROUPS
from cyberforensics.model.entry import Name
from cyberforensics.pipeline import context_of
from cyberforensics.pipeline.context_places import PLACES
from cyberforensics.report.words import CONTEXTS as CONTEXT_WORDS
from cyberforensics.report.words import FINDING_GROUPS

DOCS = Path(__file__).parents[2] / "docs" / "contexts.md"


def name(path: str, stream: str | None = None) -> Name:
    return Name("e", path, stream, None)


@pytest.mark.parametrize(
    ("context", "path"),
    [
        # KapeFiles, Targets/Windows/MemoryFiles.tkape
        ("page-or-hibernation", "/pagefile.sys"),
        ("page-or-hibernation", "/hiberfil.sys"),
        ("page-or-hibernation", "/swapfile.sys"),
        ("page-or-hibernation", "/Windows/Minidump/030126-9859-01.dmp"),
        ("page-or-hibernation", "/Windows.old/Windows/Minidump/030126-9859-01.dmp"),
        ("page-or-hibernation", "/Windows/MEMORY.DMP"),
        ("page-or-hibernation", "/swap.img"),
        ("page-or-hibernation", "/private/var/vm/swapfile0"),
        ("page-or-hibernation", "/private/var/vm/sleepimage"),
        ("page-or-hibernation", "/swapfile12"),
        # KapeFiles, Targets/Antivirus; ForensicArtifacts, data/antivirus.yaml
        ("security-product", "/ProgramData/Microsoft/Windows Defender/Quarantine/ResourceData/0A/0A1B"),
        (
            "security-product",
            "/ProgramData/Microsoft/Windows Defender/Scans/History/Service/DetectionHistory/01/A-B-C-D",
        ),
        ("security-product", "/ProgramData/Microsoft/Microsoft Antimalware/Quarantine/Entries/X"),
        ("security-product", "/Windows/Temp/MpCmdRun.log"),
        ("security-product", "/Windows.old/Windows/Temp/MpCmdRun.log"),
        ("security-product", "/Windows/ServiceProfiles/LocalService/AppData/Local/Temp/MpCmdRun.log"),
        ("security-product", "/C/ProgramData/Microsoft/Windows Defender/Support/MPLog-20260301.log"),
        ("security-product", "/C%3A/ProgramData/Microsoft/Windows Defender/Support/MPLog-20260301.log"),
        ("security-product", "/Users/anna/AppData/Local/ESET/ESET Security/Quarantine/0A.NQF"),
        (
            "security-product",
            "/Windows/System32/config/systemprofile/AppData/Local/ESET/ESET Security/Quarantine/0A.NQF",
        ),
        ("security-product", "/Library/Application Support/ESET/esets/cache/quarantine/x"),
        ("security-product", "/ProgramData/Sophos/Sophos Anti-Virus/INFECTED/x"),
        ("security-product", "/Documents and Settings/All Users/Application Data/Sophos/Sophos AutoUpdate/Logs/x"),
        ("security-product", "/Users/Shared/Infected/x"),
        ("security-product", "/ProgramData/Malwarebytes/MBAMService/Quarantine/x.data"),
        ("security-product", "/ProgramData/Avast Software/Avast/Chest/index.xml"),
        ("security-product", "/ProgramData/AVG/Antivirus/FileInfo2.db"),
        ("security-product", "/ProgramData/Symantec/Symantec Endpoint Protection/14.3/Data/Quarantine/x.vbn"),
        ("security-product", "/Windows/System32/drivers/CrowdStrike/Quarantine/x"),
        ("security-product", "/Library/CS/Quarantine/x"),
        ("security-product", "/ProgramData/HitmanPro/Quarantine/x"),
        ("security-product", "/.equarantine/x"),
        # support.kaspersky.com
        ("security-product", "/ProgramData/Kaspersky Lab/KES.21.22/QB/x"),
        ("security-product", "/var/opt/kaspersky/kesl/common/objects-backup/x"),
        # clamav.net, freshclam.conf
        ("security-product", "/var/lib/clamav/main.cvd"),
        # KapeFiles, Targets/Browsers/BrowserCache.tkape; ForensicArtifacts, data/webbrowser.yaml
        ("cache", "/Users/anna/AppData/Local/Google/Chrome/User Data/Default/Cache/Cache_Data/f_00001a"),
        ("cache", "/Users/anna/AppData/Local/Google/Chrome SxS/User Data/Profile 1/Media Cache/f_00001a"),
        ("cache", "/Users/anna/AppData/Local/Chromium/User Data/Default/GPUCache/data_0"),
        ("cache", "/Users/anna/AppData/Local/Microsoft/Edge/User Data/Default/Cache/f_00001a"),
        ("cache", "/Users/anna/AppData/Local/BraveSoftware/Brave-Browser/User Data/Default/Cache/Cache_Data/data_1"),
        ("cache", "/Users/anna/AppData/Local/Mozilla/Firefox/Profiles/x.default/cache2/entries/0A"),
        ("cache", "/Users/anna/AppData/Local/Microsoft/Windows/INetCache/IE/ABCDEFGH/page[1].htm"),
        ("cache", "/Documents and Settings/anna/Local Settings/Temporary Internet Files/Content.IE5/X/page[1].htm"),
        ("cache", "/home/anna/.cache/google-chrome/Default/Cache/Cache_Data/f_00001a"),
        ("cache", "/home/anna/.cache/chromium/Cache/f_00001a"),
        ("cache", "/home/anna/.config/google-chrome/Default/Application Cache/x"),
        ("cache", "/home/anna/.cache/mozilla/firefox/x.default/cache2/entries/0A"),
        ("cache", "/Users/anna/Library/Caches/Google/Chrome/Default/Cache/x"),
        ("cache", "/Users/anna/Library/Caches/com.apple.Safari/Cache.db"),
        ("cache", "/System/Volumes/Data/Users/anna/Library/Caches/com.apple.Safari/Cache.db"),
        ("rule-text", "/Users/anna/hunt/APT.YAR"),
        ("rule-text", "/opt/Loki/signature-base/iocs/filename-iocs.txt"),
        ("rule-text", "/home/anna/sigma/rules/windows/process_creation/x.yml"),
        ("system", "/Windows/System32/drivers/etc/hosts"),
        ("system", "/usr/bin/env"),
        ("system", "/System Volume Information/tracking.log"),
    ],
)
def test_documented_places(context: str, path: str) -> None:
    found = context_of(name(path), "ntfs")
    assert found.context == context
    assert found.group == (None if context == "system" else context)


@pytest.mark.parametrize(
    "path",
    [
        "/Users/anna/Documents/Windows Defender/x",
        "/Users/anna/quarantine/x",
        "/Users/anna/Downloads/cache/tool.exe",
        "/Users/anna/pagefile.sys",
        "/home/anna/swapfile",
        "/home/anna/.cache/.x/miner",
        "/Users/anna/AppData/Local/CrashDumps/lsass.exe.1.dmp",
        "/Users/anna/AppData/Local/Microsoft/Windows/INetCache/Content.Outlook/ABCD/invoice.docm",
        "/Users/anna/AppData/Local/Microsoft/Windows/Temporary Internet Files/Content.Outlook/ABCD/invoice.docm",
        "/Users/anna/AppData/LocalLow/Microsoft/CryptnetUrlCache/Content/0A",
        "/$Recycle.Bin/S-1-5-21-1/$RABCDEF.exe",
        "/$OrphanFiles/tool.exe",
        "/$Extend/$Deleted/0012000000000A3B",
        "/Users/anna/rules/x.yml",
        "/x/y/$MFT",
        "/ProgramData/Microsoft/Windows Defenders/x",
    ],
)
def test_what_only_looks_like_such_a_place_is_listed_first(path: str) -> None:
    found = context_of(name(path), "ntfs")
    assert (found.context, found.group) == ("user-file", None)


@pytest.mark.parametrize(
    ("path", "stream", "filesystem", "group"),
    [
        ("/$MFT", None, "ntfs", "metadata-file"),
        ("/$LogFile", None, "ntfs", "metadata-file"),
        ("/$Extend/$UsnJrnl", "$J", "ntfs", "metadata-file"),
        ("/$Secure", "$SDS", "ntfs", "metadata-file"),
        ("/C/$MFT", None, "host", "metadata-file"),
        (
            "/System Volume Information/{4fd9ee3c-0e0a-11f1-8000-001122334455}{3808876b-c176-4e48-b7ae-04046e6cc752}",
            None,
            "ntfs",
            "metadata-file",
        ),
        ("/$FAT1", None, "fat32", "metadata-file"),
        ("/$CatalogFile", None, "hfs+", "metadata-file"),
        ("/$MFT", "hidden", "ntfs", None),
        ("/$MFT", None, "ext4", None),
        ("/$FAT1", None, "ext4", None),
        ("/$MFT", None, None, None),
    ],
)
def test_metadata_files_are_those_of_their_file_system(
    path: str, stream: str | None, filesystem: str | None, group: str | None
) -> None:
    found = context_of(name(path, stream), filesystem)
    assert found.group == group
    assert found.context == ("system" if group else "user-file")


def test_text_of_rules_counts_where_the_place_says_nothing_of_its_own() -> None:
    expected = {
        "/Users/anna/x.txt": "rule-text",
        "/Windows/x.txt": "rule-text",
        "/pagefile.sys": "page-or-hibernation",
        "/ProgramData/ESET/x": "security-product",
        "/$MFT": "system",
    }
    assert {path: context_of(name(path), "ntfs", in_rule_text=True).context for path in expected} == expected


@settings(deadline=None)  # the first example compiles the expressions
@given(st.text(max_size=200), st.text(max_size=20) | st.none())
def test_no_name_crashes_it(path: str, stream: str | None) -> None:
    found = context_of(name("/" + path, stream), "ntfs")
    assert found.context in CONTEXTS
    assert found.group is None or found.group in GROUPS


@pytest.mark.parametrize(
    "piece",
    ["/users/a/appdata/", "/user data/a", "/cache/cache_data", "/code cache", "/signature-base", "/thor",
     "/sigma/rules", "/chainsaw/rules", "/hayabusa", "/windows/livekernelreports/", "/gpucache/", "/a"],
)  # fmt: skip
def test_long_names_take_no_time(piece: str) -> None:
    """Of the 32,767 characters that a Windows path can have; it takes a thousandth of a second or two."""
    began = time.process_time()
    for start in ("", "/users/a/appdata/local", "/windows/livekernelreports"):
        context_of(name((start + piece * 32_767)[:32_767] + "\n"), "ntfs")
    assert time.process_time() - began < 2


def test_every_word_is_known_everywhere() -> None:
    assert [context.value for context in Context] == list(CONTEXTS) == list(CONTEXT_WORDS)
    assert list(FINDING_GROUPS) == list(GROUPS)
    assert {place.context for place in PLACES} == set(CONTEXTS) - {"user-file"}


def test_the_documentation_lists_every_place() -> None:
    text = DOCS.read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    written = [(what, globs, reference) for what, globs, reference in rows if globs.startswith("`")]
    expected = [
        (
            place.what,
            ", ".join(f"`{glob}`" for glob in place.globs),
            place.reference + (f" ({', '.join(place.filesystems)} only)" if place.filesystems else ""),
        )
        for place in PLACES
    ]
    assert written == expected
