#!/usr/bin/env python3
"""Set up and run the project, with nothing but Python: `python3 dev.py COMMAND`.

Everything is installed into .venv from the locks in requirements/, every file by its hash. The
folder is made again when a lock, pyproject.toml or the Python changes, and left alone otherwise.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import runpy
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
NEWEST = ROOT / ".venv-newest"
STAMP = VENV / "installed.txt"
REQUIREMENTS = ROOT / "requirements"
BUILD, RUNTIME, DEV = (REQUIREMENTS / f"{name}.lock" for name in ("build", "runtime", "dev"))
# npm, for where the system has none.
NODE = REQUIREMENTS / "node.lock"
OLDEST = "3.11"

# Locks for every allowed Python and system, with no word of where the files came from.
COMPILE = [
    *("--universal", "--python-version", OLDEST, "--generate-hashes", "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links"),
    *("--custom-compile-command", "python3 dev.py lock"),
]

# Tests share nothing, so they run side by side.
EVERY_CPU = ["--numprocesses", "auto", "--dist", "worksteal"]
FAST_THEN_SLOW = ([*EVERY_CPU, "-m", "not slow"], [*EVERY_CPU, "-m", "slow"])

# Some hundred processes would each compile all modules again where that variable is set.
KEEP_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
# Material advises, at each build, to move to another program.
NO_ADVICE = {"NO_MKDOCS_2_WARNING": "true"}

# Either will do for the browser tests. The first has no windows and needs half the time.
BROWSERS = ("chromium-headless-shell", "chromium")
OTHER_BROWSERS = ("firefox-esr", "firefox")

# What PDFs need of the system, and why. Without them sites are built all the same.
PAPER = {
    "libpango-1.0-0": "the layout of text in PDFs",
    "libpangoft2-1.0-0": "the layout of text in PDFs",
    "libharfbuzz-subset0": "small fonts in PDFs, in no time",
    "fonts-noto-core": "Latin text in PDFs",
    "fonts-noto-cjk": "Chinese text in PDFs and in the browser tests",
}


# What the tests of hosts need; none of it starts anything by itself.
HOSTS = {
    "apache2-bin": "Apache, for the tests of hosts",
    "openssl": "certificates, for the tests of hosts",
    "rsync": "what the recipes publish with",
}
# Debian starts these servers when they are installed, so they are unpacked here instead.
SERVERS = ("nginx", "caddy")
UNPACKED = ROOT / ".servers"


class Stop(Exception):
    """The work cannot go on, and why."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.py", description="Set up and run the project.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("site", help="build the sample workspace's client sites into site/")
    tests = commands.add_parser("test", help="lint, check types and test; more goes to pytest")
    tests.add_argument("--newest", action="store_true", help="with the newest versions, unlocked")
    tests.add_argument("--properdocs", action="store_true", help="with ProperDocs as MkDocs")
    commands.add_parser("cover", help="say which branches no fast test takes")
    commands.add_parser("lock", help="renew the locks; --upgrade takes the newest versions")
    commands.add_parser("docs", help="write the rules' pages, and build docs/ into site-docs/")
    commands.add_parser("pictures", help="take the pictures in README of the samples")
    options, rest = parser.parse_known_args()
    try:
        if sys.version_info < tuple(map(int, OLDEST.split("."))):
            stop(f"Python {OLDEST} or newer is needed, and this is {sys.version.split()[0]}.")
        if options.command == "test":
            test(rest, newest=options.newest, properdocs=options.properdocs)
        elif options.command == "cover":
            cover(rest)
        elif options.command == "lock":
            lock(rest)
        elif rest:
            parser.error(f"unknown arguments: {shlex.join(rest)}")
        elif options.command == "site":
            site()
        elif options.command == "pictures":
            pictures()
        else:
            docs()
    except Stop as problem:
        sys.exit(f"dev.py: {problem}")
    except KeyboardInterrupt:
        sys.exit("dev.py: interrupted")


def site() -> None:
    """Build the sample workspace's client sites and say where to look at them."""
    offer_paper()
    set_up(RUNTIME)
    out = ROOT / "site"
    without = [] if paper_works() else ["--no-pdf"]
    run(tool("changebook"), "build", "--workspace", ROOT, "--out", out, *without)
    pages = sorted(out.glob("*/index.html"))
    if not pages:
        stop(f"the build ended well but left no site in {out}.")
    print(f"\nThe client sites are in {out}. {how_to_read(out)}")
    for page in pages:
        print(f"  http://localhost:8000/{page.parent.name}/")


def pictures() -> None:
    """Take the pictures in README of the sample's pages, and of its paper."""
    require_venv()
    require_packages()
    set_up(DEV)
    run(tool("python"), "-m", "tests.pictures")


def how_to_read(folder: Path) -> str:
    serve = f"{sys.executable} -m http.server --bind 127.0.0.1 --directory"
    return f"To read and search, run\n\n  {serve} {shlex.quote(str(folder))}\n\nand open"


