"""Writers of file systems: no mount, no root, no program of the system."""

from collections.abc import Mapping

from cyberforensics.lab.plan import Writer

WRITERS: Mapping[str, Writer] = {}
"""By the name that a scenario gives the file system."""
