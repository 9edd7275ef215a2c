"""``cyberforensics validate``."""

from pathlib import Path
from typing import Annotated

import typer

from cyberforensics import report
from cyberforensics.cli import render
from cyberforensics.errors import EXIT_PROBLEMS, UsageError


def command(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="A new folder for the test record, images and cases."),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Images of your own with truth files, beside those of the product."),
    ] = None,
    requirements: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your laboratory's requirements, acceptance criteria and conclusion."),
    ] = None,
    new: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a template of the requirements there, and nothing else.")
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option(help="Of the images that the lab builds: another one gives other names, values and places."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the test record as JSON.")] = False,
) -> None:
    """Test this installation on images whose content is known, and write a test record: JSON and PDF.

    Expected values come from truth files and other programs. Exit code 10: a case failed. NOT RUN is no failure.

        cyberforensics validate
    """
    from cyberforensics import assertions, validating  # here: no other command needs them

    if (output is None) == (new is None):
        raise UsageError("one of -o FOLDER and --new FILE is needed")
    if new is not None:
        if images is not None or requirements is not None or seed is not None:
            raise UsageError("--new FILE writes a template and takes no other option but --json")
        assertions.new_requirements(new)
        render.line(str(new))
        return
    assert output is not None  # noqa: S101 - for the type checker
    known = [one.id for one in assertions.ASSERTIONS]
    laboratory = None if requirements is None else assertions.read_requirements(requirements, known)
    record = validating.validate(
        output, images=images, laboratory=laboratory, told=render.say, seed=validating.SEED if seed is None else seed
    )
    if json:
        render.as_json(report.record_object(record))
    else:
        render.lines(report.record_lines(record))
        for name in (validating.JSON, validating.PDF):
            render.line(str(output / name))
    if record.count("FAIL"):
        raise typer.Exit(EXIT_PROBLEMS)
