"""Amendments: what their changes come to, and how far their signing has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.model import sums
from changebook.model.schema import Agreement, Amendment
from changebook.model.vocabulary import AgreementStatus, Audience, Status
from changebook.views.amendments import AmendmentView, SignatureState, amendments
from tests import samples


def shown(edition: Edition) -> dict[str, AmendmentView]:
    return {view.reference: view for view in amendments(edition, position(edition))}


def position(edition: Edition) -> sums.Position:
    return sums.position([r.data for r in edition.records], edition.profile, edition.as_of)


def agreed(edition: Edition, agreements: dict[str, Agreement]) -> Edition:
    """The edition with other agreements in some records."""
    records = (
        replace(r, data=r.data.model_copy(update={"agreement": agreements[r.data.id]}))
        if r.data.id in agreements
        else r
        for r in edition.records
    )
    return replace(edition, records=tuple(records))


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("slug", samples.SLUGS)
def test_all_changes_come_to_the_forecast(slug: str, audience: Audience) -> None:
    edition = samples.edition(slug, audience)
    whole, records = position(edition), [r.data for r in edition.records]
    ids = [data.id for data in records]
    total = sums.Totals(records, edition.profile, whole).of(ids)
    assert total.net.amount == whole.forecast.amount - whole.original.amount
    assert {line.rate: line.base for line in total.tax} == {
        line.rate: line.base - (whole.original.amount if n == 0 else 0)
        for n, line in enumerate(whole.tax_on_forecast)
    }
    moved = {move.name: (move.granted, move.asked) for move in total.moves}
    for milestone in whole.milestones:
        granted, asked = moved.get(milestone.name, (0, 0))
        assert granted == (milestone.agreed - milestone.original).days
        assert asked == sum(request.days for request in milestone.requests)


@pytest.mark.parametrize("slug", samples.SLUGS)
def test_an_amendment_has_the_sum_of_its_changes(slug: str) -> None:
    edition = samples.edition(slug, Audience.CLIENT)
    views, register = shown(edition), position(edition).register
    assert len(views) >= 5
    for view in views.values():
        ids = {change.id for change in view.changes}
        if view.signing is SignatureState.SIGNED:
            assert view.sum.net.amount == sum(o.this for o in register if o.id in ids)


def test_one_reference_is_one_amendment() -> None:
    view = shown(samples.edition("meridian-outdoor", Audience.CLIENT))["SOW-2025-11 Amendment 6"]
    assert [change.id for change in view.changes] == ["MER-0010", "MER-0012"]
    assert view.title == "Lockers and bulky deliveries"
    assert view.signing is SignatureState.UNDECIDED
    assert not view.can_be_signed
    assert [change.id for change in view.of(SignatureState.TO_SIGN)] == ["MER-0010"]
    assert view.sum.net.amount == sum(change.net or 0 for change in view.changes)


def test_what_is_announced_is_there_before_any_record_names_it() -> None:
    edition = samples.edition("lakeside-clinics", Audience.CLIENT)
    announced = Amendment(reference="A 9", on=date(2026, 9, 1), title="Autumn")
    profile = edition.profile.model_copy(update={"amendments": (announced,)})
    view = shown(replace(edition, profile=profile))["A 9"]
    assert (view.signing, view.changes, view.on) == (SignatureState.ANNOUNCED, (), date(2026, 9, 1))


DRAFTING = Agreement(status=AgreementStatus.DRAFTING, reference="A 9")
SIGNED = Agreement(status=AgreementStatus.SIGNED, reference="A 9", signed=date(2026, 5, 20))


@pytest.mark.parametrize(
    ("agreements", "signing", "to_sign"),
    [
        ((DRAFTING, DRAFTING), SignatureState.TO_SIGN, ["LKC-0008", "LKC-0009"]),
        ((SIGNED, DRAFTING), SignatureState.PARTLY, ["LKC-0009"]),
        ((SIGNED, SIGNED), SignatureState.SIGNED, []),
    ],
)
def test_how_far_the_signing_has_come(
    agreements: tuple[Agreement, Agreement], signing: SignatureState, to_sign: list[str]
) -> None:
    edition = samples.edition("lakeside-clinics", Audience.CLIENT)
    ids = ("LKC-0008", "LKC-0009")
    view = shown(agreed(edition, dict(zip(ids, agreements, strict=True))))["A 9"]
    assert view.signing is signing
    assert [part.id for part in view.sum_to_sign.net.parts] == to_sign


def test_what_ended_is_not_signed_any_more() -> None:
    edition = samples.edition("lakeside-clinics", Audience.CLIENT)
    ended = next(r.data.id for r in edition.records if r.data.status is Status.REJECTED)
    view = shown(agreed(edition, {ended: DRAFTING}))["A 9"]
    assert view.signing is SignatureState.NOTHING
    assert view.sum.net.amount == 0
    assert view.changes[0].net is None


def test_an_internal_record_is_in_no_amendment_of_the_client() -> None:
    team = samples.edition("meridian-outdoor", Audience.TEAM)
    unseen = next(r.data.id for r in team.records if r.unseen)
    told = shown(agreed(team, {unseen: DRAFTING}))["A 9"]
    assert [change.row.unseen for change in told.changes] == [True]
    assert "A 9" not in shown(samples.edition("meridian-outdoor", Audience.CLIENT))


def test_addresses_rest_on_the_reference_alone() -> None:
    references = (
        "SOW-3 Amendment 2",
        "sow 3 amendment 2",
        "补充协议二",
        "补充协议三",
        "../..",
        "A" * 300,
    )
    addresses = [urls.amendment(reference) for reference in references]
    assert len(set(addresses)) == len(references)
    for address in addresses:
        folder = address.removeprefix("decisions/amendments/").removesuffix("/index.md")
        assert folder.replace("-", "").isalnum()
        assert folder.isascii()
        assert len(folder) < 80
