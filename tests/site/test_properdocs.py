"""ProperDocs, the continuation of MkDocs, builds the same pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from changebook import packaged

IN_ITS_PLACE = Path(__file__).parents[1] / "in_its_place"


def pages(site: Path) -> dict[str, str]:
    """The pages of a site, without the name of what built them."""
    return {
        file.relative_to(site).as_posix(): re.sub(
            r'<meta name="generator" content="[^"]*">', "", file.read_text("utf-8")
        )
        for file in site.rglob("*.html")
    }


@pytest.mark.slow
def test_the_plugin_makes_the_same_pages(workspace: Path, tmp_path: Path) -> None:
    (workspace / "mkdocs.yml").write_text(packaged.default_config().read_text("utf-8"), "utf-8")
    # Each as it is: these tests may run with one in the other's place.
    path = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p != str(IN_ITS_PLACE)]
    plain = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
    built = {}
    for name in ("mkdocs", "properdocs"):
        done = subprocess.run(
            [sys.executable, "-m", name, "build", "--strict", "--site-dir", tmp_path / name],
            cwd=workspace,
            env=plain | {"NO_MKDOCS_2_WARNING": "1", "CHANGEBOOK_CLIENT": "example"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        built[name] = pages(tmp_path / name)
    assert len(built["mkdocs"]) > 10
    assert built["properdocs"] == built["mkdocs"]


#: What the builder and the plugin warn about is kept for the one who called, whoever builds.
WARN = """
import logging
from tests import builder
from changebook.site import configuration, mounted, plugin, serve
with configuration.kept_warnings() as kept:
    plugin.log.warning("the plugin's")
    mounted.log.warning("the mounted one's")
    logging.getLogger(f"{builder.NAME}.structure").warning("the builder's")
with serve._log_shown():
    logging.getLogger(f"{builder.NAME}.livereload").info("the server's")
print(builder.NAME, kept)
"""


def test_a_python_can_be_told_to_take_it_for_mkdocs() -> None:
    path = os.pathsep.join([str(IN_ITS_PLACE), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", WARN],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    kept = ["the plugin's", "the mounted one's", "the builder's"]
    assert done.stdout == f"properdocs {kept}\n", done.stderr
    assert done.stderr == "the server's\n"
