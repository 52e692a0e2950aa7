"""Running trackers, played by a local server that answers in the published shapes."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from changebook.importing import remote
from changebook.model.import_map import Kind
from changebook.refusal import Refusal
from tests.importing import exports
from tests.importing.test_spreadsheets import files, records, root, run

__all__ = ["root"]

COUNT = 230


@dataclass
class Tracker:
    """What the server answers, and what it was asked."""

    answer: Callable[[str, dict[str, str]], tuple[int, dict[str, str], Any]]
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracker]:
    tracker = Tracker(lambda path, query: (404, {}, {}))
    waits: list[float] = []
    monkeypatch.setattr(remote, "sleep", waits.append)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            said = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
            tracker.asked.append((parts.path, said))
            status, headers, body = tracker.answer(parts.path, query)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    tracker.url = f"http://127.0.0.1:{server.server_port}"
    yield tracker
    assert all(0 < wait <= 60 for wait in waits)
    server.shutdown()
    thread.join()
    server.server_close()


def jira(path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
    if path.endswith("/serverInfo"):
        return 200, {}, {"deploymentType": "Server"}
    whole = exports.jira(COUNT)
    start, most = int(query["startAt"]), int(query["maxResults"])
    return 200, {}, {**whole, "issues": whole["issues"][start : start + most], "startAt": start}


def pingcode(path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
    """Answer in pages by number: the second item has comments, and was moved twice."""
    if path == "/v1/comments":
        assert query["principal_type"] == "work_item"
        return _page_of(_COMMENTS if query["principal_id"] == _SECOND else [], query)
    if path.endswith("/transition_histories"):
        return _page_of(_MOVES if _SECOND in path else [], query)
    assert path == "/v1/project/work_items"
    return _page_of(exports.pingcode(COUNT)["values"], query)


def _page_of(values: list[Any], query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
    index, size = int(query["page_index"]), int(query["page_size"])
    page = values[index * size : (index + 1) * size]
    return 200, {}, {"page_size": size, "page_index": index, "total": len(values), "values": page}


_SECOND = exports.pingcode(2)["values"][1]["id"]
_WHO = {"id": "a1", "url": "https://rest_api_root/v1/users/a1", "name": "lin"}
_SAID: dict[str, Any] = {
    "url": "https://rest_api_root/v1/comments/59f7",
    "attachment_count": 0,
    "attachments": [],
    "is_reply_comment": 0,
    "replied_comment": None,
    "created_at": 1744156800,  # 2025-04-09
    "created_by": {**_WHO, "display_name": "Lin Wei"},
    "is_deleted": 0,
}
_COMMENTS: list[dict[str, Any]] = [
    *({**_SAID, "id": f"c{n}", "content": f"<p>第 {n} 条</p>"} for n in range(130)),
    {**_SAID, "id": "gone", "content": "", "is_deleted": 1},
    {
        **_SAID,
        "id": "reply",
        "content": "同意；尽快; go",
        "is_reply_comment": 1,
        "replied_comment": {"id": "c1", "content": "<p>第 1 条</p>", "is_deleted": 0},
        "attachment_count": 1,
        "attachments": [{"id": "f1", "title": "原型.png", "size": 16, "type": "file"}],
    },
]
_MOVES: list[dict[str, Any]] = [
    {
        "id": f"m{n}",
        "work_item": {"id": _SECOND},
        "from_state": before and {"id": "s", "name": before, "type": "pending"},
        "to_state": {"id": "s", "name": after, "type": "pending"},
        "created_at": 1744156800 + n * 86400,
        "created_by": {**_WHO, "display_name": "Lin Wei"},
    }
    for n, (before, after) in enumerate(((None, "打开"), ("打开", "进行中"), ("进行中", "已完成")))
]


def jira_cloud(path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
    """Answer as the Cloud does: pages by token, and of an issue's comments the first ones."""
    if path.endswith("/serverInfo"):
        return 200, {}, {"deploymentType": "Cloud"}
    issues = exports.jira(COUNT, documents=True)["issues"]
    if path.endswith("/comment"):
        start = int(query["startAt"])
        said = [{"created": "2025-04-02T09:00:00Z", "body": f"Comment {n}"} for n in range(130)]
        return 200, {}, {"total": 130, "comments": said[start : start + 100]}
    if path.endswith("/changelog"):
        return (
            200,
            {},
            {"total": 2, "values": [{"created": "2025-04-02T09:00:00Z", "items": []}] * 2},
        )
    assert path.endswith("/rest/api/3/search/jql")
    assert query["jql"]
    start = int(query.get("nextPageToken", "0"))
    issues[0]["fields"]["comment"]["total"] = 130
    issues[0]["changelog"]["total"] = 2
    more = {"nextPageToken": str(start + 100)} if start + 100 < COUNT else {"isLast": True}
    return 200, {}, {"issues": issues[start : start + 100], **more}


