"""The figures as a file. No form depends on the clock: the same records, the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from changebook.exports.impact.figures import ImpactFigures
from changebook.exports.impact.shape import ImpactFile
from changebook.exports.tables import csv_file, text
from changebook.model.diagnostics import visible
from changebook.model.vocabulary import Audience
from changebook.views.impact_tables import register


def as_text(figures: ImpactFigures) -> bytes:
    """Write all tables that have rows."""
    edition, words = figures.edition, figures.words
    _ = words.gettext
    heads = [f"{edition.profile.name}: {edition.profile.project}"]
    if edition.audience is Audience.TEAM:
        heads.append(_("Internal: team edition"))
    heads.append(
        _("All amounts are before tax, as of %(day)s. Each figure lists the changes behind it.")
        % {"day": words.date(edition.as_of)}
    )
    if figures.known_on:
        heads.append(
            _("Only what was recorded by %(day)s counts.") % {"day": words.date(figures.known_on)}
        )
    blocks = ["\n".join(map(visible, heads))]
    blocks += [text.as_text(table, words) for table in figures.tables if table.rows]
    return ("\n\n".join(blocks) + "\n").encode()


def as_json(figures: ImpactFigures) -> bytes:
    """Write the shape that docs/impact-json.md documents."""
    return ImpactFile.model_validate(figures, context=figures).as_bytes()


def as_csv(figures: ImpactFigures) -> bytes:
    """Write the change order register."""
    table = register(figures.position, figures.view.titles, figures.words)
    return csv_file.as_csv(table, figures.words)


def as_xlsx(figures: ImpactFigures) -> bytes:
    """Write all tables, a sheet for each."""
    from changebook.exports.tables import workbook  # noqa: PLC0415 - slow to load

    profile = figures.edition.profile
    return workbook.as_xlsx(
        figures.tables,
        figures.words,
        creator=profile.vendor.name,
        title=profile.project,
        day=figures.edition.as_of,
    )


#: What writes each format, by its name on the command line.
FORMATS: Mapping[str, Callable[[ImpactFigures], bytes]] = MappingProxyType(
    {"text": as_text, "json": as_json, "csv": as_csv, "xlsx": as_xlsx}
)
