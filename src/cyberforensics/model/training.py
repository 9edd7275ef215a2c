"""The file in the root of each volume that was made for an exercise: how its reports come to say so."""

MARK_PATH = "/TRAINING.txt"
MARK_TEXT = (
    "TRAINING. This volume was made for an exercise. Persons, companies and events are invented; "
    "nothing in it is evidence of anything.\r\n"
)
MARK_SHA256 = "2392d4b860239701894fbcef0dd037c14e4e54a8715ab2a2fee935f0a05ddd9a"
"""Of that text: a file of the name alone, or a volume's label, may stand on anybody's disk."""
MARK_WORD = "TRAINING"
"""With which labels, and what a container says of its making, begin."""