def test(arguments: list[str], *, newest: bool, properdocs: bool) -> None:
    """Check style and types, then test.

    With the newest versions, or with ProperDocs in MkDocs's place, there is nothing to check that
    was not checked without.
    """
    require_venv()
    # Both mostly wait for the network.
    with ThreadPoolExecutor() as pool:
        packages = pool.submit(require_packages)
        set_up_newest() if newest else set_up(DEV)
        packages.result()
    if not (newest or properdocs):
        lint()
    pytest = tool("pytest", NEWEST if newest else VENV)
    environment = KEEP_COMPILED | (properdocs_in_its_place() if properdocs else {})
    # The fast tests first, unless `arguments` choose.
    for chosen in [arguments] if arguments else FAST_THEN_SLOW:
        run(pytest, *chosen, **environment)


def lint() -> None:
    run(tool("ruff"), "check")
    run(tool("ruff"), "format", "--check")
    run(tool("mypy"))
    run(tool("lint-imports"), "--no-cache", "--no-logo")
    run(tool("python"), REQUIREMENTS / "advisories.py")


def set_up_newest() -> None:
    """Make .venv-newest hold the newest versions that pyproject.toml allows, and say which."""
    print(f"Setting up {NEWEST} with the newest versions ...", flush=True)
    run(sys.executable, "-m", "venv", "--clear", NEWEST)
    pip("--upgrade", "pip", venv=NEWEST)  # the one that comes with Python may know no groups
    fetch_scripts(NEWEST)
    pip("--group", "dev", "--editable", ROOT, venv=NEWEST)
    have = answer(str(tool("python", NEWEST)), "-m", "pip", "freeze", "--exclude-editable") or ""
    locked = DEV.read_text("utf-8").splitlines()
    pins = {line.split(" ")[0].rstrip("\\").strip() for line in locked}
    newer = sorted({*have.lower().replace("_", "-").splitlines()} - pins)
    print("Other versions than in the lock:\n" + "\n".join(f"  {each}" for each in newer))


def properdocs_in_its_place() -> dict[str, str]:
    """Make each Python take ProperDocs for MkDocs."""
    path = [str(ROOT / "tests" / "in_its_place"), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, path))}


def cover(arguments: list[str]) -> None:
    """Run the fast tests, and list the lines and branches of each module that none takes."""
    set_up(DEV)
    report = ["--cov=changebook", "--cov-branch", "--cov-report=term-missing:skip-covered"]
    chosen = arguments or [*EVERY_CPU, "-m", "not slow"]
    run(tool("pytest"), *report, *chosen, **KEEP_COMPILED)


def lock(arguments: list[str]) -> None:
    """Write the locks from pyproject.toml, for every Python and system that it allows."""
    set_up(DEV)
    compile_lock(BUILD, ["--group", "build", *arguments])
    compile_lock(NODE, ["--group", "node", *arguments])
    agree = ["--constraints", relative(BUILD)]
    compile_lock(RUNTIME, ["pyproject.toml", *agree, *arguments])
    agree += ["--constraints", relative(RUNTIME)]
    compile_lock(DEV, ["pyproject.toml", "--group", "dev", *agree, *arguments])


def compile_lock(target: Path, arguments: list[str]) -> None:
    run(tool("uv"), "pip", "compile", *COMPILE, "--output-file", relative(target), *arguments)


def docs() -> None:
    """Build docs/ as a site."""
    set_up(DEV)
    run(tool("mkdocs"), "build", "--config-file", ROOT / "documentation.yml", **NO_ADVICE)
    print(f"\nThe documentation is in {ROOT / 'site-docs'}. {how_to_read(ROOT / 'site-docs')}")
    print("  http://localhost:8000/")


def set_up(wanted: Path) -> None:
    """Make .venv hold the packages of the lock `wanted` and this project, if it does not yet."""
    installed = STAMP.read_text("utf-8").splitlines() if STAMP.is_file() else []
    if wanted.name in installed and state() in installed:
        fetch_scripts()
        return
    require_venv()
    print(f"Setting up {VENV} from {relative(wanted)} ...", flush=True)
    run(sys.executable, "-m", "venv", "--clear", VENV)
    pip("--require-hashes", "-r", BUILD)
    pip("--require-hashes", "--no-build-isolation", "--use-pep517", "-r", wanted)
    fetch_scripts()
    pip("--no-deps", "--no-build-isolation", "--editable", ROOT)
    # The locks agree, so what has the development packages has the runtime's too.
    holds = sorted({wanted.name, RUNTIME.name})
    STAMP.write_text("\n".join([state(), *holds]) + "\n", "utf-8")


def fetch_scripts(venv: Path = VENV) -> None:
    """Have what sites are published with from npm, in the locked version."""
    fetching = runpy.run_path(str(ROOT / "third_party" / "fetch.py"))
    if fetching["is_fetched"]():
        return
    if not shutil.which("npm"):
        pip("--require-hashes", "-r", NODE, venv=venv)
    run(tool("python", venv), ROOT / "third_party" / "fetch.py")


