"""All issues of a running tracker, page by page, as one file like those that people export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import sleep
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

import requests

from changebook.model.import_map import Kind
from changebook.refusal import Refusal

#: The environment variable with the token: `user:token` where the tracker wants both.
TOKEN = "CHANGEBOOK_IMPORT_TOKEN"  # noqa: S105 - the variable's name
_PAGE = 100
_SECONDS = 60
_TRIES = 4
#: What a tracker answers when it is asked too often, or is out of order for a moment.
_LATER = frozenset({429, 502, 503, 504})
#: Where it says after how many seconds; PingCode, which takes 200 requests a minute, has its own.
_WAITS = ("Retry-After", "X-PC-Retry-After", "X-RateLimit-Retry-After")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

_Get = Callable[[str, Mapping[str, str | int]], tuple[Any, requests.Response]]


def fetched(url: str, kind: Kind, token: str | None) -> bytes:
    """Return all issues of a tracker as JSON, or those that the address's query chooses.

    Raises Refusal where it does not give them.
    """
    if kind not in _READERS:
        raise Refusal(f"{kind} has no API here: give a file; {', '.join(_READERS)} have one")
    address = urlsplit(url)
    if address.scheme != "https" and address.hostname not in _LOCAL:
        raise Refusal(f"{url} should begin with https://: a token must not be read on its way")
    with requests.Session() as session:
        session.headers["Accept"] = "application/json"
        if token and kind is Kind.GITLAB:
            session.headers["PRIVATE-TOKEN"] = token
        elif token and ":" in token:
            user, _, secret = token.partition(":")
            session.auth = (user, secret)
        elif token:
            session.headers["Authorization"] = f"Bearer {token}"

        def get(at: str, query: Mapping[str, str | int]) -> tuple[Any, requests.Response]:
            return _answer(session, at, query)

        plain = urlunsplit((address.scheme, address.netloc, address.path.rstrip("/"), "", ""))
        issues = [*_READERS[kind](get, plain, dict(parse_qsl(address.query)))]
    return (json.dumps(issues, ensure_ascii=False, indent=1) + "\n").encode()


def _answer(
    session: requests.Session, url: str, query: Mapping[str, str | int]
) -> tuple[Any, requests.Response]:
    for last in (*(False,) * (_TRIES - 1), True):
        try:
            answer = session.get(url, params=query, timeout=_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise Refusal(f"{url} can't be reached: {error}") from None
        if answer.status_code not in _LATER or last:
            break
        wait = next(filter(None, map(answer.headers.get, _WAITS)), "1")
        sleep(min(int(wait), _SECONDS) if wait.isdecimal() else 1)
    if answer.status_code != requests.codes.ok:
        hint = f"; the token is read from {TOKEN}" if answer.status_code in (401, 403) else ""
        raise Refusal(f"{url} answers {answer.status_code} {answer.reason}{hint}")
    try:
        return answer.json(), answer
    except requests.JSONDecodeError:
        raise Refusal(f"{url} does not answer in JSON: is it the address of the API?") from None


def _list(found: Any, url: str) -> list[Any]:
    if not isinstance(found, list):
        raise Refusal(f"{url} does not answer with a list of issues: is it the address of the API?")
    return found


def _by_links(get: _Get, url: str, query: Mapping[str, str | int]) -> Iterator[Any]:
    """Yield what GitHub and GitLab give, whose pages name the next one."""
    at, asked = url, dict(query)
    while True:
        page, answer = get(at, asked)
        yield from _list(page, at)
        following = answer.links.get("next", {}).get("url")
        if not following:
            return
        following = urljoin(at, following)
        if urlsplit(following)[:2] != urlsplit(url)[:2]:
            # The token goes where it was meant to, and nowhere in the clear.
            raise Refusal(f"{at} names a next page on another host or without TLS, {following}")
        at, asked = following, {}


def _github(get: _Get, url: str, query: Mapping[str, str]) -> Iterator[Any]:
    """Yield a repository's issues; all its comments come in one list, and all its events."""
    comments: dict[str, list[Any]] = {}
    for comment in _by_links(get, f"{url}/issues/comments", {"per_page": _PAGE}):
        comments.setdefault(str(comment.get("issue_url")), []).append(comment)
    events: dict[str, list[Any]] = {}
    for event in _by_links(get, f"{url}/issues/events", {"per_page": _PAGE}):
        if change := _github_change(event):
            events.setdefault(str((event.get("issue") or {}).get("url")), []).append(change)
    asked: dict[str, str | int] = {"state": "all", "per_page": _PAGE, **query}
    for issue in _by_links(get, f"{url}/issues", asked):
        if "pull_request" not in issue:
            own = str(issue.get("url"))
            yield {**issue, "comments": comments.get(own, []), "events": events.get(own, [])}


