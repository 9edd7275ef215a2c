"""Offsets of a text to lines and columns."""

from bisect import bisect_right

from cyberforensics.model.diagnostic import Span


class Lines:
    """The lines of a text; a line ends with its line feed, as the engines count."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        place = text.find("\n")
        while place >= 0:
            self._starts.append(place + 1)
            place = text.find("\n", place + 1)

    def __len__(self) -> int:
        return len(self._starts)

    def line_of(self, offset: int) -> int:
        """Number of the line, from 1."""
        return bisect_right(self._starts, offset)

    def text_of(self, line: int) -> str:
        """A line without its end; empty behind the last one."""
        start, end = self.bounds(line)
        return self._text[start:end]

    def bounds(self, line: int) -> tuple[int, int]:
        """Where a line begins and where it ends, without its line feed; behind the last one, the end of the text."""
        if line > len(self._starts):
            return len(self._text), len(self._text)
        line = max(line, 1)
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self._text)
        return start, end - (end > start and self._text[end - 1] == "\r")

    def span(self, start: int, end: int) -> Span:
        """Two offsets as lines and columns."""
        first, last = self.line_of(start), self.line_of(end)
        return Span(first, start - self._starts[first - 1] + 1, last, end - self._starts[last - 1] + 1)
