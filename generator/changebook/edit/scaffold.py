"""Beginning: a new workspace, and the next record of a client."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from itertools import chain, count
from pathlib import Path
from typing import Any

from markdown.extensions.toc import slugify

from changebook import atomic
from changebook.edit import editors, yaml_text
from changebook.edit.edits import person, refuse_archived
from changebook.model.chain import LOCK
from changebook.model.vocabulary import (
    ChangePath,
    ChangeType,
    Party,
    Priority,
    ReasonCategory,
    ScopeAction,
    Status,
    Term,
    Visibility,
)
from changebook.read.git import repository
from changebook.read.workspace import CHANGES, DEFAULT_OUT, OWN, PROFILE, RESERVED, Client
from changebook.refusal import Refusal

_EXAMPLE = Path(__file__).parent / "example"
_SLUG_LENGTH = 60


@dataclass(frozen=True)
class Asked:
    """What is known already of a change that is asked for; what is not stays to be filled in."""

    type: ChangeType | None = None
    path: ChangePath | None = None
    priority: Priority | None = None
    summary: str | None = None
    scope: tuple[tuple[ScopeAction, str], ...] = ()
    reason: tuple[ReasonCategory, str] | None = None


def init(
    folder: Path, client: str | None = None, *, example: bool = True, vendor: str | None = None
) -> list[Path]:
    """Lay out a workspace in `folder`; return the files.

    It has the client of that name, with a profile to fill in, and an example. `vendor` is who works
    on it, for the profile. A .gitignore that is there already gets the lines that it lacks.
    """
    if not (client or example):
        raise Refusal("without the example, a workspace needs a client: give its name, --client")
    texts = (
        {
            file.relative_to(_EXAMPLE): file.read_text("utf-8")
            for file in sorted((*_EXAMPLE.rglob("*.md"), *_EXAMPLE.rglob(LOCK)))
        }
        if example
        else {}
    )
    if client:
        texts[_profile_file(client)] = _profile(client, vendor)
    texts |= editors.files()
    here = folder.resolve()
    if any(at.name == CHANGES and _has_clients(at.parent) for at in (here, *here.parents)):
        raise Refusal(f"{folder} belongs to a workspace; nothing was written")
    if _has_clients(folder):
        raise Refusal(
            f"{folder / CHANGES} already exists; nothing was written. `changebook init --client "
            "NAME` adds a client to it"
        )
    for name in (Path(CHANGES), *texts):
        if (folder / name).exists():
            raise Refusal(f"{folder / name} already exists; nothing was written")
    ignored = folder / ".gitignore"
    known = ignored.read_text("utf-8") if ignored.exists() else ""
    lines = [f"/{name}/" for name in (*DEFAULT_OUT.values(), OWN)]
    missing = [f"{line}\n" for line in lines if line not in known.split("\n")]
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        atomic.create(folder / name, text)
    if missing:
        end = "\n" if known and not known.endswith("\n") else ""
        atomic.write(ignored, known + end + "".join(missing))
    return [*(folder / name for name in texts), *([ignored] if missing else [])]


def add_client(folder: Path, name: str, vendor: str | None = None) -> Path | None:
    """Add a client to the workspace in `folder`: a profile to fill in; return it.

    Nothing is added, and None returned, where there is no workspace yet. Raises Refusal where the
    client is there already.
    """
    if not _has_clients(folder):
        return None
    file = folder / _profile_file(name)
    if file.parent.exists():
        raise Refusal(f"{file.parent} already exists; nothing was written")
    others = (profile.read_text("utf-8") for profile in folder.glob(f"{CHANGES}/*/{PROFILE}"))
    taken = {prefix for text in others for prefix in re.findall(r"(?m)^prefix: *(\w+)", text)}
    file.parent.mkdir()
    atomic.create(file, _profile(name, vendor, taken))
    return file


def _has_clients(folder: Path) -> bool:
    return any(folder.glob(f"{CHANGES}/*/{PROFILE}"))


def _profile_file(name: str) -> Path:
    """Return where the profile of a client goes. Raises Refusal where its name gives no folder."""
    slug = slugify(name, "-")[:_SLUG_LENGTH].strip("-")
    if not slug or slug in RESERVED:
        raise Refusal(
            f"no folder can be named after `{name}`: write changes/<name>/client.md yourself, with "
            "a name in lowercase letters, digits and hyphens"
        )
    return Path(CHANGES, slug, PROFILE)


def _profile(name: str, vendor: str | None, taken: Container[str] = ()) -> str:
    words = re.findall(r"[A-Z0-9]+", slugify(name, "-").upper())
    short = (words[0] if len(words) == 1 else "".join(word[0] for word in words))[:4]
    numbered = (f"{short}{number}" for number in count(2))
    prefix = next(each for each in chain([short], numbered) if each not in taken)
    lines = (
        _line("name", name),
        "language: en  # or zh-CN, en-US: the language of this client's pages",
        "timezone:  # a name of the IANA time zone database, such as Asia/Shanghai",
        f"prefix: {prefix}  # ids of the records are {prefix}-0001 and so on",
        "project:",
        "vendor:",
        "  name:  # your company",
        "contract:",
        "  reference:  # what the contract is called",
        "  signed:  # 2026-01-15",
        "  currency:  # CNY, EUR, USD, ...",
        "  sum:  # before tax and before any change",
        "  milestones:  # one may be the completion; leave them out if there are none",
        "    - id: go-live",
        "      name: Go-live",
        "      date:",
        "      completion: true",
        "people:",
        "  - name:  # who decides for the client",
        "    role:",
        "    party: client",
        "    approves: true",
        _line("  - name", vendor),
        "    role:",
        "    party: vendor",
    )
    return "\n".join(("---", *lines, "---", ""))


def new(
    client: Client,
    title: str,
    today: date,
    *,
    asked: Asked = Asked(),
    from_client: bool = False,
    on: date | None = None,
    by: str | None = None,
    base: str | None = None,
    number: int | None = None,
) -> Path:
    """Write the next record of a client with exactly the keys that its status needs.

    `by` is a name of the client's profile, which says on whose side that person is.

    Its id is one above all that are taken here, or, with a revision as `base`, on any branch that
    git knows. `number` comes from where numbers are given out once: a tracker's issue or a pull
    request. Raises Refusal where it is taken.

    By default a draft, which only the team sees. A change that the client asks for is submitted:
    what it still lacks is there as empty keys, which `check` names until they are filled in.
    """
    refuse_archived(client)
    if not title.strip():
        raise Refusal("a record needs a title")
    day = on or today
    if day > today:
        raise Refusal(f"--on {day} is in the future: it is {today}")
    asks = person(client, by) if by is not None else None
    if from_client and asks and asks.party is not Party.CLIENT:
        raise Refusal(
            f"{asks.name} is on the vendor's side in {client.source.path}, and --from-client says "
            "that the client asks: leave one of the two out"
        )
    taken = numbers_taken(client, base)
    if number in taken:
        raise Refusal(f"{id_of(client, number)} is already taken, by {taken[number]}")
    id_ = id_of(client, number or max(taken, default=0) + 1)
    party = asks.party if asks else Party.CLIENT if from_client else Party.VENDOR
    lines = (
        _submitted(id_, title, asked, day, by, today)
        if from_client
        else _draft(id_, title, asked, _requested(day, by, party) if on or by else [])
    )
    file = file_of(client, id_, title, day.year)
    file.parent.mkdir(exist_ok=True)
    atomic.create(file, "\n".join(("---", *lines, "---", "")))
    return file


def id_of(client: Client, number: int) -> str:
    return f"{client.profile.prefix}-{number:04}"


def file_of(client: Client, id_: str, title: str, year: int) -> Path:
    """Return where a new record is written."""
    name = slugify(title, "-")[:_SLUG_LENGTH].strip("-")
    return client.folder / str(year) / (f"{id_}-{name}.md" if name else f"{id_}.md")


def numbers_taken(client: Client, base: str | None = None) -> dict[int, str]:
    """Return every number that was ever used, in unreadable files too, with what uses it."""
    uses = {file.name: file.name for file in client.folder.rglob("*")}
    uses |= {record.data.id: record.source.path for record in client.records}
    if base:
        git = repository(client.folder)
        known = git.ever_named(git.commit(base))
        uses = {name: f"{name} in the repository" for name in known} | uses
    pattern = re.compile(rf"{re.escape(client.profile.prefix)}-(\d+)")
    return {int(match[1]): use for text, use in uses.items() if (match := pattern.match(text))}


def _draft(id_: str, title: str, asked: Asked, requested: list[str]) -> list[str]:
    return [
        _line("id", id_),
        _line("title", title),
        _line("status", Status.DRAFT),
        _line("visibility", Visibility.INTERNAL),
        *([_line("type", asked.type)] if asked.type else []),
        *([_line("path", asked.path)] if asked.path else []),
        *([_line("priority", asked.priority)] if asked.priority else []),
        *requested,
        *([_line("summary", asked.summary)] if asked.summary else []),
        *(_scope(asked) if asked.scope else []),
        *(_reason(asked) if asked.reason else []),
    ]


def _submitted(
    id_: str, title: str, asked: Asked, on: date, by: str | None, today: date
) -> list[str]:
    return [
        _line("id", id_),
        _line("title", title),
        _line("status", Status.SUBMITTED),
        _line("visibility", Visibility.CLIENT),
        _line("type", asked.type) if asked.type else _choice("type", ChangeType),
        *([_line("path", asked.path)] if asked.path else []),
        _line("priority", asked.priority) if asked.priority else _choice("priority", Priority),
        *_requested(on, by, Party.CLIENT),
        _line("summary", asked.summary)
        if asked.summary
        else "summary:  # one plain sentence for a reader who is not an engineer",
        *_scope(asked),
        *_reason(asked),
        "history:",
        _line("  - status", Status.SUBMITTED),
        _line("    on", on),
        _line("    by", by),
        *([_line("    recorded", today)] if on < today else []),
    ]


def _scope(asked: Asked) -> list[str]:
    if not asked.scope:
        to_fill_in = (
            "  - item:  # what part of the product it is",
            _choice("    action", ScopeAction),
        )
        return ["scope:", *to_fill_in]
    lines = ((_line("  - item", item), _line("    action", action)) for action, item in asked.scope)
    return ["scope:", *(line for pair in lines for line in pair)]


def _reason(asked: Asked) -> list[str]:
    if asked.reason is None:
        text = "  text:  # why it is asked for"
        return ["reason:", _choice("  category", ReasonCategory), text]
    category, text = asked.reason
    return ["reason:", _line("  category", category), _line("  text", text)]


def _requested(on: date | None, by: str | None, party: Party) -> list[str]:
    return ["requested:", _line("  on", on), _line("  by", by), _line("  party", party)]


def _line(key: str, value: Any) -> str:
    """Return `key: value` with the value quoted where YAML needs it; None leaves it empty."""
    if value is None:
        return f"{key}:  # to be filled in"
    shown = value if isinstance(value, date) else " ".join(str(value).split())
    return f"{key}: {yaml_text.scalar(shown)}"


def _choice(key: str, terms: type[Term]) -> str:
    return f"{key}:  # {' | '.join(term.value for term in terms)}"
