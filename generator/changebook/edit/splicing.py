"""YAML text cut and spliced at the places of its nodes, so that the rest stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import yaml

from changebook.edit import yaml_text
from changebook.edit.yaml_text import STEP, WIDTH, Value
from changebook.model.diagnostics import KeyPath
from changebook.refusal import Refusal

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_BREAK = re.compile(r"\r\n|\r|\n")
_REST_OF_LINE = re.compile(r"[ \t]*(,?)[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
_COMMENT_LINE = re.compile(r"[ \t]*(#[^\r\n]*)?[\r\n]*")


@dataclass
class Splicer:
    """A front matter whose text is changed in place: `head` and `tail` are the file around it.

    `about` says in a refusal what was to be changed. Nodes hold places in the text as it was
    parsed, so it is parsed again after each splice.
    """

    about: str
    head: str
    text: str
    tail: str

    def __post_init__(self) -> None:
        self.parse()

    @classmethod
    def of(cls, text: str, body_line: int, about: str) -> Splicer:
        """Take the front matter of a file that was read: its body begins with line `body_line`."""
        lines = LINE.findall(text)
        close = body_line - 2
        return cls(about, lines[0], "".join(lines[1:close]), "".join(lines[close:]))

    def refuse(self) -> NoReturn:
        raise Refusal(
            f"{self.about} is written in a way that can't be changed without touching more: "
            "change it by hand"
        )

    def parse(self) -> None:
        try:
            root = yaml.compose(self.text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            root = None
        self.root: yaml.Node = root or self.refuse()

    def splice(self, start: int, end: int, new: str) -> None:
        self.text = self.text[:start] + new + self.text[end:]
        self.parse()

    # Looking around

    def pair(self, path: KeyPath) -> tuple[yaml.Node, yaml.Node]:
        """Return the key and the value at a path whose last step is a key."""
        holder = self.node(path[:-1])
        if isinstance(holder, yaml.MappingNode):
            for name, value in holder.value:
                if name.value == path[-1]:
                    return name, value
        return self.refuse()

    def node(self, path: KeyPath) -> yaml.Node:
        *_, (depth, node) = self.walk(path)
        return node if depth == len(path) else self.refuse()

    def depth(self, path: KeyPath) -> int:
        """Return how many steps of the path are there, a last one without value included."""
        return max(depth for depth, _ in self.walk(path))

    def walk(self, path: KeyPath) -> Iterator[tuple[int, yaml.Node]]:
        """Yield the nodes along a path, as far as they are there, with the steps to each."""
        here = self.root
        yield 0, here
        for depth, step in enumerate(path, 1):
            if isinstance(here, yaml.MappingNode):
                below = [value for name, value in here.value if name.value == step]
            elif isinstance(here, yaml.SequenceNode) and isinstance(step, int):
                below = here.value[step : step + 1]
            else:
                return
            if not below:
                return
            here = below[0]
            yield depth, here

    def is_empty(self, path: KeyPath) -> bool:
        """Return whether the value at a path is left out, or is a word for nothing."""
        node = self.node(path)
        return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"

    def in_flow(self, path: KeyPath) -> bool:
        """Return whether what is at a path is within brackets."""
        return any(_is_flow(node) for depth, node in self.walk(path) if depth < len(path))

    def end(self, node: yaml.Node) -> int:
        """Return where a value really ends: before the comments and empty lines that follow it."""
        start, end = _start(node), int(node.end_mark.index)
        if isinstance(node, yaml.CollectionNode) and not _is_flow(node):
            last = node.value[-1]
            return self.end(last[1] if isinstance(last, tuple) else last)
        if _is_folded(node):
            header = _BREAK.split(self.text[start:end], maxsplit=1)[0]
            if "+" not in header.partition("#")[0]:
                return start + len(self.text[start:end].rstrip(" \r\n"))
        return end

    def line_start(self, index: int) -> int:
        return max(self.text.rfind("\n", 0, index), self.text.rfind("\r", 0, index)) + 1

    def line_before(self, start: int) -> int:
        """Return where the line before the one that begins at `start` begins."""
        return self.line_start(start - 2 if self.text.endswith("\r\n", 0, start) else start - 1)

    def next_line(self, index: int) -> int:
        """Return where the line after the one of a value's end begins."""
        if index and self.text[index - 1] in "\r\n":
            return index
        line_end = _BREAK.search(self.text, index)
        return line_end.end() if line_end else len(self.text)

    def newline(self, index: int) -> str:
        """Return the line end in use around a place: of its line, or of the one before it."""
        before = self.head + self.text[: self.next_line(index)]
        return next(end for end in ("\r\n", "\n", "\r") if before.endswith(end))

    def column(self, index: int) -> int:
        return index - self.line_start(index)

    def begins_line(self, index: int) -> bool:
        return not self.text[self.line_start(index) : index].strip()

    # Changing

    def put(self, path: KeyPath, value: Value) -> None:
        """Put another value in the place of one."""
        node, flow = self.node(path), self.in_flow(path)
        start, end = _start(node), self.end(node)
        folded = _is_folded(node)
        is_long = isinstance(value, str) and "\n" in value and not flow
        if (
            isinstance(node, yaml.ScalarNode)
            and isinstance(value, yaml_text.Scalar)
            and not folded
            and not is_long
        ):
            self.splice(start, end, yaml_text.scalar(value, flow=flow, quote=_quote(node)))
        elif flow:
            self.splice(start, end, yaml_text.inline(value))
        else:
            self.clear(path)
            self.fill(path, [], value)

    def clear(self, path: KeyPath) -> None:
        """Remove a value and leave its key. Comments within the value are kept."""
        name, node = self.pair(path)
        start, end = _start(node), self.end(node)
        if isinstance(node, yaml.CollectionNode) and not _is_flow(node):
            start, end = self.next_line(int(name.end_mark.index)), self.next_line(end)
            if start > _start(node):
                self.refuse()
        else:
            start = len(self.text[:start].rstrip(" \t"))
        inner = self.text[start:end]
        looked_at = inner if isinstance(node, yaml.CollectionNode) else ""
        if _is_folded(node):
            looked_at = _BREAK.split(inner, maxsplit=1)[0]
        if re.search(r"(?:^|\s)#", looked_at):
            self.refuse()
        self.splice(start, end, "")

    def fill(self, path: KeyPath, names: Sequence[str], value: Value) -> None:
        """Write a value, below `names` if there are any, for a key that has none."""
        name, node = self.pair(path)
        flow = self.in_flow(path)
        if node.value:  # `~` or `null`
            self.splice(_start(node), int(node.end_mark.index), "")
            name, node = self.pair(path)
        colon = _start(node)
        before = self.text[:colon].rstrip(" \t")
        if not before.endswith(":"):
            self.refuse()
        colon = len(before)
        if flow:
            for outer in reversed(names):
                value = {outer: value}
            self.splice(colon, colon, f" {yaml_text.inline(value)}")
            return
        indent = self.column(_start(name))
        first, *lines = yaml_text.entry([str(path[-1]), *names], value, indent)
        shown = first[indent + len(yaml_text.key(str(path[-1]))) + 1 :]
        end, at = self.newline(colon), self.next_line(colon)
        added = "".join(f"{line}{end}" for line in lines)
        self.splice(colon, at, shown + self.text[colon:at] + added)

    def add(self, path: KeyPath, names: Sequence[str], value: Value, order: Sequence[str]) -> None:
        """Add a key that the mapping at `path` does not have, at its place in the order."""
        holder = self.node(path)
        if not isinstance(holder, yaml.MappingNode):
            self.refuse()
        before = _predecessor(holder, names[0], order)
        if _is_flow(holder):
            for outer in reversed(names[1:]):
                value = {outer: value}
            piece = f"{yaml_text.key(names[0], flow=True)}: {yaml_text.inline(value)}"
            if before is None:
                self.put_first(holder, piece)
            else:
                self.put_after(path, _start(before[0]), self.end(before[1]), piece)
            return
        first = _start(holder.value[0][0])
        indent = self.column(first)
        lines = yaml_text.entry(names, value, indent)
        if before is not None:
            self.insert_lines(self.next_line(self.end(before[1])), lines)
        else:
            end = self.newline(first)
            text = "".join(f"{line}{end}" for line in lines)
            self.splice(first, first, text[indent:] + " " * indent)

    def add_lines(
        self, path: KeyPath, name: str, lines: Sequence[str], order: Sequence[str]
    ) -> None:
        """Add lines for a key that the mapping at `path`, on lines of its own, does not have."""
        holder = self.node(path)
        if not isinstance(holder, yaml.MappingNode) or _is_flow(holder):
            self.refuse()
        before = _predecessor(holder, name, order)
        first = _start(holder.value[0][0])
        pad = " " * self.column(first)
        at = self.next_line(self.end(before[1])) if before else self.line_start(first)
        self.insert_lines(at, [pad + line for line in lines])

    def append(self, path: KeyPath, item: Value) -> None:
        """Append an item after the last, written as that one is."""
        node = self.node(path)
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.refuse()
        last = node.value[-1]
        if _is_flow(node):
            self.put_after(path, _start(last), self.end(last), yaml_text.listed(item))
            return
        dash = _start(node)
        if self.text[dash] != "-":
            self.refuse()
        column = self.column(dash)
        inner = self.column(_start(last)) if isinstance(last, yaml.MappingNode) else column + STEP
        if isinstance(item, Mapping) and isinstance(last, yaml.MappingNode) and not _is_flow(last):
            first, *rest = yaml_text.below(item, inner)
            lines = [" " * column + "-" + " " * (inner - column - 1) + first[inner:], *rest]
        else:
            lines = yaml_text.item(item, column, inner - column)
        self.insert_lines(self.next_line(self.end(last)), lines)

    def rename(self, path: KeyPath, new: str) -> None:
        name, _ = self.pair(path)
        quote = _quote(name)
        text = yaml_text.scalar(new, quote=quote) if quote else yaml_text.key(new)
        self.splice(_start(name), int(name.end_mark.index), text)

    def remove(self, path: KeyPath) -> None:
        name, node = self.pair(path)
        start, end = _start(name), self.end(node)
        if self.in_flow(path):
            after = re.compile(r"[ \t]*,[ \t]*(\r\n|\r|\n)?").match(self.text, end)
            before = re.search(r"[ \t]*,[ \t]*\Z", self.text[:start])
            if after and after[1]:
                start = self.line_start(start) if self.begins_line(start) else start
                end = after.end() if self.begins_line(start) else after.start(1)
            elif after:
                end = after.end()
            elif before:
                start = before.start()
        else:
            if not self.begins_line(start):
                self.refuse()
            start, end = self.line_start(start), self.next_line(end)
        self.splice(start, end, "")

    def reorder(self, path: KeyPath, order: Sequence[int]) -> None:
        node = self.node(path)
        if not isinstance(node, yaml.SequenceNode) or sorted(order) != list(range(len(node.value))):
            self.refuse()
        ends = [self.end(item) for item in node.value]
        if _is_flow(node):
            starts = [_start(item) for item in node.value]
            gaps = [
                self.text[a:b]
                for a, b in zip(ends, [*starts[1:], int(node.end_mark.index)], strict=True)
            ]
            if any("#" in gap for gap in gaps):
                self.refuse()  # nobody can say to which item such a comment belongs
        else:
            first = self.line_start(_start(node))
            if not self.begins_line(_start(node)):
                self.refuse()
            while first and _COMMENT_LINE.fullmatch(self.text, self.line_before(first), first):
                first = self.line_before(first)
            ends = [self.next_line(end) for end in ends]
            starts, gaps = [first, *ends[:-1]], [""] * len(ends)
        chunks = [self.text[a:b] for a, b in zip(starts, ends, strict=True)]
        moved = "".join(chunks[index] + gap for index, gap in zip(order, gaps, strict=True))
        self.splice(starts[0], ends[-1] + len(gaps[-1]), moved)

    # Splicing in

    def insert_lines(self, index: int, lines: Sequence[str]) -> None:
        """Insert whole lines at the beginning of a line, ending as those around them do."""
        end = self.newline(index)
        self.splice(index, index, "".join(f"{line}{end}" for line in lines))

    def put_first(self, holder: yaml.Node, piece: str) -> None:
        """Put the first entry within brackets."""
        inner, end = _start(holder) + 1, int(holder.end_mark.index) - 1
        if holder.value:
            self.splice(inner, inner, f"{piece}, ")
        elif self.text[inner:end].strip():
            self.refuse()
        else:
            self.splice(inner, end, piece)

    def put_after(self, path: KeyPath, start: int, end: int, piece: str) -> None:
        """Put an entry after another within brackets: on its own line where that one is.

        A line that would be too long is broken, a step to the right of where the brackets begin.
        """
        rest = _REST_OF_LINE.match(self.text, end)
        newline = self.newline(end)
        line, over = self.line_start(end), _BREAK.search(self.text, end)
        if rest and self.begins_line(start):
            added = f"{' ' * self.column(start)}{piece}{rest[1]}{newline}"
            comma = "" if rest[1] else ","
            between = self.text[end : rest.end()]
            self.splice(end, rest.end(), f"{comma}{between}{added}")
        elif (over.start() if over else end) - line + len(piece) + STEP > WIDTH:
            outer = next(_start(node) for _, node in self.walk(path) if _is_flow(node))
            first = self.text[self.line_start(outer) : outer]
            pad = len(first) - len(first.lstrip(" ")) + STEP
            self.splice(end, end, f",{newline}{' ' * pad}{piece}")
        else:
            self.splice(end, end, f", {piece}")


def _start(node: yaml.Node) -> int:
    return int(node.start_mark.index)


def _is_flow(node: yaml.Node) -> bool:
    """Return whether it is in brackets."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _quote(node: yaml.Node) -> str | None:
    """Return the quotation mark that a scalar is written in."""
    return node.style if isinstance(node, yaml.ScalarNode) and node.style in ("'", '"') else None


def _is_folded(node: yaml.Node) -> bool:
    """Return whether it is text on lines of its own, below `|` or `>`."""
    return isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")


def _predecessor(
    holder: yaml.MappingNode, name: str, order: Sequence[str]
) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the pair after which a new key belongs; None for the beginning."""
    if not holder.value:
        return None
    rank = {known: place for place, known in enumerate(order)}
    if name not in rank:
        return tuple(holder.value[-1])
    earlier = [pair for pair in holder.value if rank.get(pair[0].value, len(rank)) < rank[name]]
    return max(earlier, key=lambda pair: rank[pair[0].value], default=None)
