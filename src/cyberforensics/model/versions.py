"""Versions of the product and of every library that touches evidence."""

import locale
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata

from cyberforensics.model.source import source

PRODUCT = "cyberforensics"

EVIDENCE_LIBRARIES = (
    "dfvfs",
    "dfdatetime",
    "pytsk3",
    "libbde-python",
    "libewf-python",
    "libfsapfs-python",
    "libfsext-python",
    "libfshfs-python",
    "libfsntfs-python",
    "libfsxfs-python",
    "libfvde-python",
    "libluksde-python",
    "libmodi-python",
    "libphdi-python",
    "libqcow-python",
    "libregf-python",
    "libvhdi-python",
    "libvmdk-python",
    "libvshadow-python",
    "libvslvm-python",
    "deflate",
    "yara-python",
    "yara-x",
    "python-magic",
    "pylibmagic",
    "tzdata",
)
"""Distributions whose version can change a result."""


def product_version() -> str:
    """The version of this product; ``0+unknown`` where it runs from files that were never installed."""
    return version_of(PRODUCT) or "0+unknown"


def typst_version() -> str:
    """The version of the library that makes PDF reports: another one makes other bytes."""
    return version_of("typst") or "0+unknown"


def versions() -> tuple[tuple[str, str], ...]:
    """(name, version) of the product, its source, Python, what they run in, and every library installed that parses."""
    ours, *others = result_versions()
    surroundings = (
        ("python", platform.python_version()),
        ("platform", _platform()),
        ("source", source()),
        ("locale", locale.setlocale(locale.LC_CTYPE)),
        ("time zone", datetime.now(UTC).astimezone().strftime("%Z, UTC%z")),
    )
    return (ours, *surroundings, *others)


def result_versions() -> tuple[tuple[str, str], ...]:
    """Those on which results depend: the interpreter, the host and the commit are not among them."""
    found = [(name, version) for name in EVIDENCE_LIBRARIES if (version := version_of(name))]
    return ((PRODUCT, product_version()), *found)


def version_of(name: str) -> str | None:
    """The version of an installed distribution."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _platform() -> str:
    return f"{sys.platform} {platform.machine()}"
