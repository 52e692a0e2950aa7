"""Bodies of thousands of blocks: the time to read them grows with them, not with their square."""

from __future__ import annotations

from typing import Any, SupportsIndex

import pytest
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from changebook.pages.markup.attributes import attributes_plugin


@pytest.mark.parametrize("sign", ["a\n: b\n\n", "- [ ] a\n", "1. a\n", "a\n\n"])
def test_many_blocks_are_read_in_a_time_that_grows_with_them(sign: str) -> None:
    """What stood before a block was copied for each one: 93 s for definitions."""
    copied = 0

    class Tokens(list[Token]):
        def __getitem__(self, at: SupportsIndex | slice) -> Any:
            nonlocal copied
            if isinstance(at, slice):
                copied += len(range(*at.indices(len(self))))
            return super().__getitem__(at)

    def watch(state: StateCore) -> None:
        state.tokens = Tokens(state.tokens)

    md = MarkdownIt().use(deflist_plugin).use(attributes_plugin)
    md.core.ruler.before("attributes", "watch", watch)
    md.render(sign * 1_000)
    assert copied < 10_000
