"""What stands in a file for nothing, where the engines let it pass."""

from collections.abc import Iterator

from cyberforensics.rules.checks.view import Check, Remark, View
from cyberforensics.rules.syntax import Kind, RuleText


def _patterns(view: View) -> Iterator[Remark]:
    for file, rule in view.rules():
        for pattern in rule.patterns:
            # Only a name that begins so passes: any other unused string is a mistake for both engines.
            if pattern.identifier.startswith("$_") and not _names(rule, pattern.identifier[1:]):
                message = f'the string "{pattern.identifier}" is never used'
                yield Remark("CFR022", file, pattern.span, message, "name it in the condition, or remove it", rule.name)


def _names(rule: RuleText, name: str) -> bool:
    for token in rule.condition:
        if token.text == "them" or token.text == "$":
            return True
        if token.kind == Kind.PATTERN:
            word = token.text[1:]
            if name.startswith(word[:-1]) if word.endswith("*") else name == word:
                return True
    return False


def _imports(view: View) -> Iterator[Remark]:
    for file, source in view.files.items():
        if file in view.joined or not all(rule.complete for rule in source.rules):
            continue
        words = frozenset[str]().union(*(rule.words for rule in source.rules))
        for statement in source.imports:
            if statement.value not in words and statement.value.isidentifier():
                message = f'the module "{statement.value}" is imported and not used'
                yield Remark(
                    "CFR023", file, statement.span, message, "remove the import: a module costs time in every scan"
                )


CHECKS = (Check(("CFR022",), _patterns), Check(("CFR023",), _imports))
