"""Building editions: the main path, from records to published sites."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from changebook import atomic
from changebook.check.survey import Survey, Surveyed, survey
from changebook.check.workers import Workers
from changebook.edition import urls
from changebook.keep.digests import digest
from changebook.keep.place import open_store
from changebook.model.diagnostics import Problem, errors
from changebook.model.vocabulary import Audience
from changebook.paper import typesetting
from changebook.paper.toolchain import toolchain
from changebook.publish.inputs import Inputs, shared_inputs
from changebook.publish.notes import Notes, SiteNote, noted_files
from changebook.publish.offline_copy import packed
from changebook.publish.shards import Shard
from changebook.publish.sites import Site
from changebook.publish.swap import Publisher
from changebook.publish.withdraw import left_behind
from changebook.publish.work import Source, Task, TaskResult, do
from changebook.read.workspace import CHANGES, DEFAULT_OUT, OWN, unknown_client
from changebook.refusal import Refusal
from changebook.site.building import SiteFailed

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Documents:
    """How many documents an edition has, and how many of them had to be made."""

    total: int
    made: int


@dataclass(frozen=True)
class Result:
    """What came of a build.

    `unchanged` are the sites that are as they would be, `withheld` the names of those that have
    errors or failures: what was published of them before is as it was. `left_behind` are sites of
    clients that have left the workspace. `reasons` says by name why a site was built.
    """

    problems: list[Problem]
    warnings: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    published: tuple[Path, ...] = ()
    unchanged: tuple[Path, ...] = ()
    withheld: tuple[str, ...] = ()
    left_behind: tuple[Path, ...] = ()
    documents: Mapping[str, Documents] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether all that was asked for is published."""
        return not errors(self.problems) and not self.failures


def build(
    root: Path,
    *,
    audience: Audience = Audience.CLIENT,
    out: Path | None = None,
    slugs: Sequence[str] = (),
    shard: Shard | None = None,
    as_of: date | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    progress: Progress = lambda done, total, name: None,
    pdf: bool = False,
    cache: Path | None = None,
) -> Result:
    """Check the workspace, build what changed side by side, and publish each site that is sound.

    Raises WorkspaceError or Refusal where it can't run. `shard` takes a part of the clients, as
    the second of eight; of the others no more is read than who they are. `executor` runs the work
    anywhere that sees the workspace and the output folder; without one, `jobs` processes do. With
    `pdf`, client editions get their documents. What can be taken over is kept in the folder
    `cache`. A team prints what it needs.
    """
    root = root.resolve()
    out = _outside(root, out or root / DEFAULT_OUT[audience])
    store = open_store(root, cache, (out, "the output folder"))
    pdf = pdf and audience is Audience.CLIENT
    with Workers(jobs, __name__, executor) as workers:
        checked = survey(root, store, workers.check, shard.slugs(root) if shard else None)
        wanted = _wanted(checked, slugs)
        sound = [client for client in wanted if not checked.errors_for(client.slug)]
        result = Result(shown_problems(checked, slugs), withheld=_withheld(wanted, sound))
        if not sound:
            if (out / OWN).is_dir():
                with Publisher(out, audience):
                    pass  # what a killed build left half done is brought back all the same
            return result
        tools, notices = _tools() if pdf else ("", ())
        shared = shared_inputs(root, audience, as_of, tools if pdf else None)
        notes = Notes(store, out)
        with Publisher(out, audience) as publisher:
            left = left_behind(root, publisher)
            sites = [
                _site(publisher, notes, slug, clients, root, audience, as_of, shared, pdf)
                for slug, clients in _editions(checked, sound, audience)
            ]
            stale = [site for site in sites if site.reason]
            pages = [site.pages(store) for site in stale]
            papers = [share for site in stale for share in site.shares(store, tools, workers.jobs)]
            # A site takes longer than a share of its documents, so these fill up what is left.
            done = _run([*pages, *papers], workers, progress)
            done.failures.extend(_clashes(sites))
            for site in stale:
                if done.is_sound(site.slug):
                    _bring_together(site)
                    _publish(publisher, notes, site, done.results[site.slug])
    if stale:
        store.sweep()
    return replace(_with_sites(result, notices, sites, done, out), left_behind=left)