def state() -> str:
    """All that .venv is made from, as one digest."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (BUILD, RUNTIME, DEV, ROOT / "pyproject.toml"):
        if not path.is_file():
            stop(f"{relative(path)} is missing: is the checkout whole?")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def require_venv() -> None:
    """Debian leaves ensurepip out of its Python: install it if that can be done."""
    if importlib.util.find_spec("ensurepip") is None:
        package = "python{}.{}-venv".format(*sys.version_info)
        install([package], "this Python cannot make a virtual environment")


def require_packages() -> None:
    """Have what the tests need of the system, or say what is missing."""
    debian = shutil.which("dpkg-query")
    wanted = {**PAPER, **HOSTS} if debian else {}
    missing = {name: wanted[name] for name in wanted if not is_installed(name)}
    if not any(map(shutil.which, BROWSERS)):
        missing[BROWSERS[0]] = "the browser of the browser tests"
    if not any(map(shutil.which, OTHER_BROWSERS)):
        missing[OTHER_BROWSERS[0]] = "the other browser that offline copies are tested in"
    if missing:
        install([*missing], lacking(missing))
    if debian:
        unpack([server for server in SERVERS if not has_server(server)])


def has_server(name: str) -> bool:
    """Whether the system has a server, or it was unpacked."""
    places = [os.environ.get("PATH", ""), "/usr/sbin", UNPACKED / "usr/sbin", UNPACKED / "usr/bin"]
    return shutil.which(name, path=os.pathsep.join(map(str, places))) is not None


def unpack(packages: list[str]) -> None:
    """Unpack Debian packages, which nobody has to be root for and which start nothing."""
    if not packages:
        return
    print(f"Unpacking {' and '.join(packages)} for the tests of hosts.", flush=True)
    prefix = root_prefix()
    if prefix is not None:
        run(*prefix, "apt-get", "update", "--quiet")
    with TemporaryDirectory() as folder:
        run("sh", "-c", 'cd "$0" && apt-get download "$@"', folder, *packages)
        for package in Path(folder).glob("*.deb"):
            run("dpkg-deb", "--extract", package, UNPACKED)


def offer_paper() -> None:
    """Install what PDFs need where that asks nobody; else say how, and go on without."""
    if not shutil.which("dpkg-query"):
        return
    missing = {name: PAPER[name] for name in PAPER if not is_installed(name)}
    if not missing:
        return
    try:
        install([*missing], lacking(missing))
    except Stop as problem:
        print(f"dev.py: PDFs can't be made, or not as they should look: {problem}", flush=True)


def paper_works() -> bool:
    """Whether PDFs can be made; says why not."""
    probe = "from changebook.paper import typesetting; typesetting.require()"
    command = [str(tool("python")), "-c", probe]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        _, _, reason = done.stderr.strip().rpartition("\n")[2].partition(": ")
        print(f"dev.py: the sites are built without PDFs: {reason}", flush=True)
    return done.returncode == 0


def lacking(missing: dict[str, str]) -> str:
    return "; ".join(f"{why} ({name}) is missing" for name, why in missing.items())


def is_installed(package: str) -> bool:
    status = answer("dpkg-query", "--show", "--showformat=${db:Status-Status}", package)
    return status == "installed"


def install(packages: list[str], reason: str) -> None:
    """Install Debian packages as root or by a sudo that asks nothing, else say what to do."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        stop(f"{reason}. Install {' and '.join(packages)} by your system's own means.")
    prefix = root_prefix()
    if prefix is None:
        stop(f"{reason}. Run: sudo {shlex.join(command)}")
    print(f"Installing {' and '.join(packages)}: {reason}.", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(*prefix, "apt-get", "update", "--quiet", **quiet)
    run(*prefix, *command, **quiet)


def root_prefix() -> list[str] | None:
    """What to put before a command so that root runs it; None if that needs a password."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and answer("sudo", "-n", "true") is not None:
        return ["sudo", "-n"]
    return None


def pip(*arguments: str | Path, venv: Path = VENV) -> None:
    # Python compiles what it loads; all the rest of the packages would take pip a while.
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    run(tool("python", venv), "-m", "pip", "install", *quiet, *arguments)


def tool(name: str, venv: Path = VENV) -> Path:
    """A program of .venv, or of the other one."""
    return venv / ("Scripts" if os.name == "nt" else "bin") / name


def run(*command: str | Path, **environment: str) -> None:
    """Run a command in the project's folder; stop with its name if it fails."""
    words = [str(word) for word in command]
    everything = {**os.environ, **environment}
    try:
        code = subprocess.run(words, cwd=ROOT, env=everything, check=False).returncode
    except OSError as problem:
        stop(f"cannot run {words[0]}: {problem.strerror}.")
    if code:
        stop(f"this failed with exit code {code}: {shlex.join(words)}")


def answer(*command: str) -> str | None:
    """What a command prints, or None if it fails."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if result.returncode else result.stdout


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def stop(reason: str) -> NoReturn:
    raise Stop(reason)


if __name__ == "__main__":
    main()
