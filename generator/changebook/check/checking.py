"""The checks of a workspace, in order.

A check is a generator of problems about one record, one client or one client among the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from changebook.check import (
    bodies,
    glossaries,
    isolation,
    lifecycle,
    money,
    privacy,
    proposals,
    references,
    seals,
    signed_copies,
    team_files,
)
from changebook.model.diagnostics import Problem
from changebook.read.workspace import Client, Record, Workspace, read_workspace

RECORD_CHECKS: tuple[Callable[[Record, Client], Iterator[Problem]], ...] = (
    lifecycle.check_steps,
    lifecycle.check_needs,
    lifecycle.check_visibility,
    lifecycle.check_decision,
    lifecycle.check_closed,
    references.check_id,
    references.check_lists,
    money.check_amounts,
    money.check_decimals,
    money.check_recommended,
    money.check_dates,
    money.check_agreement,
    proposals.check_proposals,
)
CLIENT_CHECKS: tuple[Callable[[Client], Iterator[Problem]], ...] = (
    references.check_profile,
    glossaries.check_glossary,
    lifecycle.check_approver,
    lifecycle.check_succession,
    money.check_contract_decimals,
    money.check_date_chain,
    privacy.check_unseen_names,
    privacy.check_internal_markers,
    seals.check_seals,
    signed_copies.check_signed_copies,
)
#: What needs to know the other clients, or the files beside the records.
SURROUNDINGS_CHECKS: tuple[Callable[[Client, Workspace], Iterator[Problem]], ...] = (
    references.check_links,
    isolation.check_other_clients,
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
    yield from references.check_unique_ids(workspace)
    yield from team_files.check_templates(workspace)
    yield from team_files.check_extensions(workspace)
    for client in workspace.clients:
        for check_record in RECORD_CHECKS:
            for record in client.records:
                yield from check_record(record, client)
        for check_client in CLIENT_CHECKS:
            yield from check_client(client)
        for check_surroundings in SURROUNDINGS_CHECKS:
            yield from check_surroundings(client, workspace)
