"""As much of DER (X.690) as a time stamp needs: elements read with their bounds checked, and written."""

from collections.abc import Iterator
from dataclasses import dataclass

from cyberforensics.signing.not_valid import NotValid

INTEGER, BOOLEAN, OCTETS, NULL, OID, TIME, SEQUENCE, SET = 0x02, 0x01, 0x04, 0x05, 0x06, 0x18, 0x30, 0x31


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag byte, its contents, and all its bytes."""

    tag: int
    body: bytes
    whole: bytes

    def children(self) -> list["Element"]:
        """The elements it is made of."""
        return list(elements(self.body))

    def integer(self) -> int:
        """Its contents as a signed number."""
        return int.from_bytes(self.body, signed=True)

    def oid(self) -> str:
        """Its contents as a dotted object identifier."""
        numbers, value = [], 0
        for byte in self.body:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        if not numbers:
            raise NotValid("an object identifier is empty")
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def elements(data: bytes) -> Iterator[Element]:
    """Yield the elements that follow each other to the end of the data.

    Raises:
        NotValid: one ends behind the data, or is not DER.
    """
    at = 0
    while at < len(data):
        start = at
        if len(data) - at < 2 or data[at] & 0x1F == 0x1F:
            raise NotValid("its DER is damaged")
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or len(data) - at < count:
                raise NotValid("its DER is damaged")
            length = int.from_bytes(data[at : at + count])
            at += count
        if length > len(data) - at:
            raise NotValid("its DER ends too early")
        at += length
        yield Element(tag, data[at - length : at], data[start:at])


def only(data: bytes, tag: int) -> Element:
    """The one element that the data are.

    Raises:
        NotValid: they are something else.
    """
    found = list(elements(data))
    if len(found) != 1 or found[0].tag != tag:
        raise NotValid("its DER has not the form of a time stamp")
    return found[0]


def encoded(tag: int, *parts: bytes) -> bytes:
    """An element of these contents."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body


def encoded_integer(value: int) -> bytes:
    """A number that is not negative."""
    return encoded(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def encoded_oid(dotted: str) -> bytes:
    """An object identifier."""
    first, second, *rest = map(int, dotted.split("."))
    body = b""
    for number in (40 * first + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        body += bytes(reversed(septets))
    return encoded(OID, body)
