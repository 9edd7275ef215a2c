"""Artifacts of Windows."""
