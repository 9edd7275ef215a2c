import hashlib
from pathlib import Path

import yara

from benchmarks import pack, tools


def test_the_pack_is_the_same_everywhere(tmp_path: Path) -> None:
    first, second = pack.write(tmp_path / "a"), pack.write(tmp_path / "b")
    content = [b"".join(file.read_bytes() for file in tools.rule_files(folder)) for folder in (first, second)]
    assert content[0] == content[1]
    assert hashlib.sha256(content[0]).hexdigest() == "4547eb2c2d78826cc4da43c0efe66d37f0c2348abc912eeaedacdc48b16c8eb9"


def test_its_rules_compile_and_find_what_is_planted(tmp_path: Path) -> None:
    folder = pack.write(tmp_path)
    rules = yara.compile(filepaths={path.name: str(path) for path in tools.rule_files(folder)})
    assert sum(1 for _ in rules) == pack.RULES
    for number, token in enumerate(pack.PLANTED):
        assert [match.rule for match in rules.match(data=f"before {token} behind")] == [f"bench_planted_{number:04d}"]
    assert not rules.match(data="a text in which nothing is planted")


def test_all_rules_in_one_file_compile_too(tmp_path: Path) -> None:
    combined = tools.one_file(pack.write(tmp_path), tmp_path / "rules.yar")
    assert sum(1 for _ in yara.compile(str(combined))) == pack.RULES
