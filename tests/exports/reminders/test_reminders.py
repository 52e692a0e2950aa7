"""Reminders: who is waited for, in their language, from their own edition alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.cli import main
from changebook.edition.editions import make_edition
from changebook.model.schema import ApprovalPeriod
from changebook.model.vocabulary import Audience, Party
from changebook.views.reminders import reminders
from changebook.views.waiting import WaitKind, waiting
from tests import samples
from tests.canary import CLIENT, plant

ON = date(2026, 6, 26)


def run(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["remind", "--workspace", str(root), *arguments])
    assert result.exit_code == 0, result.output
    return result


def test_each_person_hears_of_what_waits_for_them() -> None:
    client = samples.workspace().client("meridian-outdoor")
    found = reminders(make_edition(client, Audience.CLIENT, ON))
    assert [
        (each.name, [(item.kind.value, item.id, item.overdue) for item in each.items])
        for each in found
    ] == [
        (
            "Harriet Coles",
            [
                # She has approved MER-0011, and is asked no more.
                ("decision", "MER-0012", True),
                ("acceptance", "MER-0005", False),
                ("agreement", "MER-0010", False),
            ],
        ),
        # He has announced his decision on MER-0012: it waits to be recorded.
        (
            "Dominic Achebe",
            [
                ("decision", "MER-0011", True),
                ("acceptance", "MER-0005", False),
                ("agreement", "MER-0010", False),
            ],
        ),
        # She objects, and may not approve.
        ("Priya Nair", [("objection", "MER-0012", False)]),
    ]


def test_whose_approval_ended_is_not_waited_for_and_a_former_name_is_known() -> None:
    client = samples.workspace().client("meridian-outdoor")
    people = {person.name: person for person in client.profile.people}
    people["Harriet Coles"] = people["Harriet Coles"].model_copy(
        update={"approves": ApprovalPeriod(until=date(2026, 6, 25))}
    )
    people["Dominic Achebe"] = people["Dominic Achebe"].model_copy(
        update={
            "name": "Dominic Adeyemi",
            "formerly": ("Dominic Achebe",),
            "approves": ApprovalPeriod(from_=ON),
        }
    )
    profile = client.profile.model_copy(update={"people": tuple(people.values())})
    found = reminders(make_edition(replace(client, profile=profile), Audience.CLIENT, ON))
    assert {each.name: [item.id for item in each.items] for each in found} == {
        # What he announced under his former name on MER-0012 still counts.
        "Dominic Adeyemi": ["MER-0011", "MER-0005", "MER-0010"],
        "Priya Nair": ["MER-0012"],
    }


@pytest.mark.parametrize("slug", samples.SLUGS)
def test_all_that_waits_is_somebodys(slug: str) -> None:
    edition = make_edition(samples.workspace().client(slug), Audience.CLIENT, ON)
    found = reminders(edition)
    told = {(item.kind, item.id) for each in found for item in each.items}
    waits = waiting(edition.records, ON, edition.profile)
    assert told == {(kind, id) for kind in WaitKind for id in waits.ids(kind)}
    own = {p.name for p in edition.profile.people if p.party is Party.CLIENT}
    assert {each.name for each in found} <= own


def test_a_mail_is_to_one_person_in_the_client_s_language(tmp_path: Path) -> None:
    done = run(
        samples.ROOT, "lakeside-clinics", "--on", str(ON), "--format", "eml", "--out", str(tmp_path)
    )
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [
        f"2026-06-26-0{number}-lakeside-clinics.eml" for number in (1, 2, 3)
    ]
    first, second, _ = (message_from_bytes(f.read_bytes(), policy=policy.default) for f in files)
    assert first["To"] == "Marianne Holt <mholt@lakeside-clinics.example>"
    assert first["Subject"] == "Patient portal: 3 items are waiting for you. 2 are overdue."
    assert second["To"] is None
    assert "Samuel Okafor has no `email`" in done.stderr
    text = first.get_content()
    assert "was due on Jun 17, 2026" in text
    assert "https://changes.northwind.example/lakeside-clinics/changes/LKC-0010/#answer" in text
    assert "Samuel Okafor" not in text
    chinese = run(samples.ROOT, "yunfan", "--on", str(ON)).stdout
    assert "有3项等待您处理。其中2项已逾期。" in chinese
    assert "期限为2026年6月24日，已逾期" in chinese


def test_only_who_decides_is_told_when_a_decision_counts() -> None:
    letters = run(samples.ROOT, "meridian-outdoor", "--on", str(ON)).stdout.split("## ")
    assert [
        "The decision counts once it is recorded" in letter for letter in letters if letter.strip()
    ] == [True, True, False]


def test_mails_need_a_folder() -> None:
    done = CliRunner().invoke(main, ["remind", "--workspace", str(samples.ROOT), "--format", "eml"])
    assert done.exit_code == 2
    assert "add --out FOLDER" in done.output


def test_nothing_leaks_into_a_reminder(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    canaries = plant(root)
    out = tmp_path / "out"
    out.mkdir()
    (out / "md").write_bytes(run(root, CLIENT, "--on", "2026-02-13").stdout_bytes)
    found = json.loads(run(root, CLIENT, "--on", "2026-02-13", "--format", "json").stdout)
    # Whoever sends the mails needs the receiver's own address, which is no part of their text.
    assert [each.pop("email") for each in found]
    (out / "json").write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    run(root, CLIENT, "--on", "2026-02-13", "--format", "eml", "--out", str(out))
    assert len(list(out.iterdir())) > 2
    for mail in out.glob("*.eml"):
        message = message_from_bytes(mail.read_bytes(), policy=policy.default)
        mail.write_text(f"{message['Subject']}\n{message.get_content()}", "utf-8")
    assert canaries.leaks(out) == []
