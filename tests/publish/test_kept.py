"""What is kept is never stale: after any edit, a build gives what one that knows nothing gives.

The first build, before the edits, and those after each of them run in one process, as in a preview
or a worker of a cluster. What they give is compared with a build of a copy in a new process, which
has neither a store nor compiled templates.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from changebook import packaged
from changebook.check import survey
from changebook.edit import scaffold
from changebook.keep import digests
from changebook.keep.digests import digest, of_file
from changebook.model.vocabulary import Audience
from changebook.pages import bodies
from changebook.publish.build import build
from changebook.read.workspace import OWN

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="9">{}</text></svg>'
VARIABLE = "CHANGEBOOK_TEST_ADDRESS"


def small_workspace(root: Path) -> None:
    """Two clients of two records each, one of which shows a picture."""
    scaffold.init(root)
    example = root / "changes" / "example"
    (example / "decisions.lock").unlink()
    next(example.rglob("EX-0001-*.md")).unlink()
    with next(example.rglob("EX-0002-*.md")).open("a") as text:
        text.write("\n![The till](till.svg)\n")
    (example / "2026" / "till.svg").write_text(DRAWING.format("w000"))
    shutil.copytree(example, root / "changes" / "yunfan")
    for file in list((root / "changes" / "yunfan").rglob("*.md")):
        own = file.read_text().replace("EX-", "YF-").replace("prefix: EX", "prefix: YF")
        file.write_text(own.replace("Example Bakery", "Yunfan Logistics"))
        file.rename(file.with_name(file.name.replace("EX-", "YF-")))


@dataclass(frozen=True)
class Came:
    """What came of a build: what it said, and the digests of the files of each sound site."""

    said: tuple[object, ...]
    files: dict[str, str]


def built(root: Path, out: Path, cache: Path, audience: Audience, as_of: date | None) -> Came:
    result = build(root, audience=audience, as_of=as_of, out=out, cache=cache, jobs=1)
    failures = [failure.replace(str(root), "") for failure in result.failures]
    folders = sorted((*result.published, *result.unchanged))
    names = (out / OWN / "root-files").read_text().split("\n") if out in folders else []
    files = [out / name for name in names]
    files += [f for folder in folders if folder != out for f in folder.rglob("*") if f.is_file()]
    return Came(
        (result.problems, sorted(result.warnings), failures, sorted(result.withheld)),
        {file.relative_to(out).as_posix(): of_file(file) for file in files},
    )


def become(version: int, patch: pytest.MonkeyPatch) -> None:
    """Be another version: it renders bodies in another way, and may say each problem twice."""
    if not version:
        return
    original, sanitise = digests.software, vars(bodies)["sanitise"]
    check = vars(survey)["check_client"]
    for name, module in list(sys.modules.items()):
        if name.startswith("changebook.") and getattr(module, "software", None) is original:
            patch.setattr(module, "software", lambda: digest(str(version)))
    patch.setattr(bodies, "sanitise", lambda html: f"{sanitise(html)}<p>version {version}</p>")
    patch.setattr(survey, "check_client", lambda *given: list(check(*given)) * (1 + version % 2))


def from_nothing(
    root: Path, audience: Audience, as_of: date | None, version: int, address: str
) -> Came:
    """What a build gives in a new process, which finds nothing."""
    os.environ.update({"XDG_CACHE_HOME": str(root.with_name("compiled")), VARIABLE: address})
    become(version, pytest.MonkeyPatch())
    return built(root, root.with_name("out"), root.with_name("store"), audience, as_of)


class World:
    """A workspace with its store and its sites, which are edited and built."""

    def __init__(self, folder: Path) -> None:
        self.root, self.store = folder / "w", folder / "store"
        self.out = {audience: folder / audience.value for audience in Audience}
        self.version = 0
        self.earlier: list[tuple[Path, bytes]] = []
        self._new = count(1)

    def file(self, number: int, pattern: str = "changes/**/*.md") -> Path | None:
        """One of the files of a pattern, and a note of what is in it now."""
        files = sorted(f for f in self.root.glob(pattern) if f.is_file())
        if not files:
            return None
        self.earlier.append((files[number % len(files)], files[number % len(files)].read_bytes()))
        return files[number % len(files)]

    def word(self) -> str:
        """A word that was nowhere before."""
        return f"w{next(self._new):03}"

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def replace(self, pattern: str, number: int, old: str, new: str) -> None:
        """Replace in one of the files, whose time and length may stay."""
        if file := self.file(number, pattern):
            status = file.stat()
            file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
            if number % 2:
                os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def edit_body(world: World, number: int) -> None:
    if file := world.file(number):
        file.write_text(f"{file.read_text()}\nAnd a {world.word()}.\n")


def edit_title(world: World, number: int) -> None:
    world.replace("changes/*/2026/*.md", number, "gift", "gold"[: 4 - number % 2])


def edit_picture(world: World, number: int) -> None:
    if file := world.file(number, "changes/**/*.svg"):
        status = file.stat()
        file.write_text(DRAWING.format(world.word()))
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def edit_template(world: World, number: int) -> None:
    path, text = (
        ("pages/process.html.j2", "<p>{}</p>\n"),
        ("pages/process.html.j2", "{{% include '.part.html.j2' %}}<!-- {} -->"),
        ("pages/.part.html.j2", "<p>{}</p>\n"),
        ("theme/assets/stylesheets/changebook.css", "/* {} */"),
        ("theme/main.html", "{{% extends 'base.html' %}}{{% block footer %}}{}{{% endblock %}}"),
        ("pages/process.html.j2", "{{% if {}"),
        ("pages/process.md.j2", "{}"),
        ("theme/.hidden/note.txt", "{}"),
    )[number % 8]
    world.write(f"{packaged.TEMPLATES}/{path}", text.format(world.word()))


def edit_shared_template(world: World, number: int) -> None:
    """What a link leads to, outside the folder."""
    world.write("../shared.html.j2", f"<p>{world.word()}</p>")
    link = world.root / packaged.TEMPLATES / "pages" / "process.html.j2"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to("../../../shared.html.j2")


def edit_catalogue(world: World, number: int) -> None:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    text = f'{header}msgid "Decisions"\nmsgstr "{world.word()}"\n'
    world.write(f"{packaged.TEMPLATES}/locale/en.po", text if number % 5 else "no catalogue")


def edit_configuration(world: World, number: int) -> None:
    text = packaged.default_config().read_text("utf-8")
    if number % 7 == 1:
        text += f"\nsite_url: https://{world.word()}.example/\n"
    elif number % 7 == 2:
        text = text.replace("use_directory_urls: true", "use_directory_urls: false")
    elif number % 7 == 3:
        text += f"\nsite_url: !ENV [NOBODY,\n  {VARIABLE}, 'https://default.example/']\n"
    elif number % 7 == 4:
        world.write("own/main.html", f"{{% extends 'base.html' %}}<!-- {world.word()} -->")
        text = text.replace("  font: false", "  font: false\n  custom_dir: own")
    elif number % 7 == 5:
        world.write("hook.py", f"def on_post_page(html, **_): return html + '{world.word()}'")
        text += "\nhooks: [hook.py]\n"
    elif number % 7 == 6:
        text += "\nmarkdown_extensions: [admonition]\n"
    world.write(packaged.CONFIG, text)


def edit_environment(world: World, number: int) -> None:
    os.environ[VARIABLE] = f"https://{world.word()}.example/"


def edit_profile(world: World, number: int) -> None:
    world.replace("changes/*/client.md", number, "Online orders", f"Shop {world.word()}")


def edit_client(world: World, number: int) -> None:
    """Another client's name, prefix or folder, which a text of this one may have."""
    old, new = (
        ("Yunfan Logistics", "Gift"),
        ("Example Bakery", "checkout"),
        ("prefix: YF", "prefix: EX"),
        ("language: en ", "language: zh-CN "),
        ("name: ", "nme: "),
    )[number % 5]
    world.replace("changes/*/client.md", number // 5, old, new)


def take_away(world: World, number: int) -> None:
    if file := world.file(number, "changes/**/*"):
        file.unlink()


def rename(world: World, number: int) -> None:
    if file := world.file(number, "changes/*/2026/*"):
        file.rename(file.with_name(f"{file.stem}-more{file.suffix}"))


def rename_client(world: World, number: int) -> None:
    if folders := sorted((world.root / "changes").iterdir()):
        folder = folders[number % len(folders)]
        folder.rename(folder.with_name(f"{folder.name}x"))


def put_beside(world: World, number: int) -> None:
    """A file that counts, or does not, in a folder or under a name of its own."""
    if file := world.file(number, "changes/*/2026/*.md"):
        name = ("__pycache__", ".hidden", "below", "Till")[number % 4]
        copy = file.parent / name / file.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes() + world.word().encode())


