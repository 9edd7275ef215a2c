#!/usr/bin/env python3
"""Run the benchmarks: ``python3 benchmarks/run.py [--quick] [--work FOLDER]``; `benchmarks/__main__.py` does it."""

import runpy
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)
runpy.run_module("benchmarks", run_name="__main__")
