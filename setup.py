"""Add the rule packs to the packages; everything else about the build stands in pyproject.toml.

The packs live in the top-level folder `rules/`, apart from the code, and are installed as
`cyberforensics/packs/`. A package outside `src/` can only be named in a full list of packages, and a list
kept by hand would one day miss a package without a word: this file finds them.
"""

from tempfile import TemporaryDirectory

from setuptools import find_packages, setup

# In a build/ folder that an earlier installation left behind, files deleted since would come back.
with TemporaryDirectory() as fresh:
    setup(
        packages=[*find_packages("src"), "cyberforensics.packs"],
        package_dir={"": "src", "cyberforensics.packs": "rules"},
        options={"build": {"build_base": fresh}},
    )
