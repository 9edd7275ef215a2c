"""What somebody hands in who knows the truth: every row of a sheet, from ``truth.json`` alone."""

from cyberforensics.lab.answers import EXAMINER, MEDIA_DIGEST, NOT_EXAMINED, THINGS, Answer, Sheet
from cyberforensics.lab.truth import Image, Truth


def all_right(truth: Truth, trainee: str = "ada") -> Sheet:
    """All rows, with their kinds."""
    answers = [
        Answer(one.id, "; ".join(one.answer) if one.kind == "list" else one.answer[0], hint=False, kind=one.asks)
        for one in truth.questions
    ]
    closed = [one.place for one in truth.planted if one.disclose]
    answers += [
        Answer(THINGS, "; ".join(one.place for one in truth.planted if one.thing), hint=False),
        Answer(MEDIA_DIGEST, "; ".join(map(own_digest, truth.images)), hint=False),
        Answer(EXAMINER, trainee, hint=False),
        Answer(NOT_EXAMINED, "; ".join(closed) or "none", hint=False),
    ]
    return Sheet(trainee, tuple(answers), ())


def own_digest(image: Image) -> str:
    """One that was neither handed out nor is stored in the image."""
    return image.media_sha256 if image.file.endswith(".E01") else image.media_md5
