"""A made-up YARA pack with the size and the cost of a real one: the same bytes on every machine.

A real pack of thousands of rules is mostly plain text strings, a good part of them wide or without regard to case;
then opcodes with wildcards, web-shell words, some regular expressions, conditions that ask for a PE header. Every scan
has a fixed cost, which grows with the number of rules and decides on small files, and a cost for each byte. Both were
held against a public pack of 5,849 rules on the files of /usr: docs/performance.md has the figures.

No rule is real and no string is taken from malware. `PLANTED` names strings that `inputs` writes into some files, so
that every tool has the same things to find.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

RULES = 5000
A_FILE = 8
"""Rules in one file, as in packs where a file is about one campaign."""
PLANTED = tuple(f"bench-planted-{number:02d}-c0ffee" for number in range(20))

_VERSION = 3


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SYLLABLES = _words(
    """
    ka lo mi ren sto vak tri del nor pax zin gor hul ber cas dro fel gim jot kel lum mor nex ost pri qua rus sil
    tov ulm ver wex yar zor ack bin ctl dex enc fun get hex inj jmp kit log mem net obf pid qry reg svc tmp usr
    """
)
_ODD = "BFGHJKQVWXYZbfghjkqvwxyz0123456789_~-#@!"
_WORDS = _words(
    """
    Update Service Manager Helper Driver Loader Config System Network Remote Client Session Install Agent Shell Token
    Thread Module Process Buffer Socket Handle Memory Window Screen Backup Report Monitor Control Policy
    """
)
_APIS = _words(
    """
    VirtualAllocEx WriteProcessMemory CreateRemoteThread NtUnmapViewOfSection SetWindowsHookExA GetAsyncKeyState
    InternetOpenUrlA URLDownloadToFileA CryptUnprotectData LsaEnumerateLogonSessions RegSetValueExA WinExec
    IsDebuggerPresent AdjustTokenPrivileges MiniDumpWriteDump HttpSendRequestA FindFirstFileW CreateToolhelp32Snapshot
    """
)
_SHELL = _words(
    """
    eval(base64_decode( system($_POST[ passthru($_GET[ shell_exec($_REQUEST[ preg_replace('/.*/e'
    Runtime.getRuntime().exec( Response.Write(eval( assert($_COOKIE[ gzinflate(str_rot13( move_uploaded_file($_FILES
    """
)
_COSTLY = (
    '$c = "this" nocase ascii wide',
    '$c = "HTTP" nocase wide ascii',
    "$c = { 48 8B ?? 24 [0-8] 48 89 }",
    "$c = { 8B 45 ?? 83 C0 01 [2-12] 3B }",
    "$c = /[a-z]{3,8}:\\/\\/[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\/x/ nocase",
    "$c = /[A-Za-z0-9+\\/]{60,90}==[^A-Z]kz/",
    '$c = "Mozilla" base64 base64wide',
    '$c = "cmd.exe" xor(0x01-0xff)',
    "$c = { E8 ?? ?? ?? ?? 85 C0 [0-6] 0F 84 }",
    "$c = /\\x00[A-Za-z]{4,6}\\x00[0-9]{2}\\x00q/",
)
COSTLY = 150
"""How many of the rules stop the engine often."""


class Stream:
    """Numbers from a seed, the same on every machine and for every version of Python."""

    def __init__(self, seed: str) -> None:
        self._seed, self._block, self._rest = seed, 0, b""

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        if len(self._rest) < 4:
            self._rest = hashlib.sha256(f"{self._seed}/{self._block}".encode()).digest()
            self._block += 1
        number, self._rest = int.from_bytes(self._rest[:4], "big"), self._rest[4:]
        return number % limit

    def of(self, choices: Sequence[str]) -> str:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def word(self, least: int, most: int) -> str:
        """A made-up word of some syllables."""
        return "".join(self.of(_SYLLABLES) for _ in range(least + self.below(most - least + 1)))

    def tag(self) -> str:
        """A few characters that no language has side by side, as in names that a build made up."""
        return "".join(self.of(_ODD) for _ in range(4))

    def hex(self, count: int) -> list[str]:
        """Bytes as YARA writes them."""
        return [f"{self.below(256):02X}" for _ in range(count)]


def write(folder: Path) -> Path:
    """Write the pack, if it is not there yet; its folder."""
    pack = folder / f"synthetic-{RULES}-v{_VERSION}"
    if pack.is_dir():
        return pack
    unfinished = folder / f"{pack.name}.unfinished"
    unfinished.mkdir(parents=True, exist_ok=True)
    rules = list(_rules())
    for start in range(0, len(rules), A_FILE):
        text = 'import "pe"\n\n' + "\n".join(rules[start : start + A_FILE])
        (unfinished / f"family_{start // A_FILE:03d}.yar").write_text(text, "ascii")
    return unfinished.rename(pack)


def _rules() -> Iterator[str]:
    for number, token in enumerate(PLANTED):
        yield _rule(number, "planted", [f'$a = "{token}" ascii wide'], "$a")
    for number in range(len(PLANTED), RULES):
        stream = Stream(f"{_VERSION}/{number}")
        if number % (RULES // COSTLY) == 0:
            strings = [_COSTLY[number // (RULES // COSTLY) % len(_COSTLY)], _text(stream, 1), _text(stream, 2)]
            yield _rule(number, "costly", strings, "$c and all of ($s*)")
        else:
            yield _usual(number, stream)


def _usual(number: int, stream: Stream) -> str:
    kind = stream.below(100)
    count = 3 + stream.below(7)
    texts = [_text(stream, place) for place in range(count)]
    size = f"filesize < {100 * (1 + stream.below(50))}KB"
    if kind < 50:
        return _rule(number, "implant", texts, f"uint16(0) == 0x5a4d and {size} and {count // 2 + 1} of them")
    if kind < 65:
        return _rule(number, "tool", texts, f"{size} and ( {count // 2 + 1} of ($s*) or all of them )")
    if kind < 82:
        opcodes = [_opcodes(stream, place) for place in range(1 + stream.below(4))]
        return _rule(number, "code", [*opcodes, *texts[:3]], f"{size} and ( 1 of ($op*) and 2 of ($s*) )")
    if kind < 91:
        calls = [f'$w{place} = "{stream.of(_SHELL)}" nocase' for place in range(1 + stream.below(2))]
        return _rule(number, "webshell", [*calls, *texts[:4]], f"{size} and 1 of ($w*) and 3 of ($s*)")
    if kind < 97:
        return _rule(number, "pattern", [_pattern(stream), *texts[:3]], "$re and 2 of ($s*)")
    return _rule(number, "header", texts[:3], "pe.is_pe and pe.number_of_sections > 3 and 2 of them")


def _text(stream: Stream, place: int) -> str:
    word, other, tag = stream.word(1, 3), stream.word(1, 2), stream.tag()
    name = stream.of(_WORDS) + stream.of(_WORDS)
    shapes = (
        f"{name}{tag}{word.title()}",
        f"C:\\\\Windows\\\\Temp\\\\{word}{tag}.dll",
        f"\\\\pipe\\\\{word}{tag}{other}",
        f"cmd.exe /c {word}{tag} -{other[0]} %s",
        f"http://{word}{tag}.example/{other}.php?id=%d",
        f"Software\\\\{name}\\\\{tag}{word}",
        f"[+] {word} {tag} {stream.of(_WORDS).lower()} {other}",
        f"{stream.of(_APIS)}_{tag}{word}",
        f"D:\\\\{other}\\\\Release\\\\{tag}{word}.pdb",
        f"User-Agent: {word}{tag}/{stream.below(9)}.{stream.below(30)}",
    )
    kind = stream.below(100)
    modifier = "ascii wide" if kind < 30 else "wide" if kind < 38 else "nocase" if kind < 42 else "fullword ascii"
    return f'$s{place} = "{shapes[stream.below(len(shapes))]}" {modifier}'


def _opcodes(stream: Stream, place: int) -> str:
    start, middle, end = stream.hex(6 + stream.below(8)), stream.hex(4), stream.hex(4 + stream.below(8))
    gap = f"[{2 + stream.below(4)}-{8 + stream.below(16)}]" if stream.below(3) == 0 else "?? ??"
    return f"$op{place} = {{ {' '.join([*start, '?? ??', *middle, gap, *end])} }}"


def _pattern(stream: Stream) -> str:
    word = stream.word(2, 3)
    shapes = (
        f"/{word}[a-z0-9]{{4,12}}\\.(top|xyz|example)\\/[a-z]{{2,6}}\\.php/ nocase",
        f"/\\\\{word}\\\\[A-Z]{{2,8}}[0-9]{{1,4}}\\.(exe|dll|tmp)/ nocase",
        f"/{word}=[A-Za-z0-9+\\/]{{20,60}}={{0,2}}/",
        f"/(cmd|powershell)(\\.exe)? .{{0,20}}{word}/ nocase ascii wide",
    )
    return f"$re = {shapes[stream.below(len(shapes))]}"


def _rule(number: int, kind: str, strings: Sequence[str], condition: str) -> str:
    lines = "\n        ".join(strings)
    return (
        f"rule bench_{kind}_{number:04d}\n{{\n    meta:\n"
        f'        description = "Made up, to be as costly as a real rule"\n        score = {60 + number % 40}\n'
        f"    strings:\n        {lines}\n    condition:\n        {condition}\n}}\n"
    )
