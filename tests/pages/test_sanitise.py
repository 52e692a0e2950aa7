"""The allow-list of HTML: what goes, what stays."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changebook import packaged
from changebook.model.markup import NOT_IN_DIAGRAMS, TAGS
from changebook.pages.sanitise import sanitise

REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<p>a<style>p{color:red}</style>b</p>", "<p>ab</p>"),
        ('<iframe src="https://e.example"></iframe>a', "a"),
        ('<object data="x.swf"><p>a</p></object>b', "b"),
        ('<form action="/x"><p>a</p><button>Send</button></form>', "<p>a</p>Send"),
        ("<textarea></p></textarea>a", "a"),
        ('<p onclick="x()" onmouseover=x>a</p>', "<p>a</p>"),
        ("<p>a<!-- ACME secret -->b</p>", "<p>ab</p>"),
        ('<meta http-equiv="refresh" content="0;url=https://e.example">a', "a"),
        ('<base href="https://e.example"><link rel="stylesheet" href="https://e.example">a', "a"),
        ('<p style="position:fixed">a</p>', "<p>a</p>"),
        *(
            (
                f"<table><tbody><tr><td{was}>a</td></tr></tbody></table>",
                f"<table><tbody><tr><td{is_}>a</td></tr></tbody></table>",
            )
            for was, is_ in (
                (' style="text-align: RIGHT;"', ' align="right"'),
                (
                    ' align="left" style="text-align:center" title="style=x"',
                    ' align="center" title="style=x"',
                ),
                (' style="text-align:inherit"', ""),
                (' style="color:red"', ""),
            )
        ),
        ('<input type="text" name="card">', ""),
        ('<input type="radio" name="mine">', ""),
        ('<img src="x.png" srcset="https://e.example/x.png 2x">', '<img src="x.png">'),
        ('<video src="https://e.example/x.mp4" controls></video>', '<video controls=""></video>'),
        ('<p data-md-component="search">a</p>', "<p>a</p>"),
        ('<p id="__search">a</p>', "<p>a</p>"),
        ('<svg><use href="https://e.example/x.svg#a"/></svg>', "<svg></svg>"),
        (
            '<svg><path fill="url(https://e.example)" d="M0"/></svg>',
            '<svg><path d="M0"></path></svg>',
        ),
        (
            '<svg><a href="javascript:x"><text>t</text></a></svg>',
            f"<svg><a {REL}><text>t</text></a></svg>",
        ),
        ('<svg onload="x"><animate attributeName="href"/></svg>', "<svg></svg>"),
        (
            "<svg><title><style><img src=x onerror=alert(1)></style></title></svg>",
            "<svg><title></title></svg>",
        ),
        ('<svg><desc><a href="javascript:x">a</a></desc></svg>', "<svg><desc></desc></svg>"),
        (
            "<title><img src=x onerror=alert(1)></title>",
            "<title>&lt;img src=x onerror=alert(1)&gt;</title>",
        ),
    ],
)
def test_goes(html: str, clean: str) -> None:
    assert sanitise(html) == clean


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "&#106;avascript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        "data:image/png;base64,AA",
        "file:///etc/passwd",
        "blob:x",
    ],
)
def test_dangerous_links_lead_nowhere(address: str) -> None:
    assert sanitise(f'<a href="{address}">a</a>') == f"<a {REL}>a</a>"


@pytest.mark.parametrize(
    "source",
    [
        "https://e.example/x.png",
        "http://e.example/x.png",
        "//e.example/x.png",
        "/\\e.example/x.png",
        "\\\\e.example/x.png",
        " https://e.example/x.png",
        "ht\ntps://e.example/x.png",
    ],
)
def test_pictures_of_other_hosts_become_links(source: str) -> None:
    clean = sanitise(f'<p><img src="{source}" alt="a plan"></p>')
    assert "<img" not in clean
    assert f"{REL}>a plan</a>" in clean


def test_a_picture_of_another_host_in_a_link_becomes_its_words() -> None:
    html = '<a href="x/"><img src="https://e.example/x.png" alt="a plan"></a>'
    assert sanitise(html) == f'<a href="x/" {REL}>a plan</a>'


def test_pictures_in_the_page_itself() -> None:
    kept = '<img src="data:image/png;base64,iVBORw0KGgo=">'
    assert sanitise(kept) == kept
    svg = '<img src="data:image/svg+xml;base64,PHN2Zz4=" alt="chart">'
    assert sanitise(svg) == "chart"


@pytest.mark.parametrize(
    "html",
    [
        '<h2 id="why">Why<a class="headerlink" href="#why" title="Permanent link">¶</a></h2>',
        '<div class="admonition warning"><p class="admonition-title">Mind</p></div>',
        '<details class="note" open=""><summary>More</summary><p>a</p></details>',
        '<pre class="mermaid"><code>graph TD;\n  A--&gt;B;</code></pre>',
        '<div class="highlight"><pre><code><span class="k">def</span></code></pre></div>',
        (
            '<ul class="task-list"><li class="task-list-item"><label class="task">'
            '<input type="checkbox" disabled="" checked=""><span class="mark"></span>'
            "</label> done</li></ul>"
        ),
        (
            '<div class="tabbed-set tabbed-alternate" data-tabs="1:1"><input checked="checked" '
            'id="__tabbed_1_1" name="__tabbed_1" type="radio"><div class="tabbed-labels">'
            '<label for="__tabbed_1_1">One</label></div></div>'
        ),
        "<dl><dt>PSP</dt><dd>the company that processes card payments</dd></dl>",
        '<figure><img src="f.png" alt="F" loading="lazy"><figcaption>Flow</figcaption></figure>',
        (
            '<span class="twemoji"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
            '<path d="M0 0"></path></svg></span>'
        ),
        (
            '<figure aria-labelledby="c"><figcaption id="c">Dates</figcaption>'
            '<svg role="img" aria-labelledby="t d"><title id="t">Go-live</title>'
            '<desc id="d">2 → 9 March</desc><rect class="cb-bar" x="12.50%" width="3.00%" '
            'y="20%" height="60%"></rect><rect class="cb-mark" x="15.50%" y="50%" '
            'width="7" height="7"></rect><circle cx="12.50%" cy="50%" r="5">'
            '</circle><line x1="0" x2="100%" y1="50%" y2="50%"></line>'
            '<text x="0.00%" y="75%" text-anchor="start">Mar</text></svg></figure>'
        ),
        '<time datetime="2026-03-02">2 Mar 2026</time><abbr title="x">PSP</abbr><kbd>Enter</kbd>',
        (
            '<table><thead><tr><th scope="col">a</th></tr></thead><tbody><tr>'
            '<td data-label="Cost" align="right">1</td></tr></tbody></table>'
        ),
        '<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup>',
        '<a href="mailto:a@b.example?subject=x">a</a><a href="https://e.example">b</a>',
    ],
)
def test_stays(html: str) -> None:
    assert sanitise(html).replace(f" {REL}", "") == html


def test_links_open_here_and_say_nothing_of_the_reader() -> None:
    clean = sanitise('<a href="https://e.example" target="_blank" rel="opener" ping="x">a</a>')
    assert clean == f'<a href="https://e.example" {REL}>a</a>'


@pytest.mark.parametrize("html", ["<div><b>a", "a</div></div></section>", "<table><td>a", "<p<p>a"])
def test_comes_out_balanced(html: str) -> None:
    assert_balanced(sanitise(html))


@given(
    st.lists(
        st.sampled_from([*sorted(TAGS), "script", "form", "!--", "/div", "/p", "/a", "/svg"])
        | st.text(max_size=5),
        max_size=12,
    )
)
def test_anything_comes_out_clean_and_balanced(pieces: list[str]) -> None:
    html = "".join(f"<{piece} src=//e.example/x href='javascript:x' onload=x>a" for piece in pieces)
    clean = sanitise(html)
    assert_balanced(clean)
    assert_harmless(clean)


class _Harm(HTMLParser):
    """Elements that are not allowed, and attributes that run or load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {name.lower() for name in TAGS}:
            self.found.append(tag)
        self.found += [
            name
            for name, value in attrs
            if name.startswith("on") or name == "src" or "javascript:" in (value or "")
        ]


def assert_harmless(html: str) -> None:
    assert _Harm(html).found == []


class _Balance(HTMLParser):
    VOID = frozenset({"br", "hr", "img", "input", "col", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {t.lower() for t in TAGS}
        names = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") for name in names)
        assert "javascript" not in names.get("href", "")
        assert "//" not in names.get("src", "")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag


def assert_balanced(html: str) -> None:
    parser = _Balance()
    parser.feed(html)
    parser.close()
    assert parser.open == []


def test_a_diagram_has_no_other_class() -> None:
    """The theme brings mermaid along for this class alone; Material would load its own."""
    assert sanitise('<pre class="wide mermaid">A</pre>') == '<pre class="mermaid">A</pre>'


def test_the_script_of_diagrams_forbids_what_the_check_names() -> None:
    script = packaged.templates_dir() / "theme/assets/javascripts/diagrams.js"
    _, _, rest = script.read_text("utf-8").partition("const forbidden =")
    words = "".join(re.findall(r'"([^"]*)"', rest.partition("mermaid.initialize")[0]))
    assert set(words.split()) == NOT_IN_DIAGRAMS
