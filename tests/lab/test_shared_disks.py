"""Disks with several volumes, and what E01 images are handed out in: mmls, ewfverify, ewfinfo and a triage agree."""

import hashlib
import re
from pathlib import Path

import pytest

from cyberforensics import case, query
from cyberforensics.disk.ewf import EwfImage
from cyberforensics.lab.handing_out import hand_out
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario
from cyberforensics.lab.truth import Truth, read_truth
from cyberforensics.triage import Options, triage
from tests.lab import plans

SYSTEMS = {"gpt": ("fat32", "ntfs", "ext4", "exfat", "fat16"), "mbr": ("ntfs", "ext4", "fat12", "exfat")}
SIZES = {"fat32": 36, "fat12": 2}
SCENARIO = """name = "shared"
minutes = 1
begins = "2026-03-02"
languages = ["en"]
[[hosts]]
id = "pc"
name = "PC"
[[disks]]
id = "laptop"
table = "{table}"
{packed}
[[volumes]]
id = "stick"
host = "pc"
file_system = "fat16"
size = "8 MiB"
"""
VOLUME = """[[volumes]]
id = "{system}"
host = "pc"
file_system = "{system}"
size = "{size} MiB"
disk = "laptop"
[volumes.background]
files = 7
[[actions]]
at = "day 1 09:00:00"
do = "create"
volume = "{system}"
path = "/notes/{system}.txt"
kind = "picture"
size = "400 KiB"
plant = "of-{system}"
[[actions]]
at = "day 1 10:00:00"
do = "copy"
volume = "{system}"
path = "/notes/{system}.txt"
to = "/{system}.txt"
onto = "stick"
plant = "copy-{system}"
"""
QUESTIONS = """[[questions]]
id = "sector"
points = 1
kind = "number"
answer = "{volume.ntfs.first_sector}"
[[questions]]
id = "media"
points = 1
kind = "digest"
answer = "{image.laptop.sha256}"
"""
TEXTS = """title = "Shared"
story = "A laptop."
task = "Look."
debrief = "The image {image.laptop.name}; ntfs is {volume.ntfs.slot} and ends in sector {volume.ntfs.last_sector}."
[questions]
sector = "In which sector does the volume of Windows begin?"
media = "Which digest has the disk?"
"""


def _scenario(folder: Path, table: str, packed: str) -> Path:
    (folder / "texts").mkdir(parents=True)
    volumes = [VOLUME.format(system=one, size=SIZES.get(one, 8)) for one in SYSTEMS[table]]
    text = SCENARIO.format(table=table, packed=packed) + "".join(volumes) + QUESTIONS
    (folder / "scenario.toml").write_text(text)
    (folder / "texts" / "en.toml").write_text(TEXTS)
    return folder


def _built(folder: Path, table: str, packed: str, seed: str = "1") -> tuple[Path, Truth]:
    written = read_scenario(_scenario(folder / "scenario", table, packed))
    truth = hand_out(written, seed, folder / "made")
    assert read_truth(folder / "made" / "instructor" / "truth.json") == truth
    return folder / "made" / "handout", truth


