"""``rules check``: both engines and our checks over a pack, mistakes as diagnostics with their places.

pack ─► flatten (includes put in) ─► libyara, yarax (complaints) ─► compiling (remarks) ┐
pack ─► checks.CHECKS (remarks) ────────────────────────────────────────────────────────┴► excuses ─► Diagnostic
"""

from cyberforensics.rules.checking.baseline import fingerprints
from cyberforensics.rules.checking.baseline import read as read_baseline
from cyberforensics.rules.checking.baseline import written as baseline_text
from cyberforensics.rules.checking.check import Checked, CheckOptions, check
from cyberforensics.rules.checking.compiling import CompileHeads, compile_heads

__all__ = [
    "CheckOptions",
    "Checked",
    "CompileHeads",
    "baseline_text",
    "check",
    "compile_heads",
    "fingerprints",
    "read_baseline",
]
