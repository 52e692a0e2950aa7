"""A preview: the sites as they would be published, and first of all the page that somebody reads.

On a save this process checks what changed and makes the one page that was asked for last. All else
is a plain build in a process of its own, which the next save ends. Until it is done, whoever asks
for another page waits for it.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import lru_cache, partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition, Thread
from typing import Any

from changebook import atomic
from changebook.check.survey import Surveyed, Task, check_one, survey
from changebook.check.workers import end_with_parent, processes
from changebook.edition.editions import make_edition
from changebook.keep.digests import of_folder
from changebook.keep.place import open_store
from changebook.keep.store import Store
from changebook.model.diagnostics import Problem, as_text, errors
from changebook.model.vocabulary import Audience
from changebook.publish.build import Result, build, shown_problems
from changebook.publish.inputs import Inputs, shared_inputs
from changebook.read.source_lines import source_lines
from changebook.read.workspace import (
    CHANGES,
    client_folders,
    read_client,
    understand,
    unknown_client,
)
from changebook.refusal import Refusal
from changebook.site.building import Order, SiteFailed, build_site
from changebook.site.serve import serve as serve_folder

#: Texts of records that are remembered as they were understood.
_REMEMBERED = 4096
#: Seconds in which a save that a build has met is noticed.
_UNTIL_NEXT = 2


def serve(
    root: Path,
    *,
    slug: str | None,
    audience: Audience | None,
    port: int,
    say: Callable[[str], None],
) -> None:
    """Serve a preview until interrupted: one client's site, or the team's of all clients.

    `say` tells problems in the terminal. Raises Refusal where there is nothing to serve.
    """
    folders, _ = client_folders(root)
    names = [folder.name for folder in folders]
    if slug and slug not in names:
        raise unknown_client(root, slug, names)
    audience = audience or (Audience.CLIENT if slug else Audience.TEAM)
    with Preview(root, slug or "", audience, say) as preview:
        serve_folder(preview, root, port)


class Preview(ExitStack):
    """The pages of a workspace in a temporary folder, and what is to be said of them."""

    def __init__(
        self, root: Path, slug: str, audience: Audience, say: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._root, self._slug, self._audience, self._say = root, slug, audience, say
        self._temporary = TemporaryDirectory(prefix="changebook-", ignore_cleanup_errors=True)
        self._out = Path(self._temporary.name, "site").resolve()
        self.folder = self._out / slug
        self.trouble = ""
        self._store = open_store(root, None)
        if self._store.folder is None:  # the workspace can't be written in
            self._store = Store(Path(self._temporary.name, "kept"))
            self._store.prepare()
        self._understand = lru_cache(_REMEMBERED)(understand)
        self._said: frozenset[Problem] = frozenset()
        self._sites: set[str] = set()
        #: What every page is made from, as it was for the last whole build.
        self._shared: Inputs | None = None
        #: For all below: the server asks from other threads.
        self._changed = Condition()
        self._process: BaseProcess | None = None
        self._is_building = False
        self._viewed = self._ready = ""
        self.callback(self._temporary.cleanup)
        self.callback(self._end_build)  # first: it writes into the folder

    def wait_for(self, file: str) -> None:
        """Return when a file of the site is as it is to be; a page that is asked for comes first.

        The theme's files are there once a site was built: no record changes them.
        """
        with self._changed:
            if file.endswith(".html"):
                self._viewed = file
            is_theme = "assets" in file.split("/")[:2] and self._shared is not None
            self._changed.wait_for(lambda: is_theme or file == self._ready or not self._is_building)

    def update(self, reload: Callable[[], None]) -> None:
        """Make the page that is read, and begin to build all; `reload` tells of later trouble."""
        self._end_build()
        shared = shared_inputs(self._root, self._audience, None)
        with self._changed:
            self._is_building, self._ready = True, ""
        jobs = None
        if shared == self._shared:
            # What stops this page stops the whole build too, which tells why; a file that is gone
            # since it was listed has the next build come.
            with suppress(_TooMuch, Refusal, SiteFailed, OSError):
                self._make_first()
                jobs = 1
        self._begin_build(shared, jobs, reload)

    def _make_first(self) -> None:
        """Check what changed, and make the page that is read unless it has to stay as it was."""
        checked = survey(self._root, self._store, self._check)
        self._tell(shown_problems(checked, self._slugs))
        file = self._viewed
        slug, below = (self._slug, file) if self._slug else _parted(file)
        stays = checked.errors_for(slug) if slug else errors(checked.problems)
        client = next((client for client in checked.clients if client.slug == slug), None)
        if stays or (client and self._make_page(client, below)):
            with self._changed:
                self._ready = file

    def _make_page(self, client: Surveyed, file: str) -> bool:
        """Make one page of a client's site, where it has one at this path."""
        folder, site = self._root / CHANGES / client.slug, self._out / client.slug
        read, _ = read_client(self._root, folder, self._understand)
        if read is None or of_folder(folder) != client.digest or not site.is_dir():
            return False  # it was saved again meanwhile, or never built
        with TemporaryDirectory(dir=self._temporary.name) as made:
            page = f"{file.removesuffix('.html')}.md"
            edition = make_edition(read, self._audience)
            build_site(Order(edition, self._root, Path(made), store=self._store, only=page))
            if not Path(made, file).is_file():
                return False
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            atomic.write(site / file, Path(made, file).read_bytes())
        return True

    def _check(self, work: Callable[[Task], Surveyed], tasks: Sequence[Task]) -> Iterable[Surveyed]:
        """Check a client here, where what was read before is remembered. Raises _TooMuch."""
        if len(tasks) > 1:
            raise _TooMuch
        return map(partial(check_one, understand=self._understand), tasks)

    def _tell(self, problems: Sequence[Problem], more: Sequence[str] = ()) -> None:
        """Have the pages show the errors, and the terminal all that was not said before."""
        lines = source_lines(self._root)
        self.trouble = "\n".join((as_text(errors(problems), lines), *more)).strip()
        for text in (as_text((p for p in problems if p not in self._said), lines), *more):
            if text:
                self._say(text)
        self._said = frozenset(problems)

    @property
    def _slugs(self) -> tuple[str, ...]:
        return (self._slug,) if self._slug else ()

    def _begin_build(self, shared: Inputs, jobs: int | None, reload: Callable[[], None]) -> None:
        """Build all in a process of its own, which can be ended at any moment."""
        context = processes(_build.__module__)
        ours, theirs = context.Pipe(duplex=False)
        arguments = {
            "root": self._root,
            "audience": self._audience,
            "out": self._out,
            "slugs": self._slugs,
            "jobs": jobs,
            "cache": self._store.folder,
        }
        process = context.Process(  # type: ignore[attr-defined]
            target=_build, args=(theirs, arguments)
        )
        with self._changed:
            self._process = process
        process.start()
        theirs.close()
        Thread(target=self._end_of, args=(process, ours, shared, reload), daemon=True).start()

    def _end_of(
        self, process: BaseProcess, came: Connection, shared: Inputs, reload: Callable[[], None]
    ) -> None:
        """Wait for a build, and have its pages shown unless a later save has ended it."""
        try:
            with came:
                result: Result | str = came.recv()
        except EOFError:
            result = "The build has ended before it was done; the terminal may say why."
        failures = [result] if isinstance(result, str) else result.failures
        with self._changed:
            # A save in the middle of the build is a failure too: its own build comes at once.
            patience = _UNTIL_NEXT if failures else 0
            if self._changed.wait_for(lambda: self._process is not process, patience):
                return
            before = self.trouble
            if isinstance(result, Result):
                self._shared = shared
                self._tell(result.problems, failures)
                for warning in result.warnings:
                    self._say(warning)
                self._sites |= {site.name for site in result.published if site != self._out}
                self._remove_gone()
            else:
                self._tell((), failures)
            self._is_building = False
            self._changed.notify_all()
        if self.trouble != before:
            reload()

    def _remove_gone(self) -> None:
        """Take away the sites of clients that were renamed or deleted."""
        gone = {slug for slug in self._sites if not (self._root / CHANGES / slug).is_dir()}
        for slug in gone:
            shutil.rmtree(self._out / slug)
        self._sites -= gone

    def _end_build(self) -> None:
        with self._changed:
            process, self._process = self._process, None
            self._changed.notify_all()
        if process and process.is_alive():  # Ctrl+C may have come before it was started
            process.terminate()
            process.join()


class _TooMuch(Exception):
    """Several clients changed, or what all of them know: several processes check them sooner."""


def _parted(file: str) -> tuple[str, str]:
    """Return the slug of the site that a file of the team's site is in, and where it is in it."""
    slug, slash, below = file.partition("/")
    return (slug, below) if slash else ("", file)


def _build(connection: Connection, arguments: Mapping[str, Any]) -> None:
    """Build in a process of its own, and send what came of it: a result, or why there is none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to all; the preview ends this one
    end_with_parent()
    # What is ended can't clean up: what it makes for a while goes with the preview's own folder.
    tempfile.tempdir = os.environ["TMPDIR"] = str(arguments["out"].parent)
    try:
        result: Result | str = build(**arguments)
    except (Refusal, OSError) as error:
        result = str(error)
    connection.send(result)