@pytest.mark.parametrize(
    ("table", "packed"), [("gpt", 'container = "e01"\nsegment_size = "1 MiB"\ncompression = "best"'), ("mbr", "")]
)
def test_the_truth_is_what_mmls_and_a_triage_find(table: str, packed: str, tmp_path: Path) -> None:
    folder, truth = _built(tmp_path, table, packed)
    stick, laptop = truth.images
    assert [one.id for one in truth.images] == ["stick", "laptop"]
    assert [one.file_system for one in laptop.volumes] == list(SYSTEMS[table])
    listed = plans.program("mmls", folder / laptop.file)
    found = re.findall(r"^\d+: +(\S+) +(\d+) +(\d+) ", listed, re.MULTILINE)
    ranges = [(int(first), int(last)) for slot, first, last in found if re.fullmatch(r"\d+(:\d+)?", slot)]
    assert ranges == [(one.first_sector, one.last_sector) for one in laptop.volumes]
    assert [(one.offset, one.size) for one in laptop.volumes] == [
        (first * 512, (last - first + 1) * 512) for first, last in ranges
    ]

    sources = {image.id: folder / image.file for image in truth.images}
    triage(sources, tmp_path / "case", Options(rule_packs=(), workers=1, cross_check=True))
    with case.open_existing(tmp_path / "case") as store:
        volumes = {volume.id: volume for volume in case.volumes(store) if volume.filesystem is not None}
        entries = list(query.objects(store, "entries", query.Filters()))
        troubles = list(case.problems(store))
    assert troubles == []
    for image in (stick, laptop):
        for one in image.volumes:
            volume = volumes.pop(f"{image.id}/{one.slot}")
            assert (volume.offset, volume.size, volume.filesystem) == (one.offset, one.size, one.file_system)
    assert volumes == {}
    assert len(truth.planted) == 2 * len(SYSTEMS[table])
    for planted in truth.planted:
        image, place = truth.place_of(planted.volume)
        (entry,) = [
            one
            for one in entries
            if (one["path"], one["volume"], one["evidence"]) == (planted.path, f"{image.id}/{place.slot}", image.id)
        ]
        assert (entry["sha256"], entry["size"]) == (planted.sha256, planted.size), planted
    if laptop.file.endswith(".raw"):
        disk = (folder / laptop.file).read_bytes()
        assert hashlib.sha256(disk).hexdigest() == laptop.media_sha256
        for planted in truth.planted:
            if planted.id.startswith("of-"):
                content = b"".join(disk[at : at + length] for at, length in planted.runs)
                assert hashlib.sha256(content).hexdigest() == planted.sha256


@pytest.mark.parametrize(("compression", "word"), [("none", "no compression"), ("fast", "fast"), ("best", "best")])
def test_e01_as_the_scenario_says_it(compression: str, word: str, tmp_path: Path) -> None:
    packed = f'container = "e01"\nsegment_size = "1 MiB"\ncompression = "{compression}"'
    folder, truth = _built(tmp_path / "one", "mbr", packed)
    laptop = truth.images[1]
    assert len(laptop.files) > 1
    assert [one.name for one in laptop.files[:2]] == ["laptop.E01", "laptop.E02"]
    assert {one.name for one in laptop.files} == {path.name for path in folder.iterdir() if path.stem == "laptop"}
    for one in laptop.files:
        data = (folder / one.name).read_bytes()
        assert len(data) <= 1 << 20
        assert hashlib.sha256(data).hexdigest() == one.sha256
        assert f"{one.sha256}  {one.name}\n" in (folder / "SHA256SUMS").read_text()
    told = plans.program("ewfinfo", folder / laptop.file)
    assert re.search(rf"Compression level:\s+.*{word}", told), told
    checked = plans.program("ewfverify", "-d", "sha256", folder / laptop.file)
    assert "ewfverify: SUCCESS" in checked
    assert laptop.media_sha256 in checked
    with EwfImage.open([folder / one.name for one in laptop.files]) as image:
        media = hashlib.sha256(image.read_at(0, laptop.media_size)).hexdigest()
        assert image.problems == ()
    assert media == laptop.media_sha256
    _, again = _built(tmp_path / "two", "mbr", packed)
    assert again == truth


def test_less_compression_takes_more_room(tmp_path: Path) -> None:
    sizes = []
    for compression in ("none", "fast", "best"):
        folder, truth = _built(tmp_path / compression, "mbr", f'container = "e01"\ncompression = "{compression}"')
        (file,) = truth.images[1].files
        sizes.append((folder / file.name).stat().st_size)
    assert sizes[0] > truth.images[1].media_size > sizes[1] > sizes[2]


