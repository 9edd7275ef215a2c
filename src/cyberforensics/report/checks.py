"""How a sealed case is checked without our software: the literal commands, those of docs/verify-without-us.md."""

IDENTITY = "examiner@lab.example"
"""Stands in the commands for whoever sealed, where nobody did yet."""

CHECKS: tuple[tuple[str, str], ...] = (
    (
        "No file was changed or removed since the manifest was written: each line says OK.",
        "sha256sum -c --strict manifest-sha256.txt",
    ),
    (
        "The manifest is the one that was handed over: compare what this prints with what somebody kept.",
        "sha256sum manifest-sha256.txt",
    ),
    (
        "It was signed with the key that the laboratory publishes, in a file of allowed signers from elsewhere.",
        f"ssh-keygen -Y verify -f ../allowed_signers -I {IDENTITY} -n cyberforensics-manifest"
        " -s manifest-sha256.txt.sig < manifest-sha256.txt",
    ),
    (
        "It was there when an authority says, whose certificates come from elsewhere too.",
        "openssl ts -verify -data manifest-sha256.txt -in manifest-sha256.txt.tsr -CAfile ../ca.pem",
    ),
    (
        "Manifest and log, with any Python from 3.8 on and nothing else.",
        "python3 verify.py",
    ),
    (
        "Each line of the log holds the SHA-256 of the line before. By hand, for line 2:",
        "test \"$(sed -n 1p examination-log.jsonl | tr -d '\\n' | sha256sum | cut -c 1-64)\" ="
        ' "$(sed -n 2p examination-log.jsonl | sed \'s/.*"chain":"\\([0-9a-f]*\\)".*/\\1/\')"',
    ),
)
"""What each shows, and the command, to be run in the case folder."""


def check_rows(identity: str | None) -> list[list[str]]:
    """The same for whoever sealed."""
    return [[what, command.replace(IDENTITY, identity or IDENTITY)] for what, command in CHECKS]
