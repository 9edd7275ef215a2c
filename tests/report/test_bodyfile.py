"""The body file, against lines that `fls -m` (The Sleuth Kit 4.11.1) printed of the public images in TRUTH.md."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cyberforensics.model.case_document import EntryRow
from cyberforensics.model.entry import Entry, EntryTime, EntryTimes, Kind, NameState, Recovery, TimeMeaning
from cyberforensics.model.times import Timestamp
from cyberforensics.report import bodyfile_lines
from tests.report import documents

MACTIME = shutil.which("mactime")
ORDER: tuple[TimeMeaning, ...] = ("accessed", "modified", "changed", "created")
FILE_NAME_ORDER: tuple[TimeMeaning, ...] = ("fn-accessed", "fn-modified", "fn-changed", "fn-created")


def made(
    path: str,
    kind: Kind,
    address: str,
    *,
    size: int | None = 0,
    mode: int | None = None,
    owner: tuple[int, int] | None = None,
    times: tuple[int, ...] = (),
    names: tuple[int, ...] = (),
    state: NameState = NameState.ALLOCATED,
    recovery: Recovery = Recovery.NOT_APPLICABLE,
    stream: str | None = None,
    link: str | None = None,
    content: int | None = 1,
) -> EntryRow:
    """An entry with its four times in the order of the body file."""
    stamps = [EntryTime(meaning, Timestamp(value, "posix")) for meaning, value in zip(ORDER, times, strict=False)]
    stamps += [
        EntryTime(meaning, Timestamp(value, "posix")) for meaning, value in zip(FILE_NAME_ORDER, names, strict=False)
    ]
    entry = Entry(
        volume="E1/p1",
        id="e",
        parent=None,
        number=1,
        path=path,
        path_raw=path.encode("utf-8", "surrogatepass"),
        stream=stream,
        kind=kind,
        meta_address=address,
        allocated=state is NameState.ALLOCATED,
        name_state=state,
        recovery=recovery,
        size=size,
        times=EntryTimes.of(stamps),
        mode=mode,
        uid=owner[0] if owner else None,
        gid=owner[1] if owner else None,
        link_target=link,
        content=content,
    )
    return documents.row(1, entry, digests=None)


EXT_TIMES = (1339756134, 1339754819, 1339756134, 0)
FLS = (
    (
        made("/a/b/c/g/f/idea.dll", Kind.FILE, "40", size=8192, mode=0o100444, owner=(0, 0), times=EXT_TIMES),
        ["0|/a/b/c/g/f/idea.dll|40|r/rr--r--r--|0|0|8192|1339756134|1339754819|1339756134|0"],
    ),
    (
        made(
            "/a/b/c/g/h/.winpmem-i386.sys.MUYQUl",
            Kind.FILE,
            "0",
            size=None,
            state=NameState.DELETED,
            recovery=Recovery.NO_RUNS,
        ),
        ["0|/a/b/c/g/h/.winpmem-i386.sys.MUYQUl (deleted)|0|r/----------|0|0|0|0|0|0|0"],
    ),
    (
        made(
            "/a_link",
            Kind.LINK,
            "22",
            size=24,
            mode=0o755,
            owner=(501, 20),
            times=(1642144782,) * 4,
            link="a_directory/another_file",
        ),
        ["0|/a_link -> a_directory/another_file|22|l/lrwxr-xr-x|501|20|24|1642144782|1642144782|1642144782|1642144782"],
    ),
    (
        made("/.HFS+ Private Directory Data", Kind.DIRECTORY, "17", mode=0o1555, times=(1642144781,) * 4),
        ["0|/.HFS+ Private Directory Data|17|d/dr-xr-xr-t|0|0|0|1642144781|1642144781|1642144781|1642144781"],
    ),
    (
        made("/$ExtentsFile", Kind.FILE, "3", size=32768),
        ["0|/$ExtentsFile|3|r/r---------|0|0|32768|0|0|0|0"],
    ),
    (
        made("/$MBR", Kind.VIRTUAL, "32691", size=512),
        ["0|/$MBR|32691|v/v---------|0|0|512|0|0|0|0"],
    ),
    (
        made("/$OrphanFiles", Kind.VIRTUAL, "32694", size=None, content=None),
        ["0|/$OrphanFiles|32694|V/V---------|0|0|0|0|0|0|0"],
    ),
    (
        made(
            "/$OrphanFiles/OrphanFile-16",
            Kind.FILE,
            "16",
            mode=0o555,
            times=(1324080594,) * 4,
            state=NameState.ORPHAN,
        ),
        ["0|/$OrphanFiles/OrphanFile-16 (deleted)|16|-/rr-xr-xr-x|0|0|0|1324080594|1324080594|1324080594|1324080594"],
    ),
    (
        made(
            "/just_a_file.txt",
            Kind.FILE,
            "49-1-128-1",
            size=12,
            mode=0o777,
            times=(1647577028, 1641478426, 1645587708, 1647576918),
            names=(1647576918,) * 4,
        ),
        [  # fls has the attribute's number too: 49-48-2
            "0|/just_a_file.txt ($FILE_NAME)|49-48|r/rrwxrwxrwx|0|0|96|1647576918|1647576918|1647576918|1647576918",
            "0|/just_a_file.txt|49-128-1|r/rrwxrwxrwx|0|0|12|1647577028|1641478426|1645587708|1647576918",
        ],
    ),
    (
        made(
            "/adstest/a.txt",
            Kind.FILE,
            "31-4-128-3",
            size=25,
            mode=0o777,
            times=(1441118480, 1441118501, 1441118501, 1441118480),
            stream="ads.txt",
        ),
        ["0|/adstest/a.txt:ads.txt|31-128-3|r/rrwxrwxrwx|0|0|25|1441118480|1441118501|1441118501|1441118480"],
    ),
)


@pytest.mark.parametrize(("row", "expected"), FLS)
def test_a_line_is_what_fls_prints(row: EntryRow, expected: list[str]) -> None:
    assert list(bodyfile_lines([row], mounts={"E1/p1": ""})) == expected


def test_a_name_whose_record_was_used_again_gets_nothing_of_the_other_file() -> None:
    row = made(
        "/old", Kind.FILE, "72", size=None, state=NameState.REALLOCATED, recovery=Recovery.RECORD_REUSED, content=None
    )
    assert list(bodyfile_lines([row])) == ["0|E1/p1/old (deleted-realloc)|72|r/----------|0|0|0|0|0|0|0"]


def test_file_name_times_stand_once_before_the_streams_of_a_file() -> None:
    streams = [made("/$Extend/$ObjId", Kind.FILE, "25-25-144-6", stream=name, names=(7,) * 4) for name in ("$O", "$P")]
    assert [line.split("|")[1] for line in bodyfile_lines(streams, mounts={"E1/p1": ""})] == [
        "/$Extend/$ObjId ($FILE_NAME)",
        "/$Extend/$ObjId:$O",
        "/$Extend/$ObjId:$P",
    ]


def test_the_root_itself_is_not_listed() -> None:
    assert list(bodyfile_lines([made("/", Kind.DIRECTORY, "5-5-144-6", names=(1, 2, 3, 4))])) == []


@pytest.mark.parametrize("name", [*documents.HOSTILE, "a|b", "|", "a\nb"])
def test_no_name_shifts_a_column(name: str) -> None:
    for line in bodyfile_lines([made("/" + name, Kind.FILE, "5", names=(1, 2, 3, 4), stream=name)]):
        assert line.count("|") == 10
        assert line.isprintable()


def test_special_bits_are_written_as_ls_does() -> None:
    shown = [next(bodyfile_lines([made("/x", Kind.FILE, "5", mode=mode)])).split("|")[3] for mode in (0o6755, 0o7000)]
    assert shown == ["r/rrwsr-sr-x", "r/r--S--S--T"]


def test_the_md5_stands_only_where_it_is_of_the_whole_content() -> None:
    whole, deleted = documents.demo_rows()[0], documents.demo_rows()[3]
    assert list(bodyfile_lines([whole]))[-1].startswith(documents.DIGESTS.md5 + "|")
    assert list(bodyfile_lines([deleted]))[-1].startswith("0|")


@pytest.mark.skipif(MACTIME is None, reason="mactime (The Sleuth Kit) is not installed: its reading is not tested")
def test_mactime_reads_it(tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_text("".join(line + "\n" for row, _ in FLS for line in bodyfile_lines([row], mounts={"E1/p1": ""})))
    run = subprocess.run(
        [str(MACTIME), "-d", "-y", "-z", "UTC", "-b", str(body)], capture_output=True, text=True, check=True
    )
    assert '2022-03-18T04:17:08Z,12,.a..,r/rrwxrwxrwx,0,0,49-128-1,"/just_a_file.txt"' in run.stdout
    assert '"/just_a_file.txt ($FILE_NAME)"' in run.stdout
