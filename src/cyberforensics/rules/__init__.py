"""Rule packs and lists in, findings out. The only door to YARA.

folders and files ─► load ─► RuleSet ─► save ─► CompiledRules ─► (worker) open_compiled ─► Scanner ─► findings
lists of keywords ─► load ─► RuleSet …
lists of digests ─► load_hash_lists ─► HashList ─► (worker) open_lists ─► Lists ─► findings
"""

from cyberforensics.rules.archive import LARGEST as LARGEST_ARCHIVE
from cyberforensics.rules.archive import NAMESPACE, Archive, is_archive, pack_of, read_archive
from cyberforensics.rules.compiled import CompiledRules, open_compiled
from cyberforensics.rules.engines import ENGINES, EXTERNALS, MappedFile
from cyberforensics.rules.externals import Externals
from cyberforensics.rules.filetypes import FILE_TYPES, HEAD_SIZE, file_type
from cyberforensics.rules.hash_index import index_path
from cyberforensics.rules.lists import HashList, Lists, load_hash_lists, open_lists
from cyberforensics.rules.packs import read_pack, shipped_packs
from cyberforensics.rules.recipes import BrokenSample
from cyberforensics.rules.rule_set import RuleSet, load
from cyberforensics.rules.rule_text import mark_rule_text
from cyberforensics.rules.samples import Sample, SampleData, read_sample, samples_in
from cyberforensics.rules.scanner import Scanner, ScanResult

__all__ = [
    "ENGINES",
    "EXTERNALS",
    "FILE_TYPES",
    "HEAD_SIZE",
    "LARGEST_ARCHIVE",
    "NAMESPACE",
    "Archive",
    "BrokenSample",
    "CompiledRules",
    "Externals",
    "HashList",
    "Lists",
    "MappedFile",
    "RuleSet",
    "Sample",
    "SampleData",
    "ScanResult",
    "Scanner",
    "file_type",
    "index_path",
    "is_archive",
    "load",
    "load_hash_lists",
    "mark_rule_text",
    "open_compiled",
    "open_lists",
    "pack_of",
    "read_archive",
    "read_pack",
    "read_sample",
    "samples_in",
    "shipped_packs",
]
