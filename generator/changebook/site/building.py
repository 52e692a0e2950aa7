"""One MkDocs site built from an edition, or from all for the portfolio."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from changebook.edition.editions import Edition, located
from changebook.keep.store import NOWHERE, Store
from changebook.read.settings import config_file, read_settings
from changebook.read.site_file import PLUGIN
from changebook.read.workspace import CHANGES
from changebook.refusal import Refusal
from changebook.site.configuration import QUIET, environment, kept_warnings
from changebook.site.contents import edition_contents, portfolio_contents
from changebook.site.offline import make_offline
from changebook.site.plugin import ChangebookPlugin

_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2106, 1, 1)


@dataclass(frozen=True)
class Order:
    """One site to be built: an edition, or the portfolio over all of them.

    With `pdf` the pages link to the documents, which are brought beside them. Contents of earlier
    builds are taken from `store`. With `only` no more than that page is of use. With
    `offline` it is a copy to be read from a disk: see `site.offline`. With `offers_copy` the home
    page links to such a copy, which is brought beside the pages.
    """

    of: Edition | tuple[Edition, ...]
    root: Path
    folder: Path
    pdf: bool = False
    store: Store = NOWHERE
    only: str = ""
    offline: bool = False
    offers_copy: bool = False

    @property
    def slug(self) -> str:
        """The client's slug; empty for the portfolio."""
        return self.of.slug if isinstance(self.of, Edition) else ""

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.slug or "portfolio"

    @property
    def as_of(self) -> date:
        """The day that the site shows."""
        editions = (self.of,) if isinstance(self.of, Edition) else self.of
        return max(edition.as_of for edition in editions)


class SiteFailed(Exception):
    """A site could not be built; the message is for people."""


def build_site(order: Order) -> tuple[str, ...]:
    """Build a site into its folder; the warnings of MkDocs. Raises SiteFailed.

    It runs in a process of its own, so it takes and gives plain data only.
    """
    with kept_warnings() as warnings, environment(_surroundings(order.as_of)):
        try:
            config = _config(order)
            config.plugins.on_startup(command="build", dirty=False)
            try:
                build(config)
            finally:
                config.plugins.on_shutdown()
            if order.offline:
                make_offline(order.folder)
        except (MkDocsException, Refusal) as error:
            # MkDocs logs the reason, and then raises that it has stopped.
            raise SiteFailed("; ".join(warnings) or str(error)) from None
        except Exception as error:
            # Whatever a theme, a template or another plugin raises: the reader needs the client's
            # name and the reason, and the other sites their turn.
            reason = f"{template_place(error)}{type(error).__name__}: {error}"
            raise SiteFailed("; ".join([*warnings, reason])) from error
    return tuple(warnings)


def template_place(error: Exception) -> str:
    """Return the line of the template that an error came from, as a prefix of the message."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".j2")]
    return f"{frames[-1].filename}:{frames[-1].lineno}: " if frames else ""


def _config(order: Order) -> MkDocsConfig:
    file = config_file(order.root)
    # The plugin replaces docs_dir; MkDocs wants it to exist before that.
    config = load_config(str(file), docs_dir=str(order.root / CHANGES), site_dir=str(order.folder))
    plugin = the_plugin(config)
    if order.offline:
        # A disk has no server that would open the page of a folder.
        config.use_directory_urls = False
    directory_urls = config.use_directory_urls
    if isinstance(order.of, Edition):
        edition = located(order.of, config.site_url)
        config.site_url = edition.site_url
        contents = edition_contents(
            edition,
            order.root,
            directory_urls=directory_urls,
            pdf=order.pdf,
            offline=order.offline,
            offers_copy=order.offers_copy,
            store=order.store,
            only=order.only,
        )
    else:
        contents = portfolio_contents(
            order.of,
            order.root,
            directory_urls=directory_urls,
            language=read_settings(order.root).data.language,
        )
    plugin.show(order.root, contents)
    return config


def the_plugin(config: MkDocsConfig) -> ChangebookPlugin:
    """Return the plugin that mkdocs.yml names. Raises Refusal where it does not."""
    plugin = config.plugins.get(PLUGIN)
    if not isinstance(plugin, ChangebookPlugin):
        raise Refusal(
            f"{config.config_file_path} does not name the plugin `{PLUGIN}`: add `- {PLUGIN}` "
            "below `plugins:`"
        )
    return plugin


def _surroundings(day: date) -> dict[str, str]:
    """Have MkDocs take the edition's day for today, so that a build can be repeated."""
    # The sitemap's archive holds a time of 32 bits without a sign.
    now = datetime.combine(min(max(day, _FIRST_DAY), _LAST_DAY), time(), UTC)
    return {"SOURCE_DATE_EPOCH": str(int(now.timestamp())), **QUIET}
