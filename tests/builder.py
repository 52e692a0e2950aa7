"""`mkdocs build`, by MkDocs or by ProperDocs in its place (`dev.py test --properdocs`)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import mkdocs

#: The module to run. In `in_its_place/`, `mkdocs` is another name of `properdocs`.
NAME = mkdocs.__name__


def build(folder: Path, *arguments: str | Path, **environment: str) -> CompletedProcess[str]:
    """Build the site of a folder, strictly."""
    return subprocess.run(
        [sys.executable, "-m", NAME, "build", "--strict", *arguments],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
