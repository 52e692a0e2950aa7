"""Where every page of an edition lies: the only place that makes addresses.

Every page is an `index.md` in a folder of its own, so that the built page is `index.html` in that
folder whether MkDocs makes directory URLs or not, and a file beside the page keeps its address.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from datetime import date
from functools import lru_cache
from urllib.parse import unquote

HOME = "index.md"
CHANGES = "changes/index.md"
BY_STATUS = "changes/by-status/index.md"
BY_SCOPE = "changes/by-scope/index.md"
#: The list of changes for spreadsheets and programs.
CHANGES_CSV = "changes/changes.csv"
CHANGES_XLSX = "changes/changes.xlsx"
CHANGES_JSON = "changes/changes.json"
IMPACT = "impact/index.md"
#: All month ends, and what changed between any two of them.
MONTHS = "impact/months/index.md"
DIFFERENCES = "impact/months/differences.json"
DECISIONS = "decisions/index.md"
#: The decisions as a chain of digests, with all that it takes to verify it.
SEALS = "decisions/decisions.json"
#: Whose a digest is. It takes the digest as `?digest=` or `#digest=`.
VERIFY = "decisions/verify/index.md"
PROCESS = "process/index.md"
#: What happened, the newest first; longer logs have a page for each older month too.
NEWS = "news/index.md"
#: The newest events by key, for the marks of what is new since a reader's last visit.
NEWS_JSON = "news/latest.json"
#: How to hear of changes: feeds, the calendar, reports.
FOLLOW = "follow/index.md"
FEED_CHANGES = "feeds/changes.xml"
FEED_CHANGES_JSON = "feeds/changes.json"
FEED_DECISIONS = "feeds/decisions.xml"
FEED_DECISIONS_JSON = "feeds/decisions.json"
CALENDAR = "feeds/calendar.ics"
GLOSSARY = "glossary/index.md"
SEARCH = "search/index.md"
#: In an offline copy: what it is, and how to verify it.
COPY = "copy/index.md"
#: On a site whose home page offers one: the offline copy. It has none itself.
OFFLINE_COPY = "copy/offline-copy.zip"
#: The folder of the search index.
PAGEFIND = "pagefind"
#: The same figures as the impact page's, for spreadsheets and programs.
REGISTER_CSV = "impact/register.csv"
IMPACT_XLSX = "impact/impact.xlsx"
IMPACT_JSON = "impact/impact.json"
#: What is printed, signed and filed: each document beside the page with the same content.
LOG_BOOK_PDF = "decisions/decision-log.pdf"
REGISTER_PDF = "impact/change-order-register.pdf"
#: All documents on one page, so that none is further away than two taps.
DOCUMENTS = "documents/index.md"
#: The weekly and monthly reports.
REPORTS = "reports/index.md"


def built(page: str) -> str:
    """Return the HTML file that is made of a page."""
    return page.removesuffix(".md") + ".html"


def record(id: str) -> str:
    """Return the page of a record, whose id in capitals never meets an index's name."""
    return f"changes/{id}/index.md"


def change_order_pdf(id: str) -> str:
    """Return the change order form of a record, beside its page."""
    return f"changes/{id}/{id}-change-order.pdf"


def decision_record_pdf(id: str) -> str:
    """Return the decision on a record without its money, beside its page."""
    return f"changes/{id}/{id}-decision-record.pdf"


def acceptance_pdf(id: str) -> str:
    """Return the acceptance certificate of a record, beside its page."""
    return f"changes/{id}/{id}-acceptance.pdf"


def amendment(reference: str) -> str:
    """Return the page of an amendment.

    Its address rests on the reference alone, so that it stays on paper whatever else is agreed.
    """
    words = "-".join(re.findall(r"[a-z0-9]+", reference.lower())).strip("-")[:60]
    digest = hashlib.sha256(reference.encode()).hexdigest()[:6]
    return f"decisions/amendments/{f'{words}-{digest}'.strip('-')}/index.md"


def amendment_pdf(reference: str) -> str:
    """Return the amendment on paper, beside its page."""
    folder = posixpath.dirname(amendment(reference))
    return f"{folder}/amendment-{posixpath.basename(folder)}.pdf"


def month(day: date) -> str:
    """Return the page of the position at the end of the month that the day is in."""
    return f"impact/{day:%Y-%m}/index.md"


def report(id: str) -> str:
    """Return the page of a week or month by its name, such as `2026-W12`."""
    return f"reports/{id.lower()}/index.md"


def report_pdf(id: str) -> str:
    """Return the report of a period on paper, beside its page."""
    return beside(report(id), "report.pdf")


def news(day: date) -> str:
    """Return the page of what happened in the month that the day is in."""
    return f"news/{day:%Y-%m}/index.md"


def beside(page: str, name: str) -> str:
    """Return a file in the folder of the page that uses it; for the home page in `files/`."""
    return posixpath.join(posixpath.dirname(page) or "files", name)


def to_source(page: str, target: str) -> str:
    """Return the relative path from one source page to another or to a file."""
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def absolute(site_url: str, target: str, fragment: str = "") -> str:
    """Return the whole address of a page or a file of the site that is read at `site_url`."""
    base = site_url.removesuffix("/") + "/"
    address = base + (posixpath.dirname(target) if target.endswith(".md") else target)
    if target.endswith(".md") and not address.endswith("/"):
        address += "/"
    return address + (f"#{fragment}" if fragment else "")


def href(page: str, target: str, fragment: str = "", *, directory_urls: bool) -> str:
    """Return the relative address of `target` (a page or an asset) as a link on `page`."""
    folder = posixpath.dirname(target) if target.endswith(".md") else target
    address = _relative(folder, posixpath.dirname(page))
    if target.endswith(".md"):
        address += "/" if directory_urls else "/index.html"
    return address + (f"#{fragment}" if fragment else "")


@lru_cache(maxsize=4096)
def _relative(target: str, start: str) -> str:
    """Return the relative path to a page's folder or a file from a folder; "" is the top.

    `posixpath.relpath` takes ten times as long: it asks for the current folder.
    """
    to, from_ = (path.split("/") if path else [] for path in (target, start))
    shared = 0
    for one, other in zip(to, from_, strict=False):
        if one != other:
            break
        shared += 1
    return "/".join([".."] * (len(from_) - shared) + to[shared:]) or "."


#: The ids of the pages that show a body, by which people and scripts find their parts; the tests
#: hold them against the templates.
_OWN_IDS = frozenset(
    "acceptance actual agreement answer back changes choose cost dates dates-table decision "
    "details history impact lately links objections options page paper people plan quality "
    "revisions risks sign since standing talks visits waiting what-if why words".split()
)
_OWN_BEGINNINGS = ("cb-", "history-", "what-if-", "word-")
#: No heading's id holds a colon, so that nothing else can get such an id.
_BODY = "text:"


def in_body(id: str) -> str:
    """Return the id that something in a body has on its page, where the page's own ids stay."""
    own = id in _OWN_IDS or id.startswith(_OWN_BEGINNINGS)
    return f"{_BODY}{id}" if own else id


def fragment_in_body(fragment: str) -> str:
    """Return the `#...` that leads to what a body calls by it."""
    named = unquote(fragment[1:])
    shown = in_body(named)
    return fragment if shown == named else f"#{shown}"
