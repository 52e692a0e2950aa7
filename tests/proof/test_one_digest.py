"""Whatever digest stands on a paper that an edition offers, its verify page knows it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from changebook.check import load_checked
from changebook.edition.editions import Edition, make_edition
from changebook.model import sums
from changebook.model.vocabulary import Audience
from changebook.paper.documents import Printery
from changebook.paper.offered import offered
from changebook.views.proof import fingerprints

ROOT = Path(__file__).resolve().parents[2]
#: In the address that a paper's code holds, and in words, where it stands in groups.
_CODE = re.compile(r'src="(qr:[^"]+)"')
_IN_GROUPS = re.compile(r'class="digits">(<strong>[0-9a-f ]+</strong>[0-9a-f ]+)<')


def known(edition: Edition) -> set[str]:
    """The digests on the verify page."""
    found = fingerprints(edition)
    entries = [sealed.entry for sealed in found.entries]
    papers = [sealed.paper.sha256 for sealed in found.entries if sealed.paper]
    return {
        *(entry.digest for entry in entries),
        *(entry.entry for entry in entries),
        *(question.digest for question in found.questions),
        *papers,
    }


@pytest.mark.parametrize("slug", ["lakeside-clinics", "meridian-outdoor", "yunfan"])
def test_every_digest_on_paper_is_known_to_the_verify_page(slug: str) -> None:
    edition = make_edition(load_checked(ROOT)[0].client(slug), Audience.CLIENT)
    printery = Printery(edition)
    position = sums.position([r.data for r in edition.records], edition.profile, edition.as_of)
    for path, lay_out in offered(edition, position).items():
        if not path.startswith("changes/"):
            continue
        html = lay_out(printery).html
        codes = {unquote(code).partition("#digest=")[2] for code in _CODE.findall(html)}
        assert len(codes) == 1, path
        words = {re.sub("</?strong>| ", "", group) for group in _IN_GROUPS.findall(html)}
        assert codes <= words <= known(edition), path
