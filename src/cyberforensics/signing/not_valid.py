"""What every check of this room raises."""


class NotValid(Exception):
    """A signature or a time stamp does not hold: why, as the end of a sentence."""
