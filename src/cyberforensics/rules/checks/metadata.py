"""Metadata: what a profile asks for, hashes that are none, dates that can't be."""

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from cyberforensics.model.examination import FINDING_SEVERITIES
from cyberforensics.rules.checks.profiles import PROFILES
from cyberforensics.rules.checks.view import Check, Remark, View, about
from cyberforensics.rules.findings import SEVERITY_WORDS

if TYPE_CHECKING:
    from cyberforensics.rules.syntax import Meta

_HASH_NAME = re.compile(
    r"(?:sample_?|file_?|reference_|super_rule_|orig_)?(?:hash(?:es)?|md5|sha1|sha256|sha512)_?\d*", re.I
)
_SIZES = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_WORD = re.compile(r"[0-9A-Za-z]+")
_BETWEEN = re.compile(r"[\s,;|]+")
_DATE_NAME = re.compile(
    r"(?:date|modified|created|updated|(?:creation|created|last_?modified|modification|update)(?:_date)?)", re.I
)
_DATE = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})")


def _profile(view: View) -> Iterator[Remark]:
    fields = PROFILES[view.profile].fields if view.profile else ()
    for file, rule in view.rules():
        by_name: dict[str, list[Meta]] = {}
        for meta in rule.meta:
            by_name.setdefault(meta.name, []).append(meta)
        missing = [
            field.name for field in fields if field.required and not any(name in by_name for name in field.names)
        ]
        if missing:
            listed = ", ".join(missing)
            yield about(
                "CFR011",
                file,
                rule,
                f"the rule {rule.name} has no metadata {listed}",
                f"the profile {view.profile} asks for it",
            )
        for field in fields:
            found = [meta for name in field.names for meta in by_name.get(name, ())]
            for meta in found:
                if not field.accepts(meta.value):
                    message = f"the metadata {meta.name} is not {field.form}"
                    yield Remark("CFR012", file, meta.value_span, message, _asks(view), rule.name)
            if field.once and len(found) > 1:
                message = f"the metadata {field.name} stands more than once"
                yield Remark("CFR012", file, found[1].span, message, _asks(view), rule.name)


def _asks(view: View) -> str:
    return f"the profile {view.profile} asks for it"


def _hashes(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        for meta in rule.meta:
            if not _HASH_NAME.fullmatch(meta.name) or not isinstance(meta.value, str):
                continue
            wanted = next((size for name, size in _SIZES.items() if name in meta.name.lower()), None)
            for word in filter(_WORD.fullmatch, _BETWEEN.split(meta.value)):
                wrong = _wrong(word, wanted, alone=word == meta.value.strip())
                if wrong:
                    message = f"the metadata {meta.name} is no hash: {wrong}"
                    hint = "hashes have 32 (MD5), 40 (SHA-1), 64 (SHA-256) or 128 (SHA-512) hexadecimal digits"
                    yield Remark("CFR013", file, meta.value_span, message, hint, rule.name)
                    break


def _wrong(word: str, wanted: int | None, *, alone: bool) -> str:
    digits = len(word)
    if digits < 24 or not (alone or re.fullmatch("[0-9a-fA-F]+", word)):
        return ""  # a name, a word of a sentence, the path of an address
    strange = re.search("[^0-9a-fA-F]", word)
    if strange:
        return f'it has the character "{strange[0]}"' if digits in _SIZES.values() else ""
    if wanted is not None and alone and digits != wanted:
        return f"it has {digits} digits, not {wanted}"
    return "" if digits in (*_SIZES.values(), 56, 96) else f"it has {digits} digits"


def _dates(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        for meta in rule.meta:
            if not _DATE_NAME.fullmatch(meta.name) or not isinstance(meta.value, str):
                continue
            found = _DATE.fullmatch(meta.value.strip())
            if found is None:
                continue
            year, month, day = int(found[1]), int(found[3]), int(found[4])
            if not 1990 <= year < 2100:
                continue  # the day first, as in 03042017
            try:
                written = date(year, month, day)
            except ValueError:
                message = f"the metadata {meta.name} is no day of the calendar: {meta.value.strip()}"
                yield Remark("CFR014", file, meta.value_span, message, "write it as YYYY-MM-DD", rule.name)
                continue
            if written > view.today:
                message = f"the metadata {meta.name} lies in the future: {written}"
                yield Remark("CFR014", file, meta.value_span, message, f"the check ran for {view.today}", rule.name)


def _meanings(view: View) -> Iterator[Remark]:
    """What the triage would take for absent: a severity or a mark that is misspelt."""
    for file, rule in view.rules() if view.profile else ():
        for meta in rule.meta:
            said = str(meta.value).strip().lower()
            if meta.name == "sensitive" and said not in ("true", "false", "0", "1"):
                message = "the metadata sensitive is neither true nor false: nothing would be masked"
                yield Remark("CFR012", file, meta.value_span, message, "write sensitive = true", rule.name)
            if meta.name == "severity" and not (said.isdecimal() or said in SEVERITY_WORDS or said in view.severities):
                message = f"the metadata severity is no severity: {said} would count as medium"
                hint = f"write one of {', '.join(FINDING_SEVERITIES)}, or declare the word in pack.toml"
                yield Remark("CFR012", file, meta.value_span, message, hint, rule.name)


CHECKS = (
    Check(("CFR011", "CFR012"), _profile),
    Check(("CFR013",), _hashes),
    Check(("CFR014",), _dates),
    Check(("CFR012",), _meanings),
)
