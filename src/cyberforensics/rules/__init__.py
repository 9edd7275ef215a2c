"""Rule packs in, findings out. The only door to YARA.

folders and files ─► load ─► RuleSet ─► save ─► CompiledRules ─► (worker) open_compiled ─► Scanner ─► findings
"""

from cyberforensics.rules.compiled import CompiledRules, open_compiled
from cyberforensics.rules.engine import EXTERNALS, engine_version
from cyberforensics.rules.externals import Externals
from cyberforensics.rules.filetypes import FILE_TYPES, HEAD_SIZE, file_type
from cyberforensics.rules.packs import shipped_packs
from cyberforensics.rules.rule_set import RuleSet, load
from cyberforensics.rules.scanner import Scanner, ScanResult

__all__ = [
    "EXTERNALS",
    "FILE_TYPES",
    "HEAD_SIZE",
    "CompiledRules",
    "Externals",
    "RuleSet",
    "ScanResult",
    "Scanner",
    "engine_version",
    "file_type",
    "load",
    "open_compiled",
    "shipped_packs",
]
