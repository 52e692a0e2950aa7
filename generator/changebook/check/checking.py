"""The checks of a workspace, in order.

A check is a generator of problems about one record or one client, or between clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from changebook.check import (
    acceptance,
    approvals,
    approvers,
    archive,
    bodies,
    corrections,
    glossaries,
    internal_work,
    lifecycle,
    money,
    options,
    privacy,
    proposals,
    references,
    revised,
    seals,
    signed_copies,
)
from changebook.check.between import Neighbour, check_between, facts, neighbour
from changebook.check.isolation import check_other_clients
from changebook.check.repeated import counted
from changebook.check.team_files import check_team_files
from changebook.model.diagnostics import Problem
from changebook.read.workspace import Client, Record, Workspace, read_workspace

RECORD_CHECKS: tuple[Callable[[Record, Client], Iterator[Problem]], ...] = (
    lifecycle.check_steps,
    lifecycle.check_people_of_steps,
    lifecycle.check_needs,
    lifecycle.check_visibility,
    lifecycle.check_decision,
    approvers.check_deciders,
    approvals.check_approvals,
    lifecycle.check_closed,
    references.check_id,
    references.check_lists,
    money.check_amounts,
    money.check_decimals,
    money.check_recommended,
    money.check_dates,
    money.check_agreement,
    options.check_options,
    options.check_choice,
    internal_work.check_internal_work,
    acceptance.check_acceptance,
    acceptance.check_actual,
    acceptance.check_closed_after_acceptance,
    proposals.check_proposals,
    revised.check_revisions,
)
CLIENT_CHECKS: tuple[Callable[[Client], Iterator[Problem]], ...] = (
    references.check_profile,
    corrections.check_corrections,
    approvals.check_rules,
    glossaries.check_glossary,
    approvers.check_awaited,
    lifecycle.check_succession,
    money.check_contract_decimals,
    money.check_date_chain,
    privacy.check_unseen_names,
    privacy.check_internal_markers,
    seals.check_seals,
    archive.check_archive,
    signed_copies.check_signed_copies,
    references.check_links,
    bodies.check_bodies,
)


def load_checked(root: Path) -> tuple[Workspace, list[Problem]]:
    """Return the workspace and all its problems, by file and line.

    Raises WorkspaceError where there is no workspace to read.
    """
    workspace, problems = read_workspace(root)
    return workspace, sorted((*problems, *check(workspace)))


def check(workspace: Workspace) -> Iterator[Problem]:
    """Return the problems between the keys, records and clients that could be read."""
    others = tuple(neighbour(c.slug, c.profile, c.reported) for c in workspace.clients)
    for client in workspace.clients:
        yield from check_client(client, others)
    sources = {
        source.path: source
        for client in workspace.clients
        for source in (client.source, *(record.source for record in client.records))
    }
    yield from check_between([facts(client) for client in workspace.clients], sources.get)
    yield from check_team_files(workspace.root)


def check_client(client: Client, others: Sequence[Neighbour]) -> Iterator[Problem]:
    """Return the problems of one client, who is to learn nothing of the others."""
    return counted(_of_client(client, others))


def _of_client(client: Client, others: Sequence[Neighbour]) -> Iterator[Problem]:
    for check_record in RECORD_CHECKS:
        for record in client.records:
            yield from check_record(record, client)
    for check_one in CLIENT_CHECKS:
        yield from check_one(client)
    yield from check_other_clients(client, others)
