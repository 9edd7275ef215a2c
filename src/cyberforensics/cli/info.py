"""``cyberforensics info``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import pipeline, report
from cyberforensics.cli import options, render
from cyberforensics.errors import EXIT_PROBLEMS
from cyberforensics.model.evidence import Device, Evidence
from cyberforensics.model.problem import Severity
from cyberforensics.model.volume import Volume


def command(
    source: Annotated[
        Path, typer.Argument(help="An image (of several segments, the first), a device, a folder or a file.")
    ],
    accept_writable_source: options.AcceptWritable = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Tell what an image is: container, stored digests, every volume, file systems, encryption, snapshots.

    cyberforensics info disk.E01
    cyberforensics info disk.E01 --json
    """
    opened = pipeline.inspect(source, accept_writable=accept_writable_source)
    if json:
        render.as_json(report.info_object(opened.evidence, opened.volumes, opened.problems))
    else:
        _evidence(opened.evidence)
        for volume in opened.volumes:
            _volume(volume)
        for problem in opened.problems:
            render.line(f"{problem.severity}: {problem.message} [{problem.code}]")
    if any(problem.severity != Severity.INFO for problem in opened.problems):
        raise typer.Exit(EXIT_PROBLEMS)


def _evidence(evidence: Evidence) -> None:
    rows = [("Container", str(evidence.container))]
    rows += [("Segment", f"{segment.name} ({segment.size} bytes)") for segment in evidence.segments]
    if evidence.media_size is not None:
        rows.append(("Media", f"{evidence.media_size} bytes ({render.in_bytes(evidence.media_size)})"))
    if evidence.sector_size is not None:
        rows.append(("Sector size", f"{evidence.sector_size} bytes"))
    if evidence.device is not None:
        rows += _device(evidence.device)
    rows += [(f"Stored {stored.algorithm}", stored.value) for stored in evidence.stored_digests]
    if not evidence.stored_digests and not evidence.container.is_logical:
        rows.append(("Stored digests", "none"))
    rows += [(name.capitalize(), value) for name, value in evidence.container_metadata if value]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        render.line(f"{name:<{width}}  {value}")


def _device(device: Device) -> list[tuple[str, str]]:
    model = " ".join(filter(None, (device.vendor, device.model)))
    physical = device.physical_sector_size
    return [
        ("Physical sectors", "not available" if physical is None else f"{physical} bytes"),
        ("Model", model or "not available"),
        ("Serial number", device.serial or "not available"),
        ("USB serial number", device.usb_serial or "not available"),
        ("Hidden areas", "not examined (HPA, DCO)"),
    ]


def _volume(volume: Volume) -> None:
    what = volume.filesystem or str(volume.status)
    place = "" if volume.offset is None else f" at byte {volume.offset}"
    size = "" if volume.size is None else f", {volume.size} bytes"
    label = f", {volume.label}" if volume.label else ""
    snapshots = f", {volume.snapshots} snapshots" if volume.snapshots else ""
    note = f" ({volume.note})" if volume.note else ""
    render.line(f"{volume.slot}: {what}{place}{size}, {volume.type}{label}{snapshots}{note}")