def _wanted(checked: Survey, slugs: Sequence[str]) -> list[Surveyed]:
    """Return the clients of some slugs, or all. Raises WorkspaceError for one that is not there."""
    clients = {client.slug: client for client in checked.clients if client.facts}
    for slug in slugs:
        if slug not in clients:
            raise unknown_client(checked.root, slug, checked.slugs)
    return [clients[slug] for slug in dict.fromkeys(slugs)] or list(clients.values())


def shown_problems(checked: Survey, slugs: Collection[str]) -> list[Problem]:
    """Return the problems to be shown: of a build for some clients, only theirs."""
    if not slugs:
        return checked.problems
    own = {problem for slug in slugs for problem in checked.errors_for(slug)}
    theirs = tuple(f"{CHANGES}/{slug}/" for slug in slugs)
    return [p for p in checked.problems if p in own or p.path.startswith(theirs)]


def _editions(
    checked: Survey, sound: Sequence[Surveyed], audience: Audience
) -> Iterator[tuple[str, Sequence[Surveyed]]]:
    """Yield each site's slug and whose records it shows: for a team, the portfolio of all, too."""
    yield from ((client.slug, (client,)) for client in sound)
    everyone = checked.clients
    if audience is Audience.TEAM and not any(checked.errors_for(c.slug) for c in everyone):
        yield "", everyone


def _site(
    publisher: Publisher,
    notes: Notes,
    slug: str,
    clients: Sequence[Surveyed],
    root: Path,
    audience: Audience,
    as_of: date | None,
    shared: Inputs,
    pdf: bool,
) -> Site:
    sources = tuple(Source(root, c.slug, c.digest, audience, as_of) for c in clients)
    return Site(
        slug,
        sources,
        sum(len(client.facts.ids) for client in clients if client.facts),
        replace(shared, records=digest(*(f"{s.slug} {s.digest}" for s in sources))),
        notes.of(slug),
        publisher.stage(),
        publisher.stage() if pdf else None,
        publisher.stage() if slug and audience is Audience.CLIENT else None,
    )


def _publish(publisher: Publisher, notes: Notes, site: Site, result: TaskResult) -> None:
    """Put a built site in its place, and note what it was made from."""
    files = noted_files(site.folder)
    if site.slug:
        publisher.publish(site.slug, site.folder)
    else:
        publisher.publish_root(site.folder)
    notes.put(
        site.slug,
        SiteNote(asdict(site.inputs), result.warnings, result.problems, result.documents, files),
    )


def _with_sites(
    result: Result, notices: Iterable[str], sites: Sequence[Site], done: _Done, out: Path
) -> Result:
    """Return what came of a build; a site that stays says what it said when it was built."""
    results = {site.slug: done.results.get(site.slug) or _stood(site) for site in sites}
    sound = [site for site in sites if done.is_sound(site.slug)]
    return Result(
        sorted({*result.problems, *(p for each in results.values() for p in each.problems)}),
        (*notices, *(warning for each in results.values() for warning in each.warnings)),
        tuple(sorted(words for _, words in done.failures)),
        published=tuple(out / site.slug for site in sound if site.reason),
        unchanged=tuple(out / site.slug for site in sound if not site.reason),
        withheld=(
            *result.withheld,
            *(site.name for site in sites if not done.is_sound(site.slug)),
        ),
        documents={
            site.slug: Documents(results[site.slug].documents, results[site.slug].made)
            for site in sound
            if site.papers
        },
        reasons={site.name: site.reason for site in sound if site.reason},
    )


def _withheld(wanted: Iterable[Surveyed], sound: Collection[Surveyed]) -> tuple[str, ...]:
    slugs = {client.slug for client in sound}
    return tuple(client.slug for client in wanted if client.slug not in slugs)


