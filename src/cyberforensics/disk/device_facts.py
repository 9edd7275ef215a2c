"""What a block device says of itself, as the kernel passes it on: these texts come from the device."""

from pathlib import Path

from cyberforensics.disk.device import DeviceState, Host, disk_folder, text_of
from cyberforensics.model.evidence import Device
from cyberforensics.model.names import display_text

_LONGEST = 256
_SERIAL_PAGE = 0x80


def describe(state: DeviceState, host: Host | None = None) -> Device:
    """Vendor, model, serial numbers and sector sizes; what the kernel does not tell is None."""
    host = host or Host()
    disk = disk_folder(state.number, host)
    return Device(
        vendor=_shown(text_of(disk / "device/vendor")),
        model=_shown(text_of(disk / "device/model")),
        serial=_shown(_scsi_serial(disk) or text_of(disk / "device/serial") or text_of(disk / "serial")),
        usb_serial=_shown(_usb_serial(disk, host)),
        logical_sector_size=state.logical_sector,
        physical_sector_size=state.physical_sector,
    )


def _shown(text: str | None) -> str | None:
    return None if text is None else display_text(text)[:_LONGEST]


def _scsi_serial(disk: Path) -> str | None:
    """The unit serial number page of SPC-4 (7.8.15): type, page code, two bytes of length, ASCII."""
    try:
        with (disk / "device/vpd_pg80").open("rb") as file:
            page = file.read(4 + _LONGEST)
    except OSError:
        return None
    if len(page) < 4 or page[1] != _SERIAL_PAGE:
        return None
    length = min(int.from_bytes(page[2:4], "big"), _LONGEST)
    return page[4 : 4 + length].decode("ascii", "replace").strip("\0 ") or None


def _usb_serial(disk: Path, host: Host) -> str | None:
    """The serial number of the USB device (a stick, or the bridge in front of a disk) that the disk hangs on."""
    top = (host.sys / "devices").resolve()
    for folder in disk.parents:
        if not folder.is_relative_to(top) or folder == top:
            return None
        if (folder / "idVendor").is_file() and (folder / "bDeviceClass").is_file():
            return text_of(folder / "serial")
    return None
