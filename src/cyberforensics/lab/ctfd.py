"""Questions as challenges of CTFd, one folder each with a ``challenge.yml`` as ctfcli installs it."""

import json
from collections.abc import Iterator, Mapping

from cyberforensics.lab.scenario_file import Texts
from cyberforensics.lab.truth import Asked, Truth
from cyberforensics.lab.variant import fill
from cyberforensics.lab.wording import Wording

_LEFT_OUT = ("time", "list", "path")
"""Kinds that CTFd can't judge as this tool does: an answer within a precision, in parts, or written in two ways."""


def challenges(truth: Truth, texts: Texts, words: Wording, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Path and content of each file. JSON is YAML, and nothing of a text can act in it.

    Source of the keys: ``ctfcli/spec/challenge-example.yml`` and the fields that ``ctf challenge lint`` requires, of
    ctfcli 0.1.8 (github.com/CTFd/ctfcli).
    """
    left_out = [question.id for question in truth.questions if question.kind in _LEFT_OUT]
    for question in truth.questions:
        exact = question.kind not in _LEFT_OUT
        challenge = {
            "name": f"{truth.scenario}: {question.id}",
            "author": "cyberforensics",
            "category": f"stage {question.stage}",
            "description": _described(question, texts, words, values),
            "attribution": words["training mark"],
            "value": question.points,
            "type": "standard",
            "flags": [{"type": "static", "content": one, "data": "case_insensitive"} for one in _ways(question)],
            "hints": [{"content": fill(texts.hints[question.id], values), "cost": question.hint_costs}]
            if question.hint_costs
            else [],
            "state": "visible" if exact else "hidden",
            "version": "0.1",
        }
        yield f"{question.id}/challenge.yml", json.dumps(challenge, indent=1, ensure_ascii=False) + "\n"
    yield "README.txt", _about(left_out)


def _described(question: Asked, texts: Texts, words: Wording, values: Mapping[str, str]) -> str:
    """What is asked, with what there is to choose from."""
    text = fill(texts.questions[question.id], values)
    if question.choices:
        text += " " + words.say("choices", choices="; ".join(question.choices))
    return text


def _ways(question: Asked) -> Iterator[str]:
    """How a right answer may be written: CTFd compares texts, and a number has several."""
    for one in question.answer:
        yield one
        plain = one.replace(",", "").replace(" ", "")
        if question.kind == "number" and plain != one:
            yield plain


def _about(left_out: list[str]) -> str:
    about = "ctf challenge install FOLDER, for each folder here.\n"
    if left_out:
        about += (
            "\nHidden, since CTFd compares texts and can't judge precision, parts and ways to write a path: "
            + ", ".join(left_out)
            + ".\nGrade them with cyberforensics lab grade.\n"
        )
    about += (
        "\nNot expressed in CTFd: what a wrong claim costs (no mark is below zero there), whether an answer is\n"
        "given as a fact or as an opinion, the things that were found, and the steps of the examination.\n"
    )
    return about
