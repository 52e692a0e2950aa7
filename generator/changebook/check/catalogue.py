"""All rules by name, from the modules that declare them."""

from __future__ import annotations

from changebook.check import (
    acceptance,
    approvals,
    approvers,
    archive,
    between,
    bodies,
    corrections,
    glossaries,
    internal_work,
    isolation,
    lifecycle,
    markup,
    money,
    on_paper,
    options,
    privacy,
    proposals,
    references,
    repeated,
    revised,
    seals,
    signed_copies,
    team_files,
)
from changebook.check.since import guarding, requests, standing
from changebook.check.since import rules as since_rules
from changebook.model import chain
from changebook.model.diagnostics import Rule
from changebook.read import direction, form, front_matter, full_width, source, strays, workspace

_DECLARING = (
    acceptance,
    approvals,
    approvers,
    archive,
    between,
    bodies,
    chain,
    corrections,
    direction,
    form,
    front_matter,
    full_width,
    glossaries,
    guarding,
    internal_work,
    isolation,
    lifecycle,
    markup,
    money,
    on_paper,
    options,
    privacy,
    proposals,
    references,
    repeated,
    requests,
    revised,
    seals,
    signed_copies,
    since_rules,
    source,
    standing,
    strays,
    team_files,
    workspace,
)


def rules() -> tuple[Rule, ...]:
    """Return every rule, by name."""
    declared = {
        value.name: value
        for module in _DECLARING
        for value in vars(module).values()
        if isinstance(value, Rule)
    }
    return tuple(declared[name] for name in sorted(declared))
