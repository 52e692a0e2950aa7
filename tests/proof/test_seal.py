"""The seal: what `changebook seal` writes, what `verify` finds and where, what is published."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.check import load_checked
from changebook.check.seals import seal_faults
from changebook.cli import main
from changebook.edition import urls
from changebook.edition.editions import Edition, as_known, make_edition
from changebook.model import canonical, decided
from changebook.model.chain import (
    LOCK,
    ChainLink,
    Lock,
    SealedEvent,
    breaks,
    extended,
    parse,
    place,
)
from changebook.model.vocabulary import Audience
from changebook.proof import seal
from changebook.proof.verify import look_up, verify
from changebook.read.sealable import all_facts
from changebook.read.source import parse_source
from changebook.read.workspace import Client, read_workspace
from changebook.site import published_seals
from changebook.site.contents import edition_contents
from changebook.views.impact import impact
from tests.all_pages import edition_pages
from tests.scratch import Scratch

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "seal.md").read_text("utf-8")
CASES = Path(__file__).parents[1] / "cases" / "check"
#: A lock from before contracts were sealed, and one that begins with the contract.
CASE, WITH_CONTRACT = CASES / "good-sealed", CASES / "good-sealed-with-contract"
FIRST = "changes/acme/2026/ACME-0001-split-payments.md"
SECOND = "changes/acme/2026/ACME-0002-gift-cards.md"
CHAIN = f"changes/acme/{LOCK}"
PROFILE = "changes/acme/client.md"
CORRECTION = """
  corrections:
    - {on: 2026-04-02, by: Lin Wei, key: sum, was: 1200000.00, now: 1210000.00, reason: Annex 2.}"""


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A client with two approved and signed changes, four entries in its chain."""
    root = tmp_path / "workspace"
    shutil.copytree(CASE, root)
    return root


@pytest.fixture
def unsealed(sealed: Path) -> Path:
    (sealed / CHAIN).unlink()
    return sealed


