"""The labels of the external ``filetype``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.rules import FILE_TYPES, file_type


@pytest.mark.parametrize(
    ("head", "label"),
    [
        (b"MZ\x90\0", "EXE"),
        (b"\x7fELF\x02", "ELF"),
        (b"{\\rtf1", "RTF"),
        (b"Function x()", "VBS"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04\x0a\0", "ZIP"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Office"),
        (b"GIF89a", "GIF"),
        (b"<?php echo", "PHP"),
        (b"<?xml v", "XML"),
        (b"#!/bin/sh", "UNIX SCRIPT"),
        (b"name".ljust(257, b"\0") + b"ustar", "TAR"),
        (b"", ""),
        (b"M", ""),
        (b"plain text", ""),
    ],
)
def test_first_bytes_decide(head: bytes, label: str) -> None:
    assert file_type(head) == label


@pytest.mark.parametrize(("signature", "label"), FILE_TYPES)
def test_every_signature_of_the_table_can_win(signature: bytes, label: str) -> None:
    assert file_type(signature) == label


@given(st.binary(max_size=300))
def test_no_bytes_crash_it(head: bytes) -> None:
    assert file_type(head) in {"", "TAR", *(label for _, label in FILE_TYPES)}