def _github_change(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an event as what changed; the newest comes first in GitHub's list.

    What it leaves out changes nothing that an issue shows: who was mentioned, who subscribed.
    """
    what: dict[str, Any]
    match event.get("event"):
        case "closed":
            what = {"field": "status", "toString": f"closed {event.get('state_reason') or ''}"}
        case "reopened":
            what = {"field": "status", "toString": f"open {event.get('state_reason') or ''}"}
        case "labeled" | "unlabeled" as way:
            what = _label_change(event, added=way == "labeled")
        case "renamed":
            words = event.get("rename") or {}
            what = {"field": "title", "fromString": words.get("from"), "toString": words.get("to")}
        case _:
            return None
    what["toString"] = str(what.get("toString") or "").strip()
    return {"created_at": event.get("created_at"), "author": event.get("actor"), "items": [what]}


def _label_change(event: Mapping[str, Any], *, added: bool) -> dict[str, Any]:
    name = (event.get("label") or {}).get("name")
    return {"field": "label", "toString" if added else "fromString": name}


def _gitlab(get: _Get, url: str, query: Mapping[str, str]) -> Iterator[Any]:
    """Yield a project's issues, each with its notes but for those that GitLab itself wrote.

    What GitLab wrote comes with its changes of state and of labels, which have lists of their own.
    """
    asked: dict[str, str | int] = {"scope": "all", "per_page": _PAGE, **query}
    for issue in _by_links(get, f"{url}/issues", asked):
        at, paged = f"{url}/issues/{issue.get('iid')}", {"per_page": _PAGE}
        notes = (
            _by_links(get, f"{at}/notes", {"sort": "asc", **paged})
            if issue.get("user_notes_count")
            else ()
        )
        states = [
            _gitlab_change(each, {"field": "status", "toString": each.get("state")})
            for each in _by_links(get, f"{at}/resource_state_events", paged)
        ]
        labels = [
            _gitlab_change(each, _label_change(each, added=each.get("action") == "add"))
            for each in _by_links(get, f"{at}/resource_label_events", paged)
        ]
        comments = [note for note in notes if not note.get("system")]
        yield {**issue, "comments": comments, "events": [*states, *labels]}


def _gitlab_change(event: Mapping[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    return {"created_at": event.get("created_at"), "author": event.get("user"), "items": [what]}


def _jira(get: _Get, url: str, query: Mapping[str, str]) -> Iterator[Any]:
    """Yield all issues: the Cloud's pages come by token, those of a server by number."""
    told, _ = get(f"{url}/rest/api/2/serverInfo", {})
    in_cloud = isinstance(told, dict) and told.get("deploymentType") == "Cloud"
    api = f"{url}/rest/api/{3 if in_cloud else 2}"
    at = f"{api}/search/jql" if in_cloud else f"{api}/search"
    asked: dict[str, str | int] = {"maxResults": _PAGE, "expand": "changelog", "fields": "*all"}
    # The Cloud refuses to search for everything.
    asked |= {"jql": "created is not EMPTY ORDER BY key", **query}
    start = 0
    while True:
        page, _ = get(at, asked if in_cloud else {**asked, "startAt": start})
        issues = _list(page.get("issues") if isinstance(page, dict) else page, at)
        yield from (_whole(get, f"{api}/issue/{issue.get('key')}", issue) for issue in issues)
        start += len(issues)
        if token := page.get("nextPageToken"):
            asked["nextPageToken"] = str(token)
        elif in_cloud or not issues or start >= int(page.get("total", 0)):
            return


def _whole(get: _Get, at: str, issue: dict[str, Any]) -> dict[str, Any]:
    """Return an issue of Jira with all its comments and changes: a search gives the first ones."""
    parts = ((issue.get("fields") or {}, "comment", "comments"), (issue, "changelog", "histories"))
    for holder, name, part in parts:
        held = holder.get(name) or {}
        if len(held.get(part) or []) < int(held.get("total", 0)):
            holder[name] = {part: [*_by_number(get, f"{at}/{name}", (part, "values"))]}
    return issue


def _by_number(get: _Get, at: str, names: Sequence[str]) -> Iterator[Any]:
    start = 0
    while True:
        found, _ = get(at, {"startAt": start, "maxResults": _PAGE})
        named = (found.get(name) for name in names) if isinstance(found, dict) else ()
        held = _list(next(filter(None, named), []), at)
        yield from held
        start += len(held)
        if not held or start >= int(found.get("total", 0)):
            return


def _pingcode(get: _Get, url: str, query: Mapping[str, str]) -> Iterator[Any]:
    """Yield the work items, each with its comments and its changes of state.

    Of a comment that was deleted, PingCode gives no words.
    """
    at = f"{url}/v1/project/work_items"
    for item in _by_page(get, at, query):
        id = str(item.get("id"))
        of_item = {"principal_type": "work_item", "principal_id": id}
        comments = [
            said
            for said in _by_page(get, f"{url}/v1/comments", of_item)
            if not said.get("is_deleted")
        ]
        moves = _by_page(get, f"{at}/{id}/transition_histories", {})
        yield {**item, "comments": comments, "events": [_pingcode_change(move) for move in moves]}


def _pingcode_change(move: Mapping[str, Any]) -> dict[str, Any]:
    before, after = ((move.get(key) or {}).get("name") for key in ("from_state", "to_state"))
    what = {"field": "status", "fromString": before, "toString": after}
    by = move.get("created_by")
    return {"created_at": move.get("created_at"), "author": by, "items": [what]}


def _by_page(get: _Get, at: str, query: Mapping[str, str]) -> Iterator[Any]:
    """Yield what PingCode gives, whose pages have numbers from 0 on."""
    page, count = 0, 0
    while True:
        found, _ = get(at, {"page_index": page, "page_size": _PAGE, **query})
        values = _list(found.get("values") if isinstance(found, dict) else found, at)
        yield from values
        count, page = count + len(values), page + 1
        if not values or count >= int(found.get("total", 0)):
            return


_READERS: Mapping[Kind, Callable[[_Get, str, Mapping[str, str]], Iterator[Any]]] = MappingProxyType(
    {
        Kind.GITHUB: _github,
        Kind.GITLAB: _gitlab,
        Kind.JIRA: _jira,
        Kind.PINGCODE: _pingcode,
    }
)
