"""One disk in each container: the product finds the same entries and the same bytes in all of them."""

import hashlib
from pathlib import Path

from cyberforensics import case
from cyberforensics.lab.containers import CONTAINERS
from cyberforensics.triage import Options, triage
from tests.lab.containers.test_e01 import ABOUT
from tests.lab.test_partitions import disk


def test_the_same_entries(tmp_path: Path) -> None:
    source, _ = disk(tmp_path, "gpt")
    found: dict[str, list[tuple[str, str, str | None]]] = {}
    for name, container in CONTAINERS.items():
        with source.open("rb") as opened:
            paths = container(opened, source.stat().st_size, tmp_path / f"disk-{name}.{name.upper()}", ABOUT)
        triage([paths[0]], tmp_path / name, Options(rule_packs=(), workers=1))
        with case.open_existing(tmp_path / name) as store:
            found[name] = sorted(
                (row.entry.path, row.entry.meta_address, row.digests.sha256 if row.digests is not None else None)
                for row in case.entries(store)
            )
            codes = {problem.code for *_, problem in case.problems(store)}
        assert not any(code.startswith("evidence.") for code in codes), codes
    training = hashlib.sha256(b"This is training material.\n").hexdigest()
    assert sum(digest == training for _, _, digest in found["raw"]) == 2  # of the two larger volumes
    assert found["e01"] == found["raw"]
    assert found["qcow2"] == found["raw"]
