"""Writers of containers: what a finished disk is handed out in."""

from collections.abc import Mapping

from cyberforensics.lab.containers.about import Acquisition, Container
from cyberforensics.lab.containers.e01 import write_e01
from cyberforensics.lab.containers.qcow2 import write_qcow2
from cyberforensics.lab.containers.raw import write_raw
from cyberforensics.lab.containers.zipped import write_zip

CONTAINERS: Mapping[str, Container] = {
    "raw": write_raw,
    "e01": write_e01,
    "qcow2": write_qcow2,
    "zip": write_raw,  # what `write_zip` wrote, as it is: a collection has no disk that would lie in a container
}
"""By the name that a scenario gives the container."""

__all__ = ["CONTAINERS", "Acquisition", "Container", "write_zip"]
