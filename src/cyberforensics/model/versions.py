"""Versions of the product and of every library that touches evidence."""

import platform
import sys
from importlib import metadata

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
    "isal",
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


def versions() -> tuple[tuple[str, str], ...]:
    """(name, version) of the product, of Python, and of every library in `EVIDENCE_LIBRARIES` that is installed."""
    found = [(PRODUCT, product_version()), ("python", platform.python_version()), ("platform", _platform())]
    found += [(name, version) for name in EVIDENCE_LIBRARIES if (version := version_of(name))]
    return tuple(found)


def result_versions() -> tuple[tuple[str, str], ...]:
    """Those of `versions` on which results depend: the interpreter and the host are not among them."""
    return tuple(pair for pair in versions() if pair[0] not in ("python", "platform"))


def version_of(name: str) -> str | None:
    """The version of an installed distribution."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _platform() -> str:
    return f"{sys.platform} {platform.machine()}"
