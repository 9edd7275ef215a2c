"""Our own checks of rule packs. A check is a function from a pack to remarks; it never sees a clock or an engine."""

from cyberforensics.rules.checks import conditions, duplicates, metadata, patterns, ranges, unused
from cyberforensics.rules.checks.codes import BY_NAME, CODES, PROOFS, REMEDIES, Code
from cyberforensics.rules.checks.profiles import PROFILES
from cyberforensics.rules.checks.view import Check, Remark, View

CHECKS = (*metadata.CHECKS, *duplicates.CHECKS, *unused.CHECKS, *patterns.CHECKS, *conditions.CHECKS, *ranges.CHECKS)
"""Every check."""

__all__ = ["BY_NAME", "CHECKS", "CODES", "PROFILES", "PROOFS", "REMEDIES", "Check", "Code", "Remark", "View"]
