"""Block devices as sources: real loop devices where the machine has them, made-up folders of sysfs everywhere."""

import gzip
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cyberforensics import case, disk, errors, export, pipeline, report, triage
from cyberforensics.disk import device, device_facts
from cyberforensics.model.evidence import Container
from cyberforensics.pipeline import least_rights
from cyberforensics.report import summary_object
from cyberforensics.report.summary import alerts
from tests import helpers

IMAGE = helpers.FIXTURES / "gpt.raw.gz"


class Loop:
    """A file behind a loop device."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.path: Path | None = None

    def attach(self, *, read_only: bool = True) -> Path:
        options = ["--read-only"] if read_only else []
        made = _run("losetup", "--find", "--show", *options, str(self.file))
        self.path = Path(made.strip())
        return self.path

    def shrink(self) -> None:
        """As near as a loop device comes to being pulled out: it offers nothing any more."""
        os.truncate(self.file, 4096)
        _run("losetup", "--set-capacity", str(self.path))

    def fail(self) -> None:
        """The node stays as it was, and every read of the device is an error."""
        os.truncate(self.file, 0)

    def detach(self) -> None:
        if self.path is not None:
            subprocess.run(
                ["blockdev", "--setrw", str(self.path)], capture_output=True
            )  # else the next one inherits it
            _run("losetup", "--detach", str(self.path))
            self.path = None


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    file = tmp_path / "stick.dd"
    file.write_bytes(gzip.decompress(IMAGE.read_bytes()))
    made = Loop(file)
    if shutil.which("losetup") is None or os.geteuid() != 0:
        pytest.skip("loop devices need root and losetup (apt: mount)")
    try:
        made.attach()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this machine gives no loop device: {error.stderr.strip()}")
    yield made
    made.detach()


def _path(loop: Loop) -> Path:
    assert loop.path is not None
    return loop.path


def test_a_read_only_device_is_examined_like_an_image_of_it(loop: Loop, tmp_path: Path) -> None:
    chosen = triage.Options(write_blockers={"X": "Tableau T8u, 00A1"}, workers=1)
    summary = triage.triage({"X": _path(loop)}, tmp_path / "device", chosen)
    triage.triage({"X": loop.file}, tmp_path / "image", triage.Options(workers=1))
    exhibit = summary.document.exhibits[0]
    assert exhibit.evidence.container is Container.DEVICE
    assert exhibit.evidence.media_size == loop.file.stat().st_size
    assert exhibit.evidence.sector_size == int(_run("blockdev", "--getss", str(loop.path)))
    assert exhibit.evidence.device is not None
    assert exhibit.evidence.device.physical_sector_size == int(_run("blockdev", "--getpbsz", str(loop.path)))
    assert exhibit.evidence.device.model is None  # a loop device has none
    (digest,) = exhibit.digest_checks
    assert digest.computed == hashlib.sha256(loop.file.read_bytes()).hexdigest()
    (check,) = exhibit.source_checks
    assert (check.modified_before, check.modified_after, check.unchanged) == (None, None, True)
    kept = exhibit.passes[0].read_only
    assert "the kernel refused writes to the device; write blocker, declared by the examiner: Tableau T8u, 00A1" in kept
    assert _entries(tmp_path / "device") == _entries(tmp_path / "image")
    assert any("(HPA, DCO) were not examined" in line for line in report.not_examined(summary.document))
    assert not alerts(summary.document)
    assert summary_object(summary.document)["exhibits"][0]["device"]["hidden_areas_missing"] == "not-examined"  # type: ignore[index]
    with case.open_existing(tmp_path / "image") as one, case.open_existing(tmp_path / "device") as other:
        assert case.identity_of(one, "X") == case.identity_of(other, "X")  # a copy is known as such


def _entries(folder: Path) -> list[object]:
    """All that is known of every entry; the locators begin elsewhere."""
    with case.open_existing(folder) as store:
        objects = [report.entry_object(row) for row in case.entries(store, order="walk")]
    for item in objects:
        item.pop("locator", None)
    return list(objects)


def test_locators_of_a_device_open_on_it_and_on_an_image_of_it(loop: Loop, tmp_path: Path) -> None:
    triage.triage({"X": _path(loop)}, tmp_path / "case", triage.Options(workers=1))
    opened = 0
    with case.open_existing(tmp_path / "case") as store:
        for row in case.entries(store, order="walk"):
            if row.entry.locator is None or row.digests is None or row.digests.sha256 is None:
                continue
            for root in (_path(loop), loop.file):
                with disk.open_locator(row.entry.locator, {"X": root}) as stream:
                    assert hashlib.sha256(stream.read()).hexdigest() == row.digests.sha256
            opened += 1
    assert opened > 5


def test_contents_are_exported_from_the_device(loop: Loop, tmp_path: Path) -> None:
    triage.triage({"X": _path(loop)}, tmp_path / "case", triage.Options(workers=1))
    with case.open_existing(tmp_path / "case") as store:
        done = export.export(store, case.Conditions(), tmp_path / "out")
        again = export.export(store, case.Conditions(), tmp_path / "again", {"X": loop.file})  # an image of it
    assert done
    assert all(item.file is not None for item in done)
    assert again == done


def test_a_device_that_can_be_written_to_is_refused_before_a_case_is_made(loop: Loop, tmp_path: Path) -> None:
    loop.detach()
    path = str(loop.attach(read_only=False))
    for command in (["triage", "--case", str(tmp_path / "case"), path], ["info", path], ["verify-image", path]):
        refused = helpers.inside(*command)
        assert refused.returncode == 20
        assert "not read-only at the kernel" in refused.stderr
        assert f"blockdev --setro {path}" in refused.stderr
    assert not (tmp_path / "case").exists()
    _run("blockdev", "--setro", path)  # what the hint says
    assert helpers.inside("verify-image", path).returncode == 0


def test_accepting_it_stands_on_page_one_and_in_the_method(loop: Loop, tmp_path: Path) -> None:
    loop.detach()
    path = loop.attach(read_only=False)
    summary = triage.triage({"X": path}, tmp_path / "case", triage.Options(accept_writable=True, workers=1))
    assert alerts(summary.document) == [
        "Exhibit X: the device COULD BE WRITTEN TO while it was read; this was accepted."
    ]
    assert "THE KERNEL DID NOT REFUSE WRITES" in summary.document.exhibits[0].passes[0].read_only
    problems = {group.code: group.severity for group in summary.document.problems}
    assert problems["evidence.device-writable"] == "info"


def test_a_mounted_partition_is_a_reason_to_refuse(loop: Loop, tmp_path: Path) -> None:
    image = tmp_path / "ext4.dd"
    image.write_bytes(gzip.decompress((helpers.FIXTURES / "ext4.raw.gz").read_bytes()))
    mounted = Loop(image)
    path = mounted.attach()
    (tmp_path / "mnt").mkdir()
    try:
        tried = subprocess.run(
            ["mount", "-o", "ro,noload", str(path), str(tmp_path / "mnt")], capture_output=True, text=True
        )
        if tried.returncode:
            pytest.skip(f"mounting is not possible here: {tried.stderr.strip()}")
        try:
            with pytest.raises(errors.EvidenceError, match=f"in use \\({path.name} is mounted\\)") as refused:
                disk.identify("X", path)
            assert refused.value.code == "evidence.device-in-use"
            assert "unmount" in refused.value.hint
        finally:
            _run("umount", str(path))
        assert disk.identify("X", path).container is Container.DEVICE
    finally:
        mounted.detach()


def test_what_another_program_holds_for_itself_is_in_use(loop: Loop) -> None:
    descriptor = os.open(_path(loop), os.O_RDONLY | os.O_EXCL)
    try:
        with pytest.raises(errors.EvidenceError, match="held by the system or by another program"):
            disk.identify("X", _path(loop))
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("stage", ["listing", "examining", "verifying"])
@pytest.mark.parametrize("how", [Loop.shrink, Loop.fail], ids=["pulled-out", "dead"])
def test_a_device_that_disappears_ends_the_run_and_nothing_is_lost(
    loop: Loop, tmp_path: Path, stage: str, how: Callable[[Loop], None]
) -> None:
    whole = loop.file.read_bytes()
    gone = False

    def pull(progress: triage.Progress) -> None:
        nonlocal gone
        if progress.stage == stage and not gone:
            gone = True
            how(loop)

    options = triage.Options(workers=1)
    with pytest.raises(errors.EvidenceError, match="the device disappeared") as ended:
        triage.triage({"X": _path(loop)}, tmp_path / "case", options, pull)
    assert ended.value.code == "evidence.device-gone"
    assert "same command" in ended.value.hint
    loop.detach()
    loop.file.write_bytes(whole)
    summary = triage.triage({"X": loop.attach()}, tmp_path / "case", options)  # maybe under another name
    coverage = summary.document.exhibits[0].coverage
    assert coverage.reconciles
    assert not coverage.unreadable
    straight = triage.triage({"X": _path(loop)}, tmp_path / "straight", options)
    assert _entries(tmp_path / "case") == _entries(tmp_path / "straight")
    assert coverage == straight.document.exhibits[0].coverage


def test_a_device_that_answers_in_part_is_not_dead(loop: Loop) -> None:
    path = _path(loop)
    state = device.read_state(path)
    os.truncate(loop.file, loop.file.stat().st_size // 2 + 4096)
    assert not device.is_gone(path, state)
    os.truncate(loop.file, 0)
    assert device.is_gone(path, state)


def test_what_a_later_start_accepts_is_told_as_well(loop: Loop, tmp_path: Path) -> None:
    class Enough(Exception):
        """The examiner stops."""

    def stop(progress: triage.Progress) -> None:
        if progress.stage == "examining":
            raise Enough

    with pytest.raises(Enough):
        triage.triage({"X": _path(loop)}, tmp_path / "case", triage.Options(workers=1), stop)
    loop.detach()
    options = triage.Options(accept_writable=True, workers=1)
    for _ in range(2):
        summary = triage.triage({"X": loop.attach(read_only=False)}, tmp_path / "case", options)
        loop.detach()
    assert len(alerts(summary.document)) == 1
    (group,) = (group for group in summary.document.problems if group.code == "evidence.device-writable")
    assert group.count == 1
    kept = summary.document.exhibits[0].passes[0].read_only
    assert "the kernel refused writes to the device" in kept
    assert "| a later start: " in kept
    assert kept.partition("| a later start: ")[2].count("THE KERNEL DID NOT REFUSE WRITES") == 1


def test_workers_can_read_the_device_and_no_other(loop: Loop, tmp_path: Path) -> None:
    other = Loop(tmp_path / "other.dd")
    other.file.write_bytes(bytes(1 << 20))
    other.attach()
    try:
        supervisor = pipeline.Supervisor(pipeline.Limits(), readable=(_path(loop),))
        try:
            if least_rights.NO_OTHER_DEVICES not in pipeline.enforced(supervisor):
                pytest.skip("this kernel has no Landlock")
            evidence, _ = pipeline.open_source(supervisor, disk.identify("X", _path(loop)), None)
            assert evidence.media_size == loop.file.stat().st_size
            with pytest.raises(errors.EvidenceError, match="Permission denied"):
                pipeline.open_source(supervisor, disk.identify("Y", _path(other)), None)
        finally:
            supervisor.stop()
    finally:
        other.detach()


def test_a_character_device_is_no_source() -> None:
    with pytest.raises(errors.EvidenceError, match="neither a file, a folder nor a block device"):
        disk.identify("X", Path("/dev/null"))


@pytest.fixture
def host(tmp_path: Path) -> device.Host:
    """A made-up machine: a USB disk sdx (8:224) with two partitions, and an NVMe disk (259:0)."""
    usb = tmp_path / "sys/devices/pci0000:00/usb1/1-1"
    disk_folder = usb / "1-1:1.0/host7/target7:0:0/7:0:0:0/block/sdx"
    for number, name in ((1, "sdx1"), (2, "sdx2")):
        part = disk_folder / name
        (part / "holders").mkdir(parents=True)
        (part / "partition").write_text(f"{number}\n")
        (part / "dev").write_text(f"8:{224 + number}\n")
        _link(tmp_path, f"8:{224 + number}", part)
    (disk_folder / "holders").mkdir()
    (disk_folder / "diskseq").write_text("17\n")
    (usb / "idVendor").write_text("0951\n")
    (usb / "bDeviceClass").write_text("00\n")
    (usb / "serial").write_text("USB-0001\n")
    scsi = disk_folder.parents[1]
    (disk_folder / "device").symlink_to(scsi)
    (scsi / "vendor").write_text("Kingston\n")
    (scsi / "model").write_text("DataTraveler 3.0\n")
    # SPC-4, 7.8.15: peripheral 0, page 0x80, length 12, ASCII
    (scsi / "vpd_pg80").write_bytes(b"\x00\x80\x00\x0c" + b"  SER\x1b12345 ")
    _link(tmp_path, "8:224", disk_folder)
    nvme = tmp_path / "sys/devices/pci0000:00/nvme/nvme0/nvme0n1"
    nvme.mkdir(parents=True)
    (nvme / "device").symlink_to(nvme.parent)
    (nvme.parent / "model").write_text("Samsung SSD 980 PRO\n")
    (nvme.parent / "serial").write_text("S5GXNX0T\n")
    _link(tmp_path, "259:0", nvme)
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/mountinfo").write_text("27 1 254:0 / / rw - ext4 /dev/root rw\n")
    (tmp_path / "proc/swaps").write_text("Filename Type Size Used Priority\n")
    return device.Host(tmp_path / "sys", tmp_path / "proc")


def _link(folder: Path, number: str, to: Path) -> None:
    place = folder / "sys/dev/block" / number
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(to)


def _state(number: str) -> device.DeviceState:
    return device.DeviceState(number, 1 << 30, 512, 4096, read_only=True, in_use=(), attached="17")


def test_model_and_serial_numbers_come_from_sysfs(host: device.Host) -> None:
    facts = device_facts.describe(_state("8:224"), host)
    assert (facts.vendor, facts.model) == ("Kingston", "DataTraveler 3.0")
    assert facts.serial == r"SER\x1b12345"  # a device may say anything; it is shown, not obeyed
    assert facts.usb_serial == "USB-0001"
    assert device_facts.describe(_state("8:226"), host) == facts  # a partition is of its disk
    nvme = device_facts.describe(_state("259:0"), host)
    assert (nvme.vendor, nvme.model, nvme.serial, nvme.usb_serial) == (None, "Samsung SSD 980 PRO", "S5GXNX0T", None)
    unknown = device_facts.describe(_state("9:9"), host)
    assert (unknown.vendor, unknown.model, unknown.serial, unknown.usb_serial) == (None, None, None, None)


def test_nobody_uses_it(host: device.Host) -> None:
    assert not list(device.users("8:224", host))


def test_a_mounted_partition_counts_for_its_disk_and_not_for_its_neighbour(host: device.Host) -> None:
    with (host.proc / "self/mountinfo").open("a") as out:
        out.write("40 27 8:226 / /media/x rw - vfat /dev/sdx2 rw\n")
    assert list(device.users("8:224", host)) == ["sdx2 is mounted"]
    assert list(device.users("8:226", host)) == ["sdx2 is mounted"]
    assert not list(device.users("8:225", host))


def test_lvm_over_a_partition_counts(host: device.Host) -> None:
    ((host.sys / "dev/block/8:225").resolve() / "holders/dm-0").mkdir()
    assert list(device.users("8:224", host)) == ["sdx1 is held by dm-0"]


def test_the_number_of_the_attachment_is_that_of_the_disk(host: device.Host) -> None:
    assert device.attachment("8:226", host) == "17"
    assert device.attachment("259:0", host) is None
