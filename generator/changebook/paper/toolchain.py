"""What PDFs are made with on this machine: all that their bytes depend on beside the paper."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from changebook.paper import (
    codes,
    findings,
    fitting,
    pictures,
    sheets,
    structure,
    tagging,
    typesetting,
)

#: The packages that lay out, draw, write and compress.
_PACKAGES = (
    *("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "cssselect2", "pyphen"),
    *("pillow", "mermaidx", "segno"),
)
_TAB = "\t"
_FONT = "%{file}\\t%{family}\\t%{style}\\t%{fontversion}\\n"


@cache
def toolchain() -> str | None:
    """Return a digest of the versions, of the fonts that may be taken, and of our own code.

    None where the fonts can't be listed: then nobody knows whether a PDF would be the same again.
    Raises CannotTypeset where none can be made.
    """
    typesetting.require()
    fonts = _fonts()
    if fonts is None:
        return None
    modules = (codes, findings, fitting, pictures, sheets, structure, tagging, typesetting)
    code = [Path(str(module.__file__)).read_bytes() for module in modules]
    made_with = {
        "packages": {name: version(name) for name in _PACKAGES},
        "libraries": _libraries(),
        "python": sys.version,
        "fonts": fonts,
        "code": [hashlib.sha256(text).hexdigest() for text in code],
    }
    return hashlib.sha256(json.dumps(made_with, sort_keys=True).encode()).hexdigest()


def _libraries() -> dict[str, Any]:
    """Return the versions of the libraries in C, and which of them are there."""
    from weasyprint.text import ffi  # type: ignore[import-untyped]  # noqa: PLC0415 - loads Pango

    # WeasyPrint declares Pango's version alone; other versions of it may declare these too.
    asked = "const char *hb_version_string(void); int FcGetVersion(void);"
    ffi.ffi.cdef(asked, override=True)
    return {
        "pango": ffi.pango.pango_version(),
        "harfbuzz": ffi.ffi.string(ffi.harfbuzz.hb_version_string()).decode(),
        "subset": ffi.harfbuzz_subset is not None,
        "fontconfig": ffi.fontconfig.FcGetVersion(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def _fonts() -> list[str] | None:
    """Return every font that fontconfig knows, with its version and the size of its file."""
    tool = shutil.which("fc-list")
    if tool is None:
        return None
    command = [tool, f"--format={_FONT}"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if listing.returncode:
        return None
    return sorted(
        f"{line}\t{Path(line.partition(_TAB)[0]).stat().st_size}"
        for line in listing.stdout.splitlines()
    )
