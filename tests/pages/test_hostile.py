"""What people write in any key is shown as they wrote it, and runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from changebook.edition.editions import Edition, make_edition
from changebook.model.schema import Glossary, Profile, SiteUrl, Url
from changebook.model.vocabulary import Audience
from changebook.read.workspace import read_workspace
from changebook.site.building import Order, build_site
from tests.all_pages import edition_pages

CASE = Path(__file__).parents[1] / "cases" / "pages"
#: Ends any text, attribute, element with a text of its own, and comment.
HOSTILE = (
    "</p></title></desc></style></textarea></script><script>alert({0})</script>"
    "<img src=x onerror=alert({0})>\" onmouseover=\"alert({0})\" ' onfocus='alert({0})' -->"
    "javascript:alert({0}) {{{{ 7*191 }}}} <svg/onload=alert({0})>&#60;b&#62; end{0}"
)
#: Bodies may hold HTML, so these are not shown but taken out.
HOSTILE_BODY = (
    "# <script>alert(1)</script> *a* <img src=x onerror=alert(2)>\n\n"
    "[a](javascript:alert(3)) [b](x){ onclick=alert(4) } ![c](x){ onerror=alert(5) }\n\n"
    "<svg onload=alert(6)><script>alert(7)</script></svg> <iframe src=//e.example></iframe>\n\n"
    "| a |\n|---|\n| <a href=javascript:alert(8)>x</a> |\n\n"
    '```mermaid\ngraph TD\nA["<script>alert(9)</script>"]\n```\n\n'
    '!!! note "<script>alert(10)</script>"\n    <style>*{x:url(//e.example)}</style>\n\n'
    '{{ 7*191 }} <template data-body="0"></template> <form action=//e.example><button>x</form>\n\n'
    "## Impact {: #page onclick=alert(11) }\n\n<h2 id=details onclick=alert(12)>z</h2></div>"
)
#: Those of its links that the edition would have put into it.
ADDRESSES = frozenset({"x"})
_Path = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)
#: Keys whose values the checks look up elsewhere.
LOOKED_UP = frozenset({"id", "language", "milestone", "option", "timezone"})


def _texts(value: object, path: _Path = ()) -> Iterator[_Path]:
    """Where the texts of a record or profile are."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _texts(child, (*path, key))
    elif isinstance(value, list | tuple):
        for number, child in enumerate(value):
            yield from _texts(child, (*path, number))


def _plain(value: object) -> Any:
    """Lists in the place of tuples, so that they can be changed."""
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, list | tuple) else value


def _hostile(model: Model, numbers: Iterator[int]) -> tuple[Model, list[str]]:
    """The model with a hostile text in each key that takes it; which keys those are."""
    keys = _plain(model.model_dump(by_alias=True, exclude_none=True))
    taken: list[str] = []
    for path in list(_texts(keys)):
        if path[-1] in LOOKED_UP:
            continue
        holder = keys
        for step in path[:-1]:
            holder = holder[step]
        before = holder[path[-1]]
        holder[path[-1]] = HOSTILE.format(next(numbers))
        try:
            type(model).model_validate(keys)
        except ValidationError:
            holder[path[-1]] = before
        else:
            taken.append(".".join(str(step) for step in path if isinstance(step, str)))
    return type(model).model_validate(keys), taken


def _edition(slug: str, audience: Audience) -> Edition:
    workspace, _ = read_workspace(CASE)
    return make_edition(workspace.client(slug), audience)


def _all_hostile(edition: Edition) -> tuple[Edition, set[str], set[str]]:
    numbers = iter(range(1000, 10000))
    whole = {**edition.profile.model_dump(exclude_none=True), "request": {"guidance": "A"}}
    profile, of_profile = _hostile(Profile.model_validate(whole), numbers)
    records, of_records = [], set()
    for record in edition.records:
        data, taken = _hostile(record.data, numbers)
        of_records |= set(taken)
        records.append(replace(record, data=data, body=HOSTILE_BODY, addresses=ADDRESSES))
    glossary = Glossary.model_validate(
        {"terms": {HOSTILE.format(1): HOSTILE.format(2), "alert": HOSTILE.format(3)}}
    )
    hostile = replace(
        edition,
        profile=profile,
        records=tuple(records),
        welcome=HOSTILE_BODY,
        welcome_addresses=ADDRESSES,
        glossary=glossary,
    )
    return hostile, set(of_profile), of_records


class _Page(HTMLParser):
    """What a browser would run of a page or load for it, and its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.scripts: set[str] = set()
        self.text = ""
        self._script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.bad.append(f"{tag} has an attribute twice")
        for name, value in attrs:
            address = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or name in ("srcdoc", "formaction"):
                self.bad.append(f"{tag} {name}")
            if name in ("href", "src", "action", "data") and address.startswith(
                ("javascript:", "vbscript:", "//", "data:text")
            ):
                self.bad.append(f"{tag} {name}={value}")
            self.text += f"{value} "
        if self._script:
            self.scripts.add(dict(attrs).get("src") or "")
        if tag in ("iframe", "object", "embed", "base", "textarea", "template") or (
            tag == "button" and not dict(attrs).get("class")
        ):
            self.bad.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts.add(" ".join(data.split()))
        else:
            self.text += data


@pytest.mark.parametrize("audience", list(Audience))
def test_a_script_in_any_key_is_only_text(audience: Audience) -> None:
    edition, of_profile, of_records = _all_hostile(_edition("acme", audience))
    assert {"name", "project", "vendor.name", "people.name", "request.guidance"} <= of_profile
    assert {"title", "summary", "scope.item", "decision.rationale", "history.note"} <= of_records
    assert "links.source" not in of_records
    assert "reason.evidence.link" not in of_records
    shown = set()
    for made in edition_pages(edition):
        page = _Page(made.content)
        assert page.bad == [], made.path
        assert page.scripts == set(), made.path
        assert "1337" not in page.text
        shown |= set(re.findall(r"<svg/onload=alert\((\d+)\)>&#60;b&#62; end\1\b", page.text))
    # Almost every text of this log is on some page, and there as it was written.
    assert len(shown) > 60


@pytest.mark.slow
def test_no_page_of_a_site_runs_what_people_wrote(tmp_path: Path) -> None:
    plain = _edition("acme", Audience.CLIENT)
    for name, edition in (("plain", plain), ("hostile", _all_hostile(plain)[0])):
        build_site(Order(edition, CASE, tmp_path / name))
    known = {
        s for path in (tmp_path / "plain").rglob("*.html") for s in _Page(path.read_text()).scripts
    }
    paths = [*(tmp_path / "hostile").rglob("*.html")]
    assert len(paths) > 20
    for path in paths:
        page = _Page(path.read_text())
        assert [bad for bad in page.bad if bad != "button"] == [], path
        # A diagram, and links to terms, bring scripts of their own.
        assert {
            s
            for s in page.scripts - known
            if not re.search(r"/(mermaid|diagrams|glossary)\.js$", s)
        } == set()


@pytest.mark.parametrize("address", ["javascript:alert(1)", " javascript:x", "data:text/html,x"])
@pytest.mark.parametrize("form", [Url, SiteUrl])
def test_a_key_for_an_address_takes_none_that_runs(form: Any, address: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(form).validate_python(address)