def _stood(site: Site) -> TaskResult:
    note = site.note
    return TaskResult(note.warnings, note.problems, note.documents) if note else TaskResult()


def _tools() -> tuple[str, tuple[str, ...]]:
    """Return the digest of what PDFs are made with, and what there is to say of it.

    It is empty where nobody can tell. Raises Refusal where no PDF can be made.
    """
    try:
        tools = toolchain()
    except typesetting.CannotTypeset as problem:
        raise Refusal(f"{problem}. To build the sites without PDFs: --no-pdf") from None
    notices = typesetting.shortcomings()
    if tools is None:
        return "", (*notices, "fc-list is missing, so every PDF is made again: install it")
    return tools, notices


def _outside(root: Path, out: Path) -> Path:
    out = out.resolve()
    if out.is_relative_to(root / CHANGES):
        raise Refusal(f"{out} is inside {CHANGES}/: choose another folder with --out")
    return out


@dataclass(frozen=True)
class _Done:
    """What came of all tasks by the sites' slugs: failures in words, and results."""

    failures: list[tuple[str, str]]
    results: dict[str, TaskResult]

    def is_sound(self, slug: str) -> bool:
        """Return whether nothing went wrong with a site."""
        failed = any(each == slug for each, _ in self.failures)
        return not failed and not errors(self.results.get(slug, TaskResult()).problems)


def _run(tasks: Sequence[Task], workers: Workers, progress: Progress) -> _Done:
    """Build every site and make every document."""
    done = _Done([], {})
    for number, (task, result) in enumerate(_results(tasks, workers), 1):
        try:
            done.results[task.slug] = done.results.get(task.slug, TaskResult()) + result()
        except SiteFailed as failed:
            done.failures.append((task.slug, f"{task.name}: {failed}"))
        except BrokenProcessPool:
            words = "its process ended before the site was built"
            done.failures.append((task.slug, f"{task.name}: {words}"))
        progress(number, len(tasks), task.name)
    return done


def _results(
    tasks: Sequence[Task], workers: Workers
) -> Iterator[tuple[Task, Callable[[], TaskResult]]]:
    """Yield each task with what gives its result, as they are done."""
    running, work = workers.executor(len(tasks)), workers.as_here(do)
    if running is None:
        yield from ((task, partial(do, task)) for task in tasks)
        return
    futures: dict[Future[TaskResult], Task] = {running.submit(work, task): task for task in tasks}
    yield from ((futures[future], future.result) for future in as_completed(futures))


def _clashes(sites: Sequence[Site]) -> Iterator[tuple[str, str]]:
    """Yield the slugs of sites that would meet something of the same name, and what in words."""
    taken = {
        path.name
        for site in sites
        if not site.slug and site.folder.is_dir()
        for path in site.folder.iterdir()
    }
    for site in sites:
        if site.slug in taken:
            why = (
                "a client's folder can't have this name in a team edition, because the portfolio "
                "has a folder of the same name: rename it"
            )
            yield site.slug, f"{site.slug}: {why}"
            # Nor may the portfolio be put where the client's site stands.
            yield "", f"portfolio: it waits until {site.slug} is renamed"
        for _, path in site.documents():
            if (site.folder / path).exists():
                why = f"{path} is both a file of the record and the name of its PDF"
                yield site.slug, f"{site.slug}: {why}: rename the file"


def _bring_together(site: Site) -> None:
    """Put the documents and the offline copy beside their pages.

    MkDocs empties a site's folder when it begins.
    """
    documents_of = list(site.documents())
    for papers, path in documents_of:
        (site.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (papers / path).rename(site.folder / path)
    for copy in sorted(site.copy.iterdir()) if site.copy and site.copy.is_dir() else ():
        documents = {path.as_posix(): site.folder / path for _, path in documents_of}
        offered = site.folder / urls.OFFLINE_COPY
        offered.parent.mkdir(parents=True, exist_ok=True)
        atomic.create(offered, packed(copy, documents).archive)
