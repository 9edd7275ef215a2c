"""The command line: one file a command. A command parses, calls one library function, and renders."""

from cyberforensics.cli.app import main

__all__ = ["main"]
