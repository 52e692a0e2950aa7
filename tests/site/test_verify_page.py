"""The page on which a client finds the decision behind a fingerprint, in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from changebook.model import canonical
from tests.browsing import Visit

pytestmark = pytest.mark.slow

SLUGS = ("meridian-outdoor", "yunfan")


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    yield Visit(page, address)
    page.close()


def decisions(sample_sites: Path, slug: str = SLUGS[0]) -> dict[str, Any]:
    file = sample_sites / slug / "decisions" / "decisions.json"
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def entry(data: dict[str, Any], id: str, event: str) -> dict[str, Any]:
    found: dict[str, Any] = next(e for e in data["entries"] if (e["id"], e["event"]) == (id, event))
    return found


def open_page(visit: Visit, asked: str = "", slug: str = SLUGS[0]) -> Page:
    visit.page.goto(f"{visit.base}{slug}/decisions/verify/{asked}")
    return visit.page


def verdict(page: Page, kind: str) -> str:
    """What the page answers, once it does, in a box of this kind."""
    box = page.locator(f"#verify-answer .cb-verdict__box--{kind}")
    expect(box).to_have_count(1)
    return box.inner_text()


def test_the_address_on_paper_opens_the_answer(sample_sites: Path, visit: Visit) -> None:
    data = decisions(sample_sites)
    sealed = entry(data, "MER-0010", "approved")
    text = verdict(open_page(visit, f"?digest={sealed['digest']}"), "good")
    assert "This is the fingerprint of MER-0010" in text
    assert f"No. {sealed['number']} of {len(data['entries'])} in the chain: approved on" in text
    assert "It still stands." in text
    assert f"the chain of all {len(data['entries'])} seals is unbroken" in text
    assert not visit.errors
    assert not visit.strangers


def test_the_code_on_paper_leads_from_the_record_to_the_answer(
    sample_sites: Path, visit: Visit
) -> None:
    sealed = entry(decisions(sample_sites), "MER-0010", "approved")
    visit.page.goto(f"{visit.base}{SLUGS[0]}/changes/MER-0010/#digest={sealed['digest']}")
    visit.page.wait_for_url("**/decisions/verify/*")
    assert "This is the fingerprint of MER-0010" in verdict(visit.page, "good")


#: A camera that sees a code after a few pictures, and a browser that reads it.
_CAMERA = """digest => {
  let seen = 0
  globalThis.BarcodeDetector = class {
    async detect() {
      return ++seen < 3 ? [] : [{rawValue: `https://log.example/changes/#digest=${digest}`}]
    }
  }
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = document.createElement("canvas")
    const draw = () => {
      canvas.getContext("2d").fillRect(0, 0, 9, 9)
      requestAnimationFrame(draw)
    }
    draw()
    return globalThis.scanned = canvas.captureStream()
  }
}"""


def test_a_camera_reads_the_code_on_paper(sample_sites: Path, visit: Visit) -> None:
    sealed = entry(decisions(sample_sites), "MER-0010", "approved")
    visit.page.add_init_script(f"({_CAMERA})('{sealed['digest']}')")
    page = open_page(visit)
    page.get_by_role("button", name="Scan the code on the paper").click()
    assert "This is the fingerprint of MER-0010" in verdict(page, "good")
    assert page.evaluate("scanned.getTracks().every(track => track.readyState === 'ended')")
    assert not page.locator("video").is_visible()


def test_without_a_camera_there_is_no_button_for_it(visit: Visit) -> None:
    visit.page.add_init_script("delete globalThis.BarcodeDetector")
    page = open_page(visit)
    assert page.get_by_role("button").filter(has_text="Check").is_visible()
    assert not page.locator("#verify button", has_text="Scan the code").is_visible()


def test_what_was_superseded_is_marked_so(sample_sites: Path, visit: Visit) -> None:
    sealed = entry(decisions(sample_sites), "MER-0001", "approved")
    text = verdict(open_page(visit, f"#digest={sealed['digest']}"), "ended")
    assert "Superseded on 14 May 2026 MER-0010" in text
    assert "unbroken" in text


def test_a_fingerprint_is_typed_as_it_is_printed(sample_sites: Path, visit: Visit) -> None:
    sealed = entry(decisions(sample_sites), "MER-0010", "approved")
    page = open_page(visit)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in sealed["digest"][:12].upper())
    for typed in (canonical.grouped(sealed["digest"])[:19], wide, sealed["digest"].upper()):
        page.get_by_label("Fingerprint", exact=True).fill(typed)
        page.get_by_role("button", name="Check").click()
        assert "MER-0010" in verdict(page, "good")
    page.get_by_label("Fingerprint", exact=True).fill(sealed["entry"])
    page.keyboard.press("Enter")
    assert f"the whole chain up to No. {sealed['number']}" in verdict(page, "good")


def test_chinese_decisions_are_computed_alike(sample_sites: Path, visit: Visit) -> None:
    sealed = entry(decisions(sample_sites, "yunfan"), "YF-0006", "filed")
    text = verdict(open_page(visit, f"?digest={sealed['digest']}", "yunfan"), "good")
    assert "YF-0006" in text
    assert "没有断裂" in text


def test_a_mistyped_fingerprint_is_not_taken_for_the_right_one(
    sample_sites: Path, visit: Visit
) -> None:
    right = entry(decisions(sample_sites), "MER-0010", "approved")["digest"]
    wrong = right[:30] + ("0" if right[30] != "0" else "1") + right[31:]
    text = verdict(open_page(visit, f"?digest={wrong}"), "bad")
    assert "No decision here has this fingerprint." in text
    assert "It is NOT the fingerprint of MER-0010" in text
    assert canonical.grouped(right) in " ".join(text.split())


def test_what_is_no_fingerprint_is_said(visit: Visit) -> None:
    page = open_page(visit)
    for typed in ("SOW-3 Amendment 2", "5857 7243", "0" * 65):
        page.get_by_label("Fingerprint", exact=True).fill(typed)
        page.get_by_role("button", name="Check").click()
        assert "This is not a fingerprint" in verdict(page, "bad")


def test_the_fingerprint_of_an_answer_is_found(sample_sites: Path, visit: Visit) -> None:
    page = open_page(visit)
    row = page.locator("#questions tbody tr", has_text="MER-0012")
    digest = row.get_attribute("data-digest")
    assert digest is not None
    text = verdict(open_page(visit, f"?digest={digest[:12]}"), "plain")
    assert "MER-0012" in text
    assert "not of a decision" in text


def test_a_signed_paper_is_known_by_its_content(
    sample_sites: Path, visit: Visit, tmp_path: Path
) -> None:
    page = open_page(visit)
    filed = sample_sites / SLUGS[0] / "changes" / "MER-0008" / "MER-0008-signed.pdf"
    renamed = tmp_path / "from the archive.pdf"
    renamed.write_bytes(filed.read_bytes())
    page.get_by_label("Or choose a file").set_input_files(renamed)
    assert "This is the signed copy of MER-0008" in verdict(page, "good")
    other = tmp_path / "saved again.pdf"
    other.write_bytes(filed.read_bytes() + b"\n")
    page.get_by_label("Or choose a file").set_input_files(other)
    assert "No signed copy here matches this file." in verdict(page, "bad")


def _altered(data: dict[str, Any], kind: str) -> None:
    entries = data["entries"]
    match kind:
        case "same":
            pass
        case "older":
            del entries[-2:]
        case "content":
            entries[2]["content"]["title"] += "!"
        case "entry":
            entries[2]["on"] = "2026-01-01"
        case "swapped":
            entries[2], entries[3] = entries[3], entries[2]
        case "removed":
            del entries[2]
        case "forged":
            # All of it made again from an altered decision, as who can write to the log could.
            entries[2]["content"]["decision"]["amount"] = "1.00"
            previous = entries[1]["entry"]
            for each in entries[2:]:
                each["previous"] = previous
                each["digest"] = canonical.digest(each["content"])
                rest = {k: v for k, v in each.items() if k not in ("content", "entry")}
                previous = each["entry"] = canonical.digest(rest)
        case "nothing":
            data.clear()


@pytest.mark.parametrize(
    ("alteration", "kind", "says"),
    [
        ("same", "good", "It is the chain of this site."),
        ("older", "good", "The chain of this site continues it"),
        ("content", "bad", "No. 3, MER-0002: what was decided is not what was sealed."),
        ("entry", "bad", "No. 3, MER-0002: the seal itself was altered."),
        ("swapped", "bad", "it does not follow from the previous seal."),
        ("removed", "ended", "the chain can't be followed across them: before No. 4."),
        ("forged", "bad", "The chain of this site differs from No. 3 on."),
        ("nothing", "bad", "This is not a decisions file."),
    ],
)
def test_a_file_that_was_kept_is_held_against_the_site(
    sample_sites: Path, visit: Visit, tmp_path: Path, alteration: str, kind: str, says: str
) -> None:
    data = decisions(sample_sites)
    _altered(data, alteration)
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    page = open_page(visit)
    page.get_by_label("Or choose a file").set_input_files(kept)
    assert says in verdict(page, kind)
    assert not visit.errors


def test_a_site_whose_chain_was_altered_proves_nothing(sample_sites: Path, visit: Visit) -> None:
    data = decisions(sample_sites)
    digest = entry(data, "MER-0010", "approved")["digest"]
    data["entries"][2]["content"]["title"] += "!"

    def altered(route: Route) -> None:
        route.fulfill(json=data)

    visit.page.route("**/decisions.json", altered)
    text = verdict(open_page(visit, f"?digest={digest}"), "bad")
    assert "The chain on this site is broken, so this answer proves nothing" in text
    assert "No. 3, MER-0002: what was decided is not what was sealed." in text


def test_without_the_file_it_only_looks_up_until_the_file_is_chosen(
    sample_sites: Path, visit: Visit
) -> None:
    sealed = entry(decisions(sample_sites), "MER-0010", "approved")
    visit.page.route("**/decisions.json", lambda route: route.abort())
    page = open_page(visit, f"?digest={sealed['digest']}")
    assert "Looked up only, not checked: the decisions file" in verdict(page, "plain")
    page.get_by_label("Or choose a file").set_input_files(
        sample_sites / SLUGS[0] / "decisions" / "decisions.json"
    )
    assert "It is the chain of this site." in verdict(page, "good")
    page.get_by_role("button", name="Check").click()
    assert "unbroken" in verdict(page, "good")


def test_without_https_it_says_that_it_only_looks_up(sample_sites: Path, visit: Visit) -> None:
    visit.page.add_init_script(
        "Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})"
    )
    sealed = entry(decisions(sample_sites), "MER-0010", "approved")
    page = open_page(visit, f"?digest={sealed['digest']}")
    text = verdict(page, "plain")
    assert "This is the fingerprint of MER-0010" in text
    assert "Looked up only, not checked: browsers compute fingerprints only" in text
    page.get_by_label("Or choose a file").set_input_files(
        sample_sites / SLUGS[0] / "decisions" / "decisions.json"
    )
    assert "Files can't be checked here" in verdict(page, "bad")


def test_without_scripts_the_list_is_there_to_compare_by_eye(
    sample_sites: Path, browser: Browser, address: str
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}{SLUGS[0]}/decisions/verify/")
    shown = page.locator("#seals").inner_text()
    assert all(canonical.grouped(e["digest"]) in shown for e in decisions(sample_sites)["entries"])
    assert not page.locator("#verify").is_visible()
    assert not page.locator("#verify-words").is_visible()
    page.close()


def test_the_keyboard_reaches_everything_and_the_answer_is_announced(visit: Visit) -> None:
    page = open_page(visit)
    answer = page.locator("#verify-answer")
    assert (answer.get_attribute("role"), answer.get_attribute("aria-live")) == ("status", "polite")
    page.get_by_label("Fingerprint", exact=True).focus()
    reached = []
    for _ in range(2):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.type"))
    assert reached == ["submit", "file"]
    for name in ("verify-digest", "verify-file"):
        box = page.locator(f"#{name}").bounding_box()
        assert box is not None
        assert box["height"] >= 24
