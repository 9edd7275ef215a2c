"""What is wrong with the disks of a scenario: names that stand for nothing, volumes that have no room in a table."""

from typing import get_args

from cyberforensics.lab.lines import Path
from cyberforensics.lab.partitions import MOST
from cyberforensics.lab.reading import Reader, did_you_mean
from cyberforensics.lab.scenario import Disk, Layout, Scenario, Volume

_OF_DISK = ("container", "compression", "segment_size")
_OF_E01 = ("compression", "segment_size")


def check_disks(reader: Reader, scenario: Scenario) -> None:
    """Note every mistake about disks, and about what images are handed out in."""
    disks = {disk.id: disk for disk in scenario.disks}
    own = get_args(Layout)
    for number, disk in enumerate(scenario.disks):
        at: Path = ("disks", number)
        if disk.id in own:
            reader.wrong((*at, "id"), f"id: {disk.id} is what a volume says of a disk of its own; take another name")
        elif disk.id in (volume.id for volume in scenario.volumes):
            said = f"id: a volume has the name {disk.id!r}; take another one, as images are named so"
            reader.wrong((*at, "id"), said)
        if not any(volume.disk == disk.id for volume in scenario.volumes):
            reader.wrong((*at, "id"), f'id: no volume lies on this disk; add disk = "{disk.id}" to one, or take it out')
        _packing(reader, at, disk)
    on_disk: dict[str, int] = {}
    for number, volume in enumerate(scenario.volumes):
        at = ("volumes", number)
        _packing(reader, at, volume)
        if volume.disk in own:
            continue
        if volume.disk not in disks:
            known = (*own, *disks)
            reader.wrong((*at, "disk"), f"disk: there is no {volume.disk!r}; {did_you_mean(volume.disk, known)}")
            continue
        for key in _OF_DISK:
            if (*at, key) in reader.lines:
                said = f"{key}: the disk {volume.disk} says it for all its volumes; write it below [[disks]]"
                reader.wrong((*at, key), said)
        on_disk[volume.disk] = on_disk.get(volume.disk, 0) + 1
        most = MOST[disks[volume.disk].table]
        if on_disk[volume.disk] > most:
            kind = disks[volume.disk].table
            can = 'write table = "gpt"' if kind == "mbr" else "take a further disk"
            reader.wrong((*at, "disk"), f"disk: {kind} has room for {most} volumes, and this is one more; {can}")
    for number, damage in enumerate(scenario.damage):
        sharing = [
            volume.id
            for volume in scenario.volumes
            if volume.disk in disks and volume.disk == _disk(damage.volume, scenario)
        ]
        if damage.do == "cut" and sharing and sharing[-1] != damage.volume:
            said = f"volume: {sharing[-1]} lies behind it on the disk and would be cut off; cut that one"
            reader.wrong(("damage", number, "volume"), said)


def _disk(volume: str, scenario: Scenario) -> str:
    return next((one.disk for one in scenario.volumes if one.id == volume), "")


def _packing(reader: Reader, at: Path, said: Disk | Volume) -> None:
    for key in _OF_E01:
        if (*at, key) in reader.lines and said.container != "e01":
            message = f'{key}: it is of E01 images, and this one is {said.container}; write container = "e01"'
            reader.wrong((*at, key), f"{message}, or take this line out")
