"""Changebook's own settings in a workspace, which stand in changebook.yml beside `changes/`."""

from __future__ import annotations

from pydantic import Field

from changebook.model.schema import Shape, Text


class Settings(Shape):
    """What a team chooses for the whole workspace; a client's own choices are in its profile."""

    language: Text = Field(
        "en",
        description="The language of the portfolio: `en`, `en-US`, `zh-CN`, or one that you add.",
        examples=["zh-CN"],
    )
    mkdocs: Text | None = Field(
        None,
        description="The MkDocs configuration of the sites that Changebook builds, if it is not "
        "mkdocs.yml: a file beside this one.",
        examples=["mkdocs-changes.yml"],
    )