def alter(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text("utf-8")
    assert text.count(old) == 1
    (root / path).write_text(text.replace(old, new), "utf-8")


def lock(root: Path) -> Lock:
    found, problem = parse((root / CHAIN).read_text("utf-8"), CHAIN)
    assert found is not None, problem
    return found


def run(*words: str, root: Path) -> Result:
    return CliRunner().invoke(main, [*words, "--workspace", str(root)])


def client(root: Path) -> Client:
    return read_workspace(root)[0].client("acme")


# What `seal` writes


def test_a_seal_is_the_same_each_time(unsealed: Path) -> None:
    assert seal.seal(unsealed).additions
    assert (unsealed / CHAIN).read_bytes() == (WITH_CONTRACT / CHAIN).read_bytes()
    assert seal.seal(unsealed) == seal.Sealing(())


def test_what_is_internal_does_not_hold_up_the_seal_of_the_contract(sealed: Path) -> None:
    """An older chain has the contract last: it came when the decisions before it did."""
    alter(sealed, SECOND, "visibility: client", "visibility: internal")
    assert seal.seal(sealed).additions
    edition = make_edition(client(sealed), Audience.CLIENT)
    assert edition.as_of == date(2026, 3, 20)
    assert [each.entry.event for each in edition.contract_seals] == [SealedEvent.BASELINE]


def test_only_what_is_new_is_added_at_the_end(sealed: Path) -> None:
    shutil.copy(WITH_CONTRACT / CHAIN, sealed / CHAIN)
    whole = lock(sealed)
    (sealed / CHAIN).write_text(Lock(entries=whole.entries[:2]).text(), "utf-8")
    (addition,) = seal.seal(sealed).additions
    assert (addition.slug, addition.entries) == ("acme", whole.entries[2:])
    assert lock(sealed) == whole


def test_a_decision_that_was_written_down_late_comes_last(unsealed: Path) -> None:
    alter(
        unsealed,
        FIRST,
        "{status: approved, on: 2026-03-20, by: Chen Yu}",
        "{status: approved, on: 2026-03-20, by: Chen Yu, recorded: 2026-04-01}",
    )
    assert [(f.link.id, f.link.event) for f in all_facts(client(unsealed))] == [
        ("ACME", SealedEvent.BASELINE),
        ("ACME-0002", SealedEvent.APPROVED),
        ("ACME-0002", SealedEvent.SIGNED),
        ("ACME-0001", SealedEvent.APPROVED),
        ("ACME-0001", SealedEvent.SIGNED),
    ]


def test_nothing_is_sealed_where_a_seal_is_broken(sealed: Path) -> None:
    (sealed / CHAIN).write_text(Lock(entries=lock(sealed).entries[:2]).text(), "utf-8")
    alter(sealed, FIRST, "Customers asked for it.", "Customers asked for it!")
    before = (sealed / CHAIN).read_bytes()
    result = run("seal", root=sealed)
    assert result.exit_code == 1
    assert "error[sealed-altered]: ACME-0001 is not what was decided" in result.output
    assert f"--> {FIRST}:" in result.output
    assert (sealed / CHAIN).read_bytes() == before


def test_nothing_is_sealed_that_has_errors_of_its_own(unsealed: Path) -> None:
    alter(unsealed, SECOND, "amount: 9000.00\n  rationale", "amount: nine\n  rationale")
    result = run("seal", root=unsealed)
    assert (result.exit_code, "error[bad-number]" in result.output) == (1, True)
    assert not (unsealed / CHAIN).exists()


def test_errors_of_others_do_not_keep_from_sealing(unsealed: Path) -> None:
    draft = "---\nid: ACME-0003\ntitle: X\nstatus: draft\nvisibility: client\nnonsense: 1\n---\n"
    (unsealed / "changes/acme/2026/ACME-0003-x.md").write_text(draft, "utf-8")
    assert seal.seal(unsealed).additions


def test_seal_says_what_it_did_and_check_writes_nothing(unsealed: Path) -> None:
    would = run("seal", "--check", root=unsealed)
    assert would.exit_code == 1
    assert not (unsealed / CHAIN).exists()
    done = run("seal", "--client", "acme", root=unsealed)
    assert (done.exit_code, done.output) == (0, would.stdout)
    digest = canonical.short(lock(unsealed).entries[0].digest)
    assert f"1  {digest}  contract signed on 2026-01-15\n" in done.output
    assert run("seal", "--check", root=unsealed).output == "All that was decided is sealed.\n"
    assert [
        file.name for file in (unsealed / CHAIN).parent.iterdir() if file.suffix == ".new"
    ] == []


def test_an_unknown_client_can_not_be_sealed(sealed: Path) -> None:
    result = run("seal", "--client", "nobody", root=sealed)
    assert result.exit_code == 2
    assert "no client `nobody`; there are: acme" in result.output


def test_a_link_in_the_lock_s_place_is_not_followed(unsealed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("not ours", "utf-8")
    (unsealed / CHAIN).symlink_to(other)
    assert run("seal", root=unsealed).exit_code == 1
    assert other.read_text("utf-8") == "not ours"


# What `verify` finds


def test_what_was_sealed_is_sound(sealed: Path) -> None:
    result = run("verify", root=sealed)
    last = canonical.short(lock(sealed).entries[-1].entry)
    assert (result.exit_code, result.output) == (0, f"acme: sound, 4 entries, the last {last}\n")


def test_verify_says_so_where_nothing_is_sealed(unsealed: Path) -> None:
    result = run("verify", root=unsealed)
    assert result.exit_code == 1
    assert "`acme` has no decisions.lock" in result.output
    assert "acme: NOT SOUND, 0 entries\n" in result.output
    assert load_checked(unsealed)[1] == []


def test_a_client_without_decisions_needs_no_lock(unsealed: Path) -> None:
    for path in (FIRST, SECOND):
        (unsealed / path).unlink()
    assert verify(unsealed).is_sound


def test_verify_answers_programs(sealed: Path) -> None:
    alter(sealed, FIRST, "title: Split payments", "title: Split payment")
    result = run("verify", "--format", "json", root=sealed)
    (row,) = json.loads(result.output)
    assert result.exit_code == 1
    assert row["last"] == lock(sealed).entries[-1].entry
    assert {key: row[key] for key in ("client", "sound", "entries")} == {
        "client": "acme",
        "sound": False,
        "entries": 4,
    }
    assert [p["rule"] for p in row["problems"]] == ["sealed-altered"]


def test_a_sealed_record_that_can_not_be_read_is_not_sound(sealed: Path) -> None:
    (sealed / FIRST).write_bytes(b"---\nid: [\n---\n")
    (chain,) = verify(sealed).chains
    assert {problem.rule for problem in chain.problems} == {"broken-yaml"}


def test_a_lock_that_can_not_be_read_is_not_sound(sealed: Path) -> None:
    for raw in (b"", b"[]", b"\xff", b"[" * 100_000, b'{"version": 2, "entries": []}', b"9" * 5000):
        (sealed / CHAIN).write_bytes(raw)
        (chain,) = verify(sealed).chains
        assert {problem.rule for problem in chain.problems} == {"broken-lock"}, raw
        assert run("seal", root=sealed).exit_code == 1


def test_a_sealed_client_whose_profile_can_not_be_read_is_not_passed_over(sealed: Path) -> None:
    (sealed / "changes/acme/client.md").write_text("---\nname: [\n---\n", "utf-8")
    result = run("verify", root=sealed)
    assert result.exit_code == 2
    assert "the profile of `acme` can't be read" in result.output


def test_windows_line_ends_do_not_matter(sealed: Path) -> None:
    for path in (FIRST, CHAIN):
        text = (sealed / path).read_text("utf-8")
        (sealed / path).write_bytes(text.replace("\n", "\r\n").encode())
    assert verify(sealed).is_sound


def test_a_decision_that_is_taken_back_to_a_draft_is_found(sealed: Path) -> None:
    text = (sealed / FIRST).read_text("utf-8").replace("status: approved", "status: submitted", 1)
    lines = [
        line
        for line in text.splitlines(keepends=True)
        if "approved, on: 2026-03-20, by" not in line
    ]
    (sealed / FIRST).write_text("".join(lines), "utf-8")
    (chain,) = verify(sealed).chains
    assert "ACME-0001 was approved and is now submitted" in chain.problems[0].message


def test_each_finding_points_at_its_line(sealed: Path) -> None:
    text = (sealed / CHAIN).read_text("utf-8").split("\n")
    for index, entry in enumerate(lock(sealed).entries):
        for key in type(entry).model_fields:
            line, column, width = place(index, key)
            assert text[line - 1][column - 1 : column - 1 + width] == f'"{key}"'
        line, column, _ = place(index)
        assert text[line - 1][column - 1 :] == "{"
        assert f'"number": {index + 1},' in text[line]


def test_a_chain_that_was_made_again_is_sound_in_itself(sealed: Path) -> None:
    """Which is what anchors are for."""
    (sealed / CHAIN).unlink()
    alter(sealed, FIRST, "Customers asked for it.", "Nobody asked for it.")
    seal.seal(sealed)
    assert verify(sealed).is_sound
    assert lock(sealed).entries[-1].entry != lock(CASE).entries[-1].entry


def test_an_entry_that_was_made_again_with_another_day_is_found(sealed: Path) -> None:
    links = [ChainLink(e.id, e.revision, e.event, e.on, e.digest) for e in lock(sealed).entries]
    links[0] = ChainLink("ACME-0001", 1, SealedEvent.APPROVED, date(2026, 1, 1), links[0].digest)
    forged = extended(Lock(), links)
    assert not list(breaks(forged))
    (sealed / CHAIN).write_text(forged.text(), "utf-8")
    (chain,) = verify(sealed).chains
    assert "was altered: ACME-0001 was approved on 2026-03-20" in chain.problems[0].message


def test_what_comes_with_changebook_is_sealed(workspace: Path) -> None:
    for root in (ROOT, workspace):
        assert verify(root).is_sound, root


# Since when


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """The same in a repository, with the tag `then` at the commit that sealed it."""
    made = Scratch.at(tmp_path / "repository")
    shutil.copytree(CASE / "changes", made.root / "changes")
    made.commit({}, "Sealed")
    made.git("tag", "then")
    return made


def altered(scratch: Scratch, path: str, old: str, new: str, subject: str) -> str:
    alter(scratch.root, path, old, new)
    return scratch.commit({}, subject)


def messages(scratch: Scratch, base: str = "then") -> list[str]:
    return [p.message for chain in verify(scratch.root, base=base).chains for p in chain.problems]


def test_nothing_is_found_where_the_chain_goes_on(scratch: Scratch) -> None:
    third = (scratch.root / SECOND).read_text("utf-8").replace("ACME-0002", "ACME-0003")
    scratch.write({"changes/acme/2026/ACME-0003-vouchers.md": third})
    seal.seal(scratch.root)
    scratch.commit({}, "One more")
    assert messages(scratch) == []


def test_the_commit_that_altered_a_record_is_named(scratch: Scratch) -> None:
    altered(scratch, FIRST, "status: signed,", "status: signed,   ", "Layout")
    altered(scratch, SECOND, "summary: Gift", "summary: The gift", "Not sealed")
    guilty = altered(scratch, FIRST, "  amount: 54000.00", "  amount: 64000.00", "Small fixes")
    altered(scratch, FIRST, "summary: Split", "summary: The split", "Later")
    (chain,) = verify(scratch.root, base="then").chains
    (problem,) = chain.problems
    assert problem.message.endswith(
        f"Altered in {guilty[:12]} of 2026-03-02 (Small fixes): `decision.amount`."
    )
    assert (problem.path, problem.line) == (FIRST, 19)


def test_a_record_that_was_renamed_is_followed(scratch: Scratch) -> None:
    scratch.git("mv", FIRST, FIRST.replace("split-payments", "two-cards"))
    scratch.commit({}, "Rename")
    guilty = altered(
        scratch, FIRST.replace("split-payments", "two-cards"), "asked for it", "asked", "Reword"
    )
    (message,) = messages(scratch)
    assert f"Altered in {guilty[:12]} of 2026-03-02 (Reword): `reason.text`." in message


def test_what_is_not_committed_is_named(scratch: Scratch) -> None:
    alter(scratch.root, SECOND, "Amendment 2", "Amendment 3")
    (message,) = messages(scratch)
    assert message.endswith("Altered since the last commit: `agreement.reference`.")


def test_what_a_merge_brought_is_put_on_the_merge(scratch: Scratch) -> None:
    scratch.branch("side")
    altered(scratch, FIRST, "  amount: 54000.00", "  amount: 64000.00", "On the side")
    scratch.checkout("main")
    altered(scratch, SECOND, "summary: Gift", "summary: The gift", "On main")
    scratch.git("merge", "--quiet", "--no-edit", "--message=Merge side", "side")
    (message,) = messages(scratch)
    assert "(Merge side): `decision.amount`" in message


def test_the_commit_that_removed_a_record_is_named(scratch: Scratch) -> None:
    guilty = scratch.commit({SECOND: None}, "Clean up")
    altered(scratch, FIRST, "summary: Split", "summary: The split", "Later")
    (message,) = messages(scratch)
    assert message.endswith(f"Removed in {guilty[:12]} of 2026-03-02 (Clean up).")


def test_what_was_so_before_is_not_put_on_anybody(scratch: Scratch) -> None:
    altered(scratch, FIRST, "asked for it", "asked", "Reword")
    scratch.git("tag", "after")
    (message,) = messages(scratch, "after")
    assert message.endswith("No state since after is what was sealed.")


def test_a_chain_that_was_made_again_is_found_with_a_base(scratch: Scratch) -> None:
    alter(scratch.root, FIRST, "Customers asked for it.", "Nobody asked for it.")
    (scratch.root / CHAIN).unlink()
    seal.seal(scratch.root)
    guilty = scratch.commit({}, "Seal again")
    (message,) = messages(scratch)
    assert message == (
        "At then the seals had entry 1 (ACME-0001 approved 2026-03-20), but "
        "entry 1 (contract signed 2026-01-15) is in its place. "
        f"Altered in {guilty[:12]} of 2026-03-02 (Seal again)."
    )


def test_a_chain_that_was_cut_is_found_with_a_base(scratch: Scratch) -> None:
    short = Lock(entries=lock(scratch.root).entries[:2]).text()
    guilty = scratch.commit({CHAIN: short, SECOND: None}, "Never happened")
    assert verify(scratch.root).is_sound
    (message,) = messages(scratch)
    assert "entry 3 (ACME-0002 approved 2026-03-23), but it is gone. " in message
    assert guilty[:12] in message


def test_a_client_that_is_gone_is_found_with_a_base(scratch: Scratch) -> None:
    scratch.git("mv", "changes/acme", "changes/other")
    scratch.commit({}, "Move")
    assert verify(scratch.root).is_sound
    result = run("verify", "--base", "then", root=scratch.root)
    assert result.exit_code == 1
    assert "error[seals-rewritten]: At then the seals had entry 1" in result.output
    assert "acme: NOT SOUND, 0 entries" in result.output
    assert "other: sound, 4 entries" in result.output


@pytest.mark.parametrize("way", ["a profile that can't be read", "a symbolic link"])
def test_a_client_without_seals_that_can_not_be_read_is_no_way_round(
    scratch: Scratch, way: str
) -> None:
    """It was neither gone nor read, so nothing was verified, and nothing said."""
    (scratch.root / CHAIN).unlink()
    folder = scratch.root / "changes" / "acme"
    if way == "a symbolic link":
        folder.rename(scratch.root / "elsewhere")
        folder.symlink_to("../elsewhere")
    else:
        (folder / "client.md").write_text("x: [")
    result = run("verify", "--base", "then", root=scratch.root)
    assert result.exit_code == 1
    assert "acme: NOT SOUND, 0 entries" in result.output


def test_a_base_whose_seals_can_not_be_read_is_no_way_round(scratch: Scratch) -> None:
    whole = (scratch.root / CHAIN).read_text("utf-8")
    scratch.commit({CHAIN: whole.replace("1,", "one,", 1)}, "Break")
    scratch.git("tag", "broken")
    scratch.commit({CHAIN: whole}, "Mend")
    assert messages(scratch) == []
    (message,) = messages(scratch, "broken")
    assert message == "At broken the seals can't be read, so there is nothing to compare with."


def test_an_unknown_revision_is_no_verdict(scratch: Scratch) -> None:
    result = run("verify", "--base", "nowhere", root=scratch.root)
    assert result.exit_code == 2
    assert "git does not know the revision `nowhere`" in result.output


# Whose a digest is


def told(root: Path, digest: str) -> tuple[int, str]:
    result = run("verify", "--digest", digest, root=root)
    return result.exit_code, result.output


def test_a_digest_in_any_form_names_its_record(sealed: Path) -> None:
    digest = lock(sealed).entries[0].digest
    said = (
        f"{canonical.short(digest)} is ACME-0001 Split payments, revision 1, approved on "
        "2026-03-20: entry 1 of `acme`. The record is still the same.\n"
    )
    for form in (digest, digest[:12], canonical.grouped(digest), canonical.short(digest.upper())):
        assert told(sealed, form) == (0, said)


def test_the_digest_of_an_entry_stands_for_all_before_it(sealed: Path) -> None:
    code, text = told(sealed, lock(sealed).entries[3].entry)
    assert code == 0
    assert "is entry 4 of `acme` with all before it: ACME-0002 Gift cards" in text


def test_a_digest_of_an_altered_record_says_so(sealed: Path) -> None:
    alter(sealed, FIRST, "title: Split payments", "title: Split payment")
    code, text = told(sealed, lock(sealed).entries[0].digest)
    assert (code, "The record was ALTERED since." in text) == (1, True)


def test_what_became_of_a_change_is_said(sealed: Path) -> None:
    alter(
        sealed,
        FIRST,
        "  - {status: approved, on: 2026-03-20, by: Chen Yu}\n",
        "  - {status: approved, on: 2026-03-20, by: Chen Yu}\n"
        "  - {status: void, on: 2026-04-02, by: Chen Yu, note: The campaign ended.}\n",
    )
    alter(sealed, FIRST, "status: approved\n", "status: void\n")
    code, text = told(sealed, lock(sealed).entries[0].digest)
    assert (code, text.endswith("still the same. It was void on 2026-04-02.\n")) == (0, True)


def test_the_fingerprint_of_an_answer_is_found_before_and_after_the_decision(sealed: Path) -> None:
    record = client(sealed).records[0]
    asked = canonical.short(canonical.digest(decided.question(record.source.data)))
    assert told(sealed, asked) == (
        0,
        f"{asked} is ACME-0001 Split payments, revision 1, as `acme` was asked to decide on it.\n",
    )
    alter(sealed, FIRST, "Customers asked for it.", "Others asked for it.")
    assert told(sealed, asked)[0] == 1


def test_a_digest_of_what_is_not_sealed_yet(unsealed: Path) -> None:
    code, text = told(unsealed, lock(CASE).entries[1].digest)
    assert (code, text.endswith("revision 1 of `acme`, signed and not sealed.\n")) == (0, True)


def test_a_digest_of_nothing_and_what_is_no_digest(sealed: Path) -> None:
    assert told(sealed, "0" * 12) == (
        1,
        "No record of this workspace has this digest, nor any entry of its seals.\n",
    )
    for wrong in ("0" * 11, "0" * 65, "xyz", ""):
        assert told(sealed, wrong)[0] == 2


def test_programs_can_look_up_a_digest(sealed: Path) -> None:
    digest = lock(sealed).entries[2].digest
    result = run("verify", "--format", "json", "--digest", digest, root=sealed)
    assert json.loads(result.output) == [
        {
            "slug": "acme",
            "id": "ACME-0002",
            "title": "Gift cards",
            "what": "decided",
            "revision": 1,
            "number": 3,
            "event": "approved",
            "on": "2026-03-23",
            "digest": digest,
            "holds": True,
            "ended": None,
            "imported": None,
        }
    ]
    assert look_up(read_workspace(sealed)[0], digest)[0].holds


# What is published


def edition(root: Path, audience: Audience = Audience.CLIENT, day: date | None = None) -> Edition:
    return make_edition(client(root), audience, day)


def published(of: Edition) -> list[dict[str, object]]:
    text = published_seals.as_json(of)
    assert text is not None
    entries = json.loads(text)["entries"]
    assert isinstance(entries, list)
    return entries


def test_what_is_published_is_all_that_it_takes(sealed: Path) -> None:
    for entry, sealed_entry in zip(published(edition(sealed)), lock(sealed).entries, strict=True):
        content = entry.pop("content")
        assert canonical.digest(content) == entry["digest"]
        assert entry == sealed_entry.model_dump(mode="json")
        entry.pop("entry")
        assert canonical.digest(entry) == sealed_entry.entry


def test_an_edition_has_what_was_decided_by_its_day(sealed: Path) -> None:
    day = date(2026, 3, 21)
    assert [entry["number"] for entry in published(edition(sealed, day=day))] == [1, 2]
    assert [e["number"] for e in published(as_known(edition(sealed), day))] == [1, 2]
    assert published_seals.as_json(edition(sealed, day=date(2026, 3, 10))) is None


def test_nothing_is_published_where_nothing_is_sealed(unsealed: Path) -> None:
    files = edition_contents(edition(unsealed), unsealed, directory_urls=True).files
    assert urls.SEALS not in {file.path for file in files}
    by_path = {page.path: page.content for page in edition_pages(edition(unsealed))}
    assert "cb-seal" not in by_path[urls.DECISIONS] + by_path[urls.record("ACME-0001")]


def test_pages_show_the_digests(sealed: Path) -> None:
    by_path = {page.path: page.content for page in edition_pages(edition(sealed))}
    first, signed, *_, last = lock(sealed).entries
    page = re.sub(r"</?strong>", "", by_path[urls.record("ACME-0001")])
    assert f'Sealed as No. 1 <code class="cb-digest">{canonical.grouped(first.digest)}' in page
    assert f'Sealed as No. 2 <code class="cb-digest">{canonical.grouped(signed.digest)}' in page
    decisions = re.sub(r"</?strong>", "", by_path[urls.DECISIONS])
    assert canonical.grouped(last.entry) in decisions
    assert 'href="decisions.json" download="acme-2026-03-23-decisions.json"' in decisions


def test_the_lock_itself_is_no_file_of_an_edition(sealed: Path) -> None:
    alter(sealed, FIRST, "by: Chen Yu}\n---\n", f"by: Chen Yu}}\n---\n[Seals](../{LOCK})\n")
    assert "broken-link" in {problem.rule for problem in load_checked(sealed)[1]}


def test_ids_that_the_reader_does_not_see_are_not_published(sealed: Path) -> None:
    """A digest stays what it is; what it was made from is then left out."""
    (sealed / CHAIN).unlink()
    alter(
        sealed,
        SECOND,
        "history:\n",
        "links: {supersedes: [ACME-0003], mode: delta}\nhistory:\n",
    )
    hidden = "---\nid: ACME-0003\ntitle: X\nstatus: draft\nvisibility: internal\n---\n"
    (sealed / "changes/acme/2026/ACME-0003-x.md").write_text(hidden, "utf-8")
    facts = all_facts(client(sealed))
    (sealed / CHAIN).write_text(extended(Lock(), (f.link for f in facts)).text(), "utf-8")
    assert [f for f in seal_faults(client(sealed)) if f.entry] == []
    text = published_seals.as_json(edition(sealed)) or b""
    assert b"ACME-0003" not in text
    assert [entry["content"] is None for entry in published(edition(sealed))] == [
        False,
        False,
        False,
        True,
        False,
    ]
    team = published(edition(sealed, Audience.TEAM))
    assert all(entry["content"] is not None for entry in team)


# The contract


def test_an_earlier_lock_is_sound_and_gets_its_contract_at_the_end(sealed: Path) -> None:
    assert verify(sealed).is_sound
    before = lock(sealed).entries
    (addition,) = seal.seal(sealed).additions
    assert [entry.event for entry in addition.entries] == [SealedEvent.BASELINE]
    assert lock(sealed).entries[:-1] == before
    assert verify(sealed).is_sound


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sum: 1200000.00", "sum: 1200000.0"),
        ("reference: SOW-3", "reference: SOW-4"),
        ("name: UAT starts", "name: UAT ends"),
        ("  currency: CNY", "  currency: CNY\n  effort: 640"),
        ("prefix: ACME", "prefix: ACM"),
    ],
)
def test_no_key_of_a_sealed_contract_is_altered_unseen(sealed: Path, old: str, new: str) -> None:
    shutil.copy(WITH_CONTRACT / CHAIN, sealed / CHAIN)
    alter(sealed, PROFILE, old, new)
    problems = [p for p in load_checked(sealed)[1] if p.rule == "sealed-altered"]
    assert [(p.path, p.severity) for p in problems] == [(PROFILE, "error")]


