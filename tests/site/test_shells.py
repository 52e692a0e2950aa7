"""A page that is put into a shell has the same bytes as one that the theme renders in full."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment

from changebook import packaged
from changebook.model.vocabulary import Audience
from changebook.pages.page import GeneratedPage
from changebook.site.building import Order, build_site
from changebook.site.shells import Shells, _kind
from tests.samples import EDITIONS, ROOT, edition


class Watch:
    """Compares every page that is put into a shell; by their first folder how many were filled."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.filled = Counter[str]()
        original = Shells.whole

        def whole(shells: Shells, page: GeneratedPage) -> str:
            shown = shells._page(page)
            if shells._known.get(_kind(shown)):
                self.filled[page.path.partition("/")[0]] += 1
            html = original(shells, page)
            assert html == shells._render(shells._env, "main.html", shown), page.path
            return html

        patch.setattr(Shells, "whole", whole)


@pytest.mark.parametrize(("slug", "audience"), EDITIONS)
def test_pages_in_shells_are_as_the_theme_renders_them(
    slug: str, audience: Audience, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(monkeypatch)
    build_site(Order(edition(slug, audience), ROOT, tmp_path / "site"))
    assert watch.filled["changes"]
    assert watch.filled["reports"] > 10


def test_an_offline_copy_and_addresses_without_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(monkeypatch)
    build_site(Order(edition("yunfan"), ROOT, tmp_path / "site", offline=True))
    assert watch.filled["reports"] > 10


def test_what_a_theme_does_with_titles_takes_them_out_of_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = (packaged.templates_dir() / "theme" / "main.html").read_text("utf-8")
    own = main.replace("page.title | e", "page.title | lower | e")
    original = Shells.__init__

    def begin(shells: Shells, env: Environment, *site: Any) -> None:
        env.loader = ChoiceLoader([DictLoader({"main.html": own}), env.loader or DictLoader({})])
        original(shells, env, *site)

    monkeypatch.setattr(Shells, "__init__", begin)
    watch = Watch(monkeypatch)
    build_site(Order(edition("meridian-outdoor"), ROOT, tmp_path / "site"))
    assert own != main
    assert not watch.filled
