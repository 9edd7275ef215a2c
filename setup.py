"""Add the rule packs and the test images to the packages; everything else about the build stands in pyproject.toml.

The packs live in the top-level folder `rules/`, the images in `fixtures/`, apart from the code, and are installed as
`cyberforensics/packs/` and `cyberforensics/fixtures/`. A package outside `src/` can only be named in a full list of
packages, and a list kept by hand would one day miss a package without a word: this file finds them.
"""

from tempfile import TemporaryDirectory

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class WithoutMakers(build_py):
    """Of `fixtures/` the images and their truth are installed; the scripts that make them are not."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """The modules of a package, of which the images have none."""
        return [] if package == "cyberforensics.fixtures" else super().find_package_modules(package, package_dir)


# In a build/ folder that an earlier installation left behind, files deleted since would come back.
with TemporaryDirectory() as fresh:
    setup(
        packages=[*find_packages("src"), "cyberforensics.fixtures", "cyberforensics.packs"],
        package_dir={"": "src", "cyberforensics.fixtures": "fixtures", "cyberforensics.packs": "rules"},
        cmdclass={"build_py": WithoutMakers},
        options={"build": {"build_base": fresh}},
    )
