"""Words that say more than was observed: no sentence of ours may hold one."""

import re

CLAIMS = re.compile(
    r"\b(malware|malicious|virus(?! scanner)|infected|trojan|verified|authentic|guilty|criminal|illegal|suspicious"
    r"|recovered|intact|undamaged|deleted (?:at|on|by)|the user\b|the suspect|proves?|proof|certain(?:ly)?|clean"
    r"|harmless|known good|safe|no threats?|innocent|tampered)\b",
    re.IGNORECASE,
)

PRAISE = re.compile(r"\b(good|clean|harmless|safe|benign|trusted)\b", re.IGNORECASE)
"""What a known file must not be called: that its digest stands in a list says nothing else of it."""


def claims(text: str) -> str | None:
    """The first word of a sentence of ours that says more than was observed; None where there is none."""
    found = CLAIMS.search(text)
    return None if found is None else found[0]
