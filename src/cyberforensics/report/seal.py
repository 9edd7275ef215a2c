"""What a seal says and what it does not, in sentences."""

from cyberforensics.model.case_document import SealRecord

SELF_MADE = "The key was made for this case: whose it is, it does not show."
UNSIGNED = "The manifest was not signed when the case was sealed: until somebody signs it, anyone can write another."

MANIFEST = (
    "not known when this was written, since the manifest holds this report; sealing printed it, "
    "sha256sum manifest-sha256.txt gives it, and after-seal.jsonl is chained to it"
)
UNSEALED = (
    "The case was not sealed when this was written: log and store may go on, so no digest of them is printed, and "
    "there is no manifest. cyberforensics seal writes the report again, with the digests."
)


def seal_lines(seal: SealRecord) -> list[str]:
    """The limits of a seal."""
    if seal.key is None:
        first = UNSIGNED
    else:
        first = "The seal detects a change after sealing by anyone who does not have the key; who has it can seal anew."
    return [
        first,
        *([SELF_MADE] if seal.self_made else []),
        "Hand the digest of manifest-sha256.txt to a second person, or have it stamped (cyberforensics stamp): "
        "that shows that the case was there then, as it is.",
    ]


def seal_object(seal: SealRecord) -> dict[str, object]:
    """Rows of title and text, and the sentences, for the script of the report."""
    if seal.key is None:
        key = "none: the manifest was not signed when the case was sealed"
    else:
        origin = "made for this case" if seal.self_made else f"given by the operator, as that of {seal.identity}"
        key = f"{seal.key} ({origin})"
    return {
        "store": seal.store_sha256,
        "rows": [
            ["SHA-256 of case.sqlite", seal.store_sha256],
            [f"SHA-256 of the first {seal.log_lines:,} lines of examination-log.jsonl", seal.log_sha256],
            ["Head of the log then: SHA-256 of its last line, to which the next is chained", seal.log_head],
            ["SHA-256 of manifest-sha256.txt", MANIFEST],
            ["Key of the signature", key],
            ["Files", "each stands in manifest-sha256.txt with its SHA-256, this report too"],
        ],
        "limits": seal_lines(seal),
    }