def test_a_correction_is_sealed_and_the_contract_still_holds(sealed: Path) -> None:
    shutil.copy(WITH_CONTRACT / CHAIN, sealed / CHAIN)
    alter(sealed, PROFILE, "sum: 1200000.00", f"sum: 1210000.00{CORRECTION}")
    (addition,) = seal.seal(sealed).additions
    assert [(e.event, e.revision) for e in addition.entries] == [(SealedEvent.CORRECTED, 2)]
    assert verify(sealed).is_sound
    digest = addition.entries[0].digest
    assert "ACME SOW-3, revision 2, corrected on 2026-04-02" in told(sealed, digest)[1]
    alter(sealed, PROFILE, "reason: Annex 2.", "reason: Annex 3.")
    assert not verify(sealed).is_sound


def test_figures_follow_a_correction_from_its_day_on(sealed: Path) -> None:
    alter(sealed, PROFILE, "sum: 1200000.00", f"sum: 1210000.00{CORRECTION}")
    assert seal.seal(sealed).additions
    sums = {
        day: impact(edition(sealed, day=date.fromisoformat(day))).position.original.amount
        for day in ("2026-04-01", "2026-04-02")
    }
    assert sums == {"2026-04-01": 1200000, "2026-04-02": 1210000}
    assert edition(sealed).as_of == date(2026, 4, 2)
    now = edition(sealed, day=date(2026, 4, 30))
    past = [now.past.on(date(2026, 4, day)).position.original.amount for day in (1, 2)]
    assert past == [1200000, 1210000]
    known = as_known(now, date(2026, 4, 30), date(2026, 4, 1))
    assert impact(known).position.original.amount == 1200000
    pages = {page.path: page.content for page in edition_pages(now)}
    assert "Annex 2." in pages[urls.IMPACT]
    assert "Annex 2." in pages[urls.report("2026-04")]
    assert "Annex 2." not in pages[urls.report("2026-03")]
    before = edition(sealed, day=date(2026, 4, 1))
    assert b"Annex" not in (published_seals.as_json(before) or b"")
    assert "Annex" not in "".join(page.content for page in edition_pages(before))


