"""Every writer that is there can be named by a scenario."""

import importlib
import inspect
import pkgutil
from types import ModuleType

from cyberforensics.lab import containers, filesystems
from cyberforensics.lab.containers import CONTAINERS
from cyberforensics.lab.filesystems import WRITERS


def written(package: ModuleType, *parameters: str) -> set[object]:
    """The public functions of a package that begin with these parameters."""
    return {
        function
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction)
        if name.startswith("write_") and tuple(inspect.signature(function).parameters)[: len(parameters)] == parameters
    }


def test_every_writer_of_a_file_system() -> None:
    assert written(filesystems, "volume", "out") == set(WRITERS.values())


def test_every_writer_of_a_disk() -> None:
    assert written(containers, "disk", "size", "target", "about") == set(CONTAINERS.values())
