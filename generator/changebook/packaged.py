"""Where the templates and the default configuration that come with the package lie."""

from __future__ import annotations

from pathlib import Path

from changebook.refusal import Refusal

TEMPLATES = "site_templates"
CONFIG = "mkdocs.yml"
DOCS = "docs"

_PACKAGE = Path(__file__).resolve().parent


def _home() -> Path:
    """Return the repository when the package lies in one, else the installed package itself.

    The repository comes first because an editable install copies the templates when it is made,
    and that copy grows stale.
    """
    return checkout() or _PACKAGE


def checkout() -> Path | None:
    """Return the repository that the package lies in; None if it is installed elsewhere."""
    repository = _PACKAGE.parents[1]
    if (repository / "pyproject.toml").is_file() and (repository / TEMPLATES).is_dir():
        return repository
    return None


def templates_dir() -> Path:
    """Return the folder with the packaged pages/, theme/ and print/."""
    return _home() / TEMPLATES


def fetched_folder() -> Path:
    """Return the folder with what sites are published with that is somebody else's."""
    return _home() / "third_party" / "fetched"


def fetched(name: str) -> Path:
    """Return a file of that folder. Raises Refusal without."""
    file = fetched_folder() / name
    if not file.is_file():
        raise Refusal(
            "the script that draws diagrams is missing: install a wheel of Changebook, or run "
            "`python3 third_party/fetch.py` in its repository, which needs npm"
        )
    return file


def docs_dir() -> Path:
    """Return the folder with the documentation."""
    return _home() / DOCS


def own_templates(root: Path) -> Path | None:
    """Return the team's own templates beside its records in the workspace `root`, if it has any."""
    folder = root / TEMPLATES
    return folder if folder.is_dir() else None


def default_config() -> Path:
    """Return the mkdocs.yml of a workspace that has none of its own."""
    return _home() / CONFIG