#: Of one issue, the newest first, as GitHub lists them.
GITHUB_EVENTS: list[dict[str, Any]] = [
    {"event": "closed", "state_reason": "completed"},
    {"event": "reopened", "state_reason": None},
    {"event": "closed", "state_reason": "not_planned"},
    {"event": "subscribed"},
    {"event": "labeled", "label": {"name": "agreed", "color": "ffffff"}},
    {"event": "renamed", "rename": {"from": "Cards", "to": "Change 2"}},
]
GITLAB_EVENTS = {
    "resource_state_events": [
        {"user": {"name": "Lin Wei"}, "created_at": "2025-04-02T09:00:00Z", "state": "closed"}
    ],
    "resource_label_events": [
        {
            "user": {"name": "Lin Wei"},
            "created_at": "2025-04-01T09:00:00Z",
            "label": {"name": "agreed"},
            "action": "remove",
        }
    ],
}


def _event(day: int, **said: Any) -> dict[str, Any]:
    own = {"url": "https://api.example/issues/2", "number": 2}
    return {"actor": {"login": "lin"}, "created_at": f"2025-04-{20 - day:02}", "issue": own, **said}


def linked(path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
    page = int(query.get("page", "1"))
    if path.endswith("/issues/comments"):
        said = {"user": {"login": "lin"}, "created_at": "2025-03-09T23:30:00Z", "body": "Go on."}
        of_second = {**said, "issue_url": "https://api.example/issues/2"}
        following = f'<{path}?page=2>; rel="next"' if page == 1 else ""
        return 200, {"Link": following} if following else {}, [of_second]
    if path.endswith("/issues/events"):
        return 200, {}, [_event(n, **said) for n, said in enumerate(GITHUB_EVENTS, 3)]
    if path.endswith("_events"):
        n, _, kind = path.removeprefix("/issues/").partition("/")
        return 200, {}, GITLAB_EVENTS[kind] if n == "2" else []
    if path.endswith("/notes"):
        note = {"author": {"name": "Lin Wei"}, "created_at": "2025-03-09T23:30:00Z"}
        notes = [
            {**note, "body": "For all."},
            {**note, "body": "For the team.", "internal": True},
            {**note, "body": "changed the title", "system": True},
        ]
        return 200, {}, notes
    issues = [
        {
            "number": n,
            "iid": n,
            "title": f"Change {n}",
            "state": "open",
            "user": {"login": "chenyu"},
            "url": f"https://api.example/issues/{n}",
            "user_notes_count": 3 if n == 2 else 0,
        }
        for n in range((page - 1) * 100 + 1, min(page * 100, COUNT) + 1)
    ]
    issues[0]["pull_request"] = {}
    following = f'<{path}?page={page + 1}>; rel="next"' if page < 3 else ""
    return 200, {"Link": following} if following else {}, issues


@pytest.mark.parametrize(
    ("kind", "answer", "count", "said", "times"),
    [
        (Kind.JIRA, jira, COUNT, "Bearer secret", 4),
        (Kind.JIRA, jira_cloud, COUNT, "Bearer secret", 7),
        (Kind.PINGCODE, pingcode, COUNT, "Bearer secret", 3 + 2 * COUNT + 1),
        (Kind.GITHUB, linked, COUNT - 3, "Bearer secret", 6),
        (Kind.GITLAB, linked, COUNT, "secret", 4 + 2 * COUNT),
    ],
)
def test_all_pages_are_read(
    tracker: Tracker, kind: Kind, answer: Callable[..., Any], count: int, said: str, times: int
) -> None:
    tracker.answer = answer
    issues = json.loads(remote.fetched(tracker.url, kind, "secret"))
    assert len(issues) == count
    assert [who for _, who in tracker.asked] == [said] * times


def test_all_comments_come_along(tracker: Tracker) -> None:
    tracker.answer = linked
    github = json.loads(remote.fetched(tracker.url, Kind.GITHUB, None))
    by_number = {issue["number"]: issue["comments"] for issue in github}
    assert [said["body"] for said in by_number[2]] == ["Go on.", "Go on."]
    assert by_number[3] == []
    gitlab = json.loads(remote.fetched(tracker.url, Kind.GITLAB, None))
    by_number = {issue["iid"]: issue["comments"] for issue in gitlab}
    assert [said["body"] for said in by_number[2]] == ["For all.", "For the team."]
    tracker.answer = jira_cloud
    first, *_ = json.loads(remote.fetched(tracker.url, Kind.JIRA, None))
    assert len(first["fields"]["comment"]["comments"]) == 130
    assert len(first["changelog"]["histories"]) == 2


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_changes_of_status_come_along(
    tracker: Tracker, root: Path, tmp_path: Path, kind: str
) -> None:
    tracker.answer = linked
    file, mapping = tmp_path / f"{kind}.json", tmp_path / "map.yml"
    run(root, file, "--from", kind, "--url", tracker.url, "--out", str(mapping))
    text = mapping.read_text("utf-8")
    assert "history: history" in text
    text = text.replace("channel:  #", "channel: chat  #").replace("party: }", "party: client}")
    mapping.write_text(text, "utf-8")
    done = run(root, file, "--map", str(mapping))
    assert done.exit_code == 0, done.output
    record = records(root)["ACME-0002"]
    stated = [(step.status, step.on.isoformat()) for step in record.history]
    expected = {
        "github": [
            ("withdrawn", "2025-04-15"),
            ("submitted", "2025-04-16"),
            ("closed", "2025-04-17"),
        ],
        "gitlab": [("closed", "2025-04-02")],
    }
    assert stated == expected[kind]
    assert "history of other fields" in text


def test_comments_and_changes_of_state_come_from_pingcode(
    tracker: Tracker, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.importing.test_remote.COUNT", 3)
    tracker.answer = pingcode
    file, mapping = tmp_path / "pingcode.json", tmp_path / "map.yml"
    run(root, file, "--from", "pingcode", "--url", tracker.url, "--out", str(mapping))
    text = mapping.read_text("utf-8")
    assert "comments: comment" in text
    assert "comments.attachments: left-out  # 1 cell: 原型.png" in text
    text = text.replace("channel:  #", "channel: chat  #").replace("party: }", "party: client}")
    mapping.write_text(re.sub(r"  # decided:.*", "  decided: 2025-12-31", text), "utf-8")
    done = run(root, file, "--map", str(mapping))
    assert done.exit_code == 0, done.output
    record = records(root)["ACME-0002"]
    assert len(record.communications) == 131
    first, *_, last = record.communications
    assert (str(first.on), first.with_, first.summary) == ("2025-04-09", ("Lin Wei",), "第 0 条")
    assert last.summary == "同意；尽快; go"
    stated = [(step.status, str(step.on), step.by) for step in record.history[-2:]]
    assert stated == [
        ("implementing", "2025-04-10", "Lin Wei"),
        ("implemented", "2025-04-11", "Lin Wei"),
    ]


def test_the_address_chooses_issues(tracker: Tracker) -> None:
    asked: list[dict[str, str]] = []

    def answer(path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        asked.append(query)
        return jira(path, query)

    tracker.answer = answer
    remote.fetched(f"{tracker.url}/?jql=project%3DPAY", Kind.JIRA, None)
    assert asked[1]["jql"] == "project=PAY"
    assert tracker.asked[1][0] == "/rest/api/2/search"


def test_what_only_the_team_reads_stays_with_it(
    tracker: Tracker, root: Path, tmp_path: Path
) -> None:
    tracker.answer = linked
    file, mapping = tmp_path / "gitlab.json", tmp_path / "map.yml"
    run(root, file, "--from", "gitlab", "--url", tracker.url, "--out", str(mapping))
    text = mapping.read_text("utf-8")
    assert "internal.comments: internal.comments" in text
    text = text.replace("channel:  #", "channel: chat  #").replace("party: }", "party: client}")
    mapping.write_text(text, "utf-8")
    said = run(root, file, "--map", str(mapping))
    assert said.exit_code == 0, said.output
    record = records(root)["ACME-0002"]
    assert [talk.summary for talk in record.communications] == ["For all."]
    assert record.internal
    assert "For the team." in str(record.internal)


@pytest.mark.parametrize("name", ["Retry-After", "x-pc-retry-after", "X-RateLimit-Retry-After"])
def test_it_is_asked_again_later(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(remote, "sleep", waits.append)
    answers: Iterator[tuple[int, dict[str, str], Any]] = iter(
        [(429, {name: "50"}, {}), (503, {}, {})]
    )
    tracker.answer = lambda path, query: next(answers, None) or jira(path, query)
    assert len(json.loads(remote.fetched(tracker.url, Kind.JIRA, None))) == COUNT
    assert len(tracker.asked) == 6
    assert waits == [50, 1]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((401, {}, {}), "answers 401 Unauthorized; the token is read from CHANGEBOOK_IMPORT_TOKEN"),
        ((429, {}, {}), "answers 429"),
        ((302, {"Location": "https://elsewhere.example/"}, {}), "answers 302"),
        ((200, {}, b"<html>"), "does not answer in JSON"),
        ((200, {}, {"error": "no"}), "does not answer with a list of issues"),
        ((200, {"Link": '<https://elsewhere.example/>; rel="next"'}, []), "on another host"),
    ],
)
def test_what_does_not_answer_as_it_should(
    tracker: Tracker, answer: tuple[int, dict[str, str], Any], message: str
) -> None:
    tracker.answer = lambda path, query: answer
    with pytest.raises(Refusal, match=message):
        remote.fetched(tracker.url, Kind.GITHUB, "secret")


def test_a_next_page_is_asked_for_in_the_way_of_the_first(tracker: Tracker) -> None:
    other = tracker.url.replace("http://", "https://")
    tracker.answer = lambda path, query: (200, {"Link": f'<{other}/issues>; rel="next"'}, [])
    with pytest.raises(Refusal, match="another host or without TLS"):
        remote.fetched(tracker.url, Kind.GITHUB, "secret")


def test_a_token_is_not_sent_in_the_clear() -> None:
    with pytest.raises(Refusal, match="should begin with https://"):
        remote.fetched("http://jira.example", Kind.JIRA, "user:secret")


def test_the_answer_is_kept_and_goes_the_way_of_files(
    tracker: Tracker, root: Path, tmp_path: Path
) -> None:
    tracker.answer = pingcode
    file = tmp_path / "pingcode.json"
    said = run(root, file, "--from", "pingcode", "--url", tracker.url)
    assert said.exit_code == 0, said.output
    assert len(json.loads(file.read_text("utf-8"))) == COUNT
    assert "identifier: id" in said.stdout
    assert files(root) == {}