def test_the_commit_that_altered_the_contract_is_named(scratch: Scratch) -> None:
    seal.seal(scratch.root)
    scratch.commit({}, "Seal the contract")
    altered(scratch, PROFILE, "sum: 1200000.00", "sum: 1250000.00", "More money")
    (message,) = messages(scratch)
    assert "The contract is not the one that was sealed" in message
    assert "(More money): `contract.sum`." in message


# What docs/seal.md says


def block(kind: str, which: int = 0) -> str:
    blocks: list[str] = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return blocks[which]


def test_the_worked_example_is_right() -> None:
    source, problems = parse_source(f"---\n{block('yaml')}---\n", "example")
    assert source is not None, problems
    form = block("json", 0).removesuffix("\n")
    assert canonical.form(decided.content(source.data)).decode() == form
    digest = block("text").strip()
    assert canonical.digest(json.loads(form)) == digest
    assert f"`{canonical.short(digest)}`" in PAGE
    found, problem = parse(block("json", 1), "example")
    assert found is not None, problem
    assert (found.entries[0].digest, list(breaks(found))) == (digest, [])
    link = ChainLink("ACME-0007", 1, SealedEvent.APPROVED, date(2026, 3, 20), digest)
    assert extended(Lock(), [link]) == found


def test_the_script_of_the_page_needs_nothing_of_ours(sealed: Path, tmp_path: Path) -> None:
    script, file = tmp_path / "verify.py", tmp_path / "decisions.json"
    script.write_text(block("python"), "utf-8")

    def said(text: str) -> subprocess.CompletedProcess[str]:
        file.write_text(text, "utf-8")
        return subprocess.run(
            [sys.executable, "-I", script, file], capture_output=True, text=True, check=False
        )

    text = (published_seals.as_json(edition(sealed)) or b"").decode()
    last = lock(sealed).entries[-1].entry
    assert said(text).stdout == f"sound, the last entry is {last}\n"
    assert "ACME-0001 was altered" in said(text.replace("Split payments", "Split pay", 1)).stderr
    assert "entry 2 is not what" in said(text.replace('"signed",', '"rejected",', 1)).stderr
    whole = json.loads(text)
    del whole["entries"][1]
    assert "entry 3 does not follow the one above it" in said(json.dumps(whole)).stderr


def test_the_page_s_table_of_keys_is_what_the_code_seals() -> None:
    rows = dict(re.findall(r"^\| (`(?:approved|signed)`.*?) \| (.*?) \|$", PAGE, re.MULTILINE))
    keys = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in rows.items()}
    front = dict.fromkeys("id title scope reason impact options decision agreement".split(), "x")
    whole = front | {"links": {"supersedes": ["x"], "mode": "x", "related": ["x"]}}
    content = decided.content(whole)
    assert keys["`approved`, `rejected`"] == {*content, *content["links"]}
    # The row names one more key, to say that it is left out.
    assert keys["`signed`"] == {*decided.agreement(whole), "signed_copy"}


def test_an_archive_that_is_not_sealed_can_be(tmp_path: Path) -> None:
    """The error says to run `seal`, so it must not stop it."""
    case = Path(__file__).parents[1] / "cases/check/unsealed-archive"
    root = tmp_path / "workspace"
    shutil.copytree(case, root)
    done = CliRunner().invoke(main, ["seal", "--workspace", str(root)])
    assert done.exit_code == 0, done.output
    assert not load_checked(root)[1]