MISTAKES = [
    ('table = "gpt"', 'table = "apm"', "one of gpt, mbr was expected"),
    ('table = "gpt"', 'tabel = "gpt"', "did you mean table?"),
    ('id = "laptop"', 'id = "gpt"', "take another name"),
    ('id = "laptop"', 'id = "stick"', "a volume has the name 'stick'"),
    ('id = "laptop"', 'id = "desktop"', "no volume lies on this disk"),
    ('disk = "laptop"', 'disk = "labtop"', "did you mean laptop?"),
    ('disk = "laptop"', 'disk = "laptop"\ncontainer = "raw"', "the disk laptop says it for all its volumes"),
    ('disk = "laptop"', 'disk = "laptop"\nsegment_size = "2 MiB"', "below [[disks]]"),
    ('container = "e01"', 'container = "e02"', "one of raw, e01, qcow2 was expected"),
    ('compression = "best"', 'compression = "most"', "one of none, fast, best was expected"),
    ('segment_size = "1 MiB"', 'segment_size = "1 MB"', 'a size such as "64 MiB"'),
    ('segment_size = "1 MiB"', 'segment_size = "1000 B"', "segment_size"),
    ('segment_size = "1 MiB"', 'segment_size = "3 GiB"', "segment_size"),
    ('size = "8 MiB"', 'size = "8 MiB"\ncompression = "best"', "it is of E01 images, and this one is raw"),
    (
        'answer = "{volume.ntfs.first_sector}"',
        'answer = "{volume.ntfs.first_secto}"',
        "did you mean {volume.ntfs.first_sector}?",
    ),
]


def _refused(folder: Path, old: str, new: str) -> tuple[list[str], str]:
    """What is said of the scenario with a line changed, and the line that is meant: the last of what was put in."""
    packed = 'container = "e01"\nsegment_size = "1 MiB"\ncompression = "best"'
    path = _scenario(folder / "scenario", "gpt", packed) / "scenario.toml"
    text = path.read_text()
    assert old in text
    number = text[: text.index(old)].count("\n") + 1 + new.count("\n")
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ScenarioError) as refused:
        hand_out(read_scenario(folder / "scenario"), "1", folder / "made")
    return list(refused.value.details), f"scenario.toml:{number}: "


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES)
def test_a_mistake_names_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    details, begin = _refused(tmp_path, old, new)
    assert any(one.startswith(begin) and said in one for one in details), (begin, details)


def test_container_of_a_disk_that_is_no_e01(tmp_path: Path) -> None:
    details, _ = _refused(tmp_path, 'container = "e01"', 'container = "qcow2"')
    assert [one.partition(" it is")[0] for one in details] == [
        "scenario.toml:12: segment_size:",
        "scenario.toml:13: compression:",
    ]


def test_the_fifth_volume_of_an_mbr_and_a_cut_that_would_hit_others(tmp_path: Path) -> None:
    details, _ = _refused(tmp_path / "mbr", 'table = "gpt"', 'table = "mbr"')
    number = next(
        place
        for place, line in enumerate((tmp_path / "mbr/scenario/scenario.toml").read_text().splitlines(), 1)
        if line == 'id = "fat16"'
    )
    assert details == [
        f'scenario.toml:{number + 4}: disk: mbr has room for 4 volumes, and this is one more; write table = "gpt"'
    ]
    cut = '[[damage]]\nvolume = "ntfs"\ndo = "cut"\nat = 4096\n'
    details, _ = _refused(tmp_path / "cut", "[[questions]]\n", f"{cut}[[questions]]\n")
    assert len(details) == 1
    assert "fat16 lies behind it on the disk and would be cut off; cut that one" in details[0]
    text = (tmp_path / "cut/scenario/scenario.toml").read_text().splitlines()
    assert text[int(details[0].split(":")[1]) - 1] == 'volume = "ntfs"'


def test_damage_on_a_shared_disk_is_told_by_its_place_there(tmp_path: Path) -> None:
    folder = _scenario(tmp_path / "scenario", "mbr", "")
    flip = '[[damage]]\nvolume = "ext4"\ndo = "flip"\npath = "/notes/ext4.txt"\nat = 5\nsize = 3\n'
    path = folder / "scenario.toml"
    sound = hand_out(read_scenario(folder), "1", tmp_path / "sound")
    path.write_text(path.read_text() + flip)
    hurt = hand_out(read_scenario(folder), "1", tmp_path / "hurt")
    before = (tmp_path / "sound/handout" / sound.images[1].file).read_bytes()
    after = (tmp_path / "hurt/handout" / hurt.images[1].file).read_bytes()
    changed = [at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    (broken,) = hurt.damage
    assert changed == [broken.offset, broken.offset + 1, broken.offset + 2]
    assert {one.id for one in hurt.planted if one.left != "whole"} == {"of-ext4"}
