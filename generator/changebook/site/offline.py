"""A built site as a copy that opens from a disk.

From a disk, browsers load a page's plain scripts, but no modules and no data. So the modules become
plain scripts, and beside each file of data stands a script that holds it; `offline.js` brings both
together. Pages of a copy name these scripts by themselves.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from changebook import packaged
from changebook.edition import urls
from changebook.refusal import Refusal

#: The digest of every other file of the copy, as `sha256sum` writes and checks them.
DIGESTS = "SHA256SUMS"
_SCRIPTS = "assets/javascripts"
_OWN = "offline.js"
_MODULES = ("search-text.js", "search-index.js", "search-page.js", "search.js")
#: What scripts of pages load, and readers do too.
_DATA = (urls.SEALS, urls.DIFFERENCES)
#: What only a server has a use for.
_OF_SERVERS = ("404.html", "sitemap.xml", "sitemap.xml.gz")
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([\w-]+\.js)"$', re.MULTILINE)
_EXPORT_VALUE = re.compile(r"^export (?=(?:const|let) (\w+))", re.MULTILINE)
_EXPORT_LIST = re.compile(r"\bexport ?\{([\w, ]*)\};?")
_LEFT = re.compile(r"^(?:import|export)\b", re.MULTILINE)


def make_offline(site: Path) -> None:
    """Make a copy that opens from a disk of a site that was built for one.

    Raises Refusal where a script can't be made to work there.
    """
    for name in _OF_SERVERS:
        (site / name).unlink(missing_ok=True)
    scripts, search = site / _SCRIPTS, site / urls.PAGEFIND
    (scripts / _OWN).write_bytes((packaged.templates_dir() / "offline" / _OWN).read_bytes())
    for module in (*(scripts / name for name in _MODULES), search / "pagefind.js"):
        module.write_text(plain_script(module.name, module.read_text("utf-8")), "utf-8")
    (search / "pagefind-worker.js").unlink()
    for file in sorted(path for path in search.rglob("*") if path.is_file()):
        if file.suffix != ".js":
            _hold(file)
            file.unlink()
    for file in (site / path for path in _DATA):
        if file.is_file():
            _hold(file)


def plain_script(name: str, module: str) -> str:
    """Return a module as a plain script. Raises Refusal where it has what is not understood."""
    names = _EXPORT_VALUE.findall(module)
    for listed in _EXPORT_LIST.findall(module):
        names += [part.strip() for part in listed.split(",")]
    script = _IMPORT.sub(r'const \1 = changebook.from("\2")', module)
    script = _EXPORT_LIST.sub("", _EXPORT_VALUE.sub("", script))
    script = script.replace("await import(", "await changebook.load(")
    script = script.replace("import.meta.url", "here")
    if _LEFT.search(script) or "import(" in script or any(" as " in each for each in names):
        raise Refusal(f"{name} can't be made to work from a disk: the copy would have no search")
    return (
        "(() => {\nconst here = document.currentScript.src\n"
        f'{script}\nchangebook.exports("{name}", {{{", ".join(names)}}})\n}})()\n'
    )


def _hold(file: Path) -> None:
    """Write the script that holds a file beside it."""
    content = base64.b64encode(file.read_bytes()).decode()
    file.with_name(f"{file.name}.js").write_text(f'changebook.holds("{content}")\n', "utf-8")


def digests(files: Mapping[str, bytes]) -> bytes:
    """Return the digests of files by their paths, in the form of `sha256sum`."""
    lines = (f"{sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return "".join(lines).encode()
