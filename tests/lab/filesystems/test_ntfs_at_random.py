"""Any small plan is either refused or gives a volume in which The Sleuth Kit finds just what was planned."""

import tempfile
from collections import Counter
from pathlib import Path

import pytsk3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberforensics.lab.plan import CannotHold, PlacedFile, PlannedFile, PlannedVolume
from tests.lab.filesystems import ntfs_plans as plans

_NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0/", max_codepoint=0xFFFF, exclude_categories=("Cc", "Cs", "Cn")),
    min_size=1,
    max_size=40,
).filter(lambda name: name not in {".", ".."} and not name.startswith("$"))
_SIZES = st.sampled_from([0, 1, 100, 600, 800, 4095, 4096, 4097, 20_000])


@st.composite
def _plans(draw: st.DrawFn) -> PlannedVolume:
    cluster_size = draw(st.sampled_from([512, 4096, 65_536]))
    folders = [("", False)]
    files: list[PlannedFile] = []
    for number in range(draw(st.integers(1, 14))):
        above, above_deleted = draw(st.sampled_from(folders))
        path = f"{above}/{draw(_NAMES)}"
        deleted = above_deleted or draw(st.booleans())
        overwritten = deleted and draw(st.booleans())
        if draw(st.integers(0, 3)) == 0:
            files.append(plans.folder(path, number, deleted=deleted, overwritten=overwritten))
            if path not in {known for known, _ in folders}:
                folders.append((path, deleted))
            continue
        size = draw(_SIZES)
        streams = tuple(
            (f"stream {at}", plans.content(plans.noise(1000 + number * 10 + at, draw(_SIZES))))
            for at in range(draw(st.integers(0, 2)))
        )
        room = -size % cluster_size if size else 0
        slack = plans.noise(5000 + number, draw(st.integers(0, min(room, 50))))
        files.append(
            plans.file(
                path,
                plans.noise(number, size),
                number,
                deleted=deleted,
                overwritten=overwritten,
                streams=streams,
                slack=slack,
                hidden=draw(st.booleans()),
                name_stamps=draw(st.sampled_from([None, plans.stamps(100 + number)])),
            )
        )
    # what is to be overwritten takes something that comes after it
    files.append(plans.file("/$takes clusters", plans.noise(99, 2_000_000), 99))
    files += [plans.file(f"/$takes a record {number}", b"", number) for number in range(len(files))]
    serial = draw(st.integers(0, 9))
    return PlannedVolume("ntfs", 8 << 20, "TRAINING", serial, plans.FORMATTED, tuple(files), cluster_size=cluster_size)


@given(_plans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_what_is_planned_is_what_is_read(volume: PlannedVolume) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "volume.raw"
        try:
            placed = plans.written(volume, path)
        except CannotHold:
            return
        _compare(volume, placed, path)


def _compare(volume: PlannedVolume, placed: tuple[PlacedFile, ...], path: Path) -> None:
    image = path.read_bytes()
    media = pytsk3.Img_Info(str(path))
    file_system = pytsk3.FS_Info(media)
    for planned, found, data in plans.pairs(volume, placed):
        if found.meta_address is None:
            assert found.name_state == "gone"
            continue
        number, sequence, kind, attribute = (int(part) for part in found.meta_address.split("-"))
        record = file_system.open_meta(number)
        assert int(record.info.meta.seq) == sequence
        in_use = bool(int(record.info.meta.flags) & int(pytsk3.TSK_FS_META_FLAG_ALLOC))
        assert in_use == (found.name_state == "allocated")
        if kind == 144:
            continue
        read = record.read_random(0, found.size, kind, attribute) if found.size else b""
        if found.content_readable or len(data) > 64:  # a few bytes may be the same by chance
            assert (read == data) == found.content_readable
        if found.content_readable:
            assert plans.at(image, found.runs) == data
        if planned.slack and not found.stream and found.content_readable:
            assert found.slack_at is not None
            assert image[found.slack_at : found.slack_at + len(planned.slack)] == planned.slack
    names = Counter(_walked(file_system, file_system.open_dir("/"), ""))
    expected = Counter(
        (item.path, item.deleted)
        for item, found, _ in plans.pairs(volume, placed)
        if not found.stream and not item.path.startswith("/$") and found.name_state in {"allocated", "deleted"}
    )
    assert names == expected


def _walked(file_system: pytsk3.FS_Info, folder: pytsk3.Directory, above: str) -> list[tuple[str, bool]]:
    found = []
    seen = set()
    for entry in folder:
        name = entry.info.name.name.decode()
        if name in {".", ".."} or (not above and name.startswith("$")):
            continue
        deleted = not int(entry.info.name.flags) & int(pytsk3.TSK_FS_NAME_FLAG_ALLOC)
        number = int(entry.info.name.meta_addr)
        if number in seen:  # one entry for each stream
            continue
        seen.add(number)
        found.append((f"{above}/{name}", deleted))
        # the entry of a deleted name knows no type
        if int(file_system.open_meta(number).info.meta.type) == int(pytsk3.TSK_FS_META_TYPE_DIR):
            found += _walked(file_system, file_system.open_dir(inode=number), f"{above}/{name}")
    return found
