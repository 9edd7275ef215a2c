"""Partition tables that loop, overlap, lie past the end, or name one place again and again."""

import struct

from tests.hostile import images
from tests.hostile.conftest import Examine
from tests.hostile.images import SECTOR


def test_extended_partitions_that_loop(examine: Examine) -> None:
    outcome = examine(images.extended_that_loops())
    (problem,) = outcome.said("volume.table-damaged")
    assert "comes back to itself" in problem["message"]
    slots = {row["slot"] for row in outcome.rows["volumes"]}
    assert {"p5", "p6"} <= slots  # the logical partition of each of the two tables
    assert "p7" not in slots


def test_partitions_that_overlap(examine: Examine) -> None:
    outcome = examine(images.mbr_of([(0x0C, 100, 500), (0x0C, 300, 500)]))
    (problem,) = outcome.said("volume.table-damaged")
    assert problem["message"] == "p2 begins inside p1"
    assert problem["offset"] == 300 * SECTOR


def test_a_partition_past_the_end_and_one_that_ends_past_it(examine: Examine) -> None:
    size = 1 << 20
    outcome = examine(images.mbr_of([(0x0C, 2000, 1000), (0x0C, 0xFFFF_FFF0, 0xFFFF_FFFF)], size))
    messages = {row["message"] for row in outcome.said("volume.past-end")}
    missing = (2000 + 1000) * SECTOR - size
    assert f"p1 ends {missing} bytes past the end of the media" in messages
    assert any(message.startswith("p2 begins past the end") for message in messages)


def test_a_table_that_names_one_place_in_every_slot(examine: Examine) -> None:
    """32,768 slots fit into a table; what lies there is examined once, however many name it."""
    slots = 500
    outcome = examine(images.gpt_of_one_place(slots, images.fat_chain_that_cycles()))
    assert len(outcome.said("volume.table-damaged")) == slots - 1
    opened = [row for row in outcome.rows["volumes"] if row["status"] == "opened"]
    assert [row["slot"] for row in opened] == ["p1"]
    twin = next(row for row in outcome.rows["volumes"] if row["slot"] == "p2")
    assert (twin["status"], twin["offset"]) == ("metadata", None)
    assert outcome.entry("/before.txt")["status"] == "whole"
    assert outcome.said("coverage.media-not-reconciled") == []


def test_a_gpt_whose_slot_ends_before_it_begins(examine: Examine) -> None:
    image = bytearray(images.gpt_of_one_place(4, images.fat_chain_that_cycles()))
    struct.pack_into("<QQ", image, 2 * SECTOR + 32, 5000, 2)  # the first slot of the first copy
    outcome = examine(bytes(image))
    # the first copy's checksum is wrong now: the one at the end is read, and that is said
    assert any("its copy at the end was read" in row["message"] for row in outcome.said("volume.table-damaged"))
    assert outcome.entry("/before.txt")["status"] == "whole"