def restore(world: World, number: int) -> None:
    """An older file, with an older time."""
    if world.earlier:
        file, content = world.earlier[number % len(world.earlier)]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (number, number))


def update(world: World, number: int) -> None:
    world.version = number % 4


def damage(file: Path, number: int, other: Path) -> None:
    """Cut a file short, swap it, spoil it without a trace in its time and length, or delete it."""
    status, content = file.stat(), file.read_bytes()
    if number % 5 == 0:
        file.write_bytes(content[: len(content) // 2])
    elif number % 5 == 1:
        file.write_bytes(other.read_bytes())
    elif number % 5 == 2:
        file.write_bytes(bytes(byte ^ 1 for byte in content))
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif number % 5 == 3:
        file.unlink()
    else:
        file.with_name("foreign").write_bytes(content)


def damage_published(world: World, number: int) -> None:
    files = sorted(
        file for out in world.out.values() for file in out.rglob("*.html") if OWN not in file.parts
    )
    if files:
        damage(files[number % len(files)], number, files[number // 7 % len(files)])


def damage_kept(world: World, number: int) -> None:
    """Many entries of the store: a build asks for few of them."""
    files = sorted(f for f in (world.store / "entries").rglob("*") if f.is_file())
    for n, file in enumerate(files):
        if n % 3 == number % 3:
            damage(file, number + n, files[(n + number) % len(files)])


EDITS: tuple[Callable[[World, int], None], ...] = (
    edit_body,
    edit_title,
    edit_picture,
    edit_template,
    edit_shared_template,
    edit_catalogue,
    edit_configuration,
    edit_environment,
    edit_profile,
    edit_client,
    take_away,
    rename,
    rename_client,
    put_beside,
    restore,
    update,
    damage_published,
    damage_kept,
)
DAYS = (None, date(2026, 2, 17))
AN_EDIT = st.tuples(st.sampled_from(EDITS), st.integers(0, 10_000))
A_BUILD = st.tuples(st.lists(AN_EDIT, max_size=3), st.sampled_from(Audience), st.sampled_from(DAYS))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world before any edit, where all is built."""
    world = World(tmp_path_factory.mktemp("first"))
    small_workspace(world.root)
    for audience, out in world.out.items():
        came = built(world.root, out, world.store, audience, None)
        assert came.files, came
    return world


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as pool:
        yield pool


@pytest.mark.slow
# To look for the smallest of all failing examples would take hours.
@settings(max_examples=settings().max_examples // 10, phases=set(Phase) - {Phase.shrink})
@given(builds=st.lists(A_BUILD, min_size=1, max_size=3))
# Jinja looks for a new template only where it has none; a link's own text stays.
@example(
    [
        ([(edit_picture, 0)], Audience.CLIENT, None),
        ([(edit_template, 3)], Audience.CLIENT, None),
        ([(edit_template, 0)], Audience.CLIENT, None),
        ([(edit_shared_template, 0)], Audience.CLIENT, None),
        ([(edit_shared_template, 0)], Audience.CLIENT, None),
    ]
)
# Python's own folders hold no records, but anybody's may be called the same.
@example(
    [
        ([(damage_published, 2), (edit_configuration, 3)], Audience.TEAM, None),
        ([(edit_environment, 0), (damage_published, 2)], Audience.TEAM, None),
        ([(put_beside, 0)], Audience.TEAM, None),
    ]
)
def test_whatever_was_edited_a_build_gives_what_one_from_nothing_gives(
    first: World,
    processes: ProcessPoolExecutor,
    tmp_path_factory: pytest.TempPathFactory,
    builds: list[tuple[list[tuple[Callable[[World, int], None], int]], Audience, date | None]],
) -> None:
    # At the same place, as the notes on what is published are for it.
    folder = first.root.parent
    kept = folder.with_name("kept-first")
    if not kept.exists():
        shutil.copytree(folder, kept, symlinks=True)
    shutil.rmtree(folder)
    shutil.copytree(kept, folder, symlinks=True)
    world = World(folder)
    os.environ[VARIABLE] = "https://first.example/"
    for edits, audience, as_of in builds:
        for edit, number in edits:
            edit(world, number)
        copy = tmp_path_factory.mktemp("nothing")
        shutil.copytree(world.root, copy / "w", symlinks=True, copy_function=shutil.copyfile)
        if (folder / "shared.html.j2").exists():
            shutil.copyfile(folder / "shared.html.j2", copy / "shared.html.j2")
        nothing = processes.submit(
            from_nothing, copy / "w", audience, as_of, world.version, os.environ[VARIABLE]
        )
        with pytest.MonkeyPatch.context() as patch:
            become(world.version, patch)
            came = built(world.root, world.out[audience], world.store, audience, as_of)
        assert came.said == nothing.result().said
        differing = {path for path, _ in came.files.items() ^ nothing.result().files.items()}
        assert differing == set()
        shutil.rmtree(copy)
