"""Make a workspace of change records from a folder of real proposals.

    python benchmarks/corpus_workspace.py --corpus DIR --out DIR [--repair]

Titles and bodies are the proposals' own, each used once or twice; the front matter around them is
generated, the same for the same seed. As published, the bodies link to files that are not there:
`--repair` fixes that, so that the workspace passes `check`.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from clients import MOST, Client, clients
from corpus import Proposal, placeholder, read_corpus, repair
from planning import Case
from records import make_cases


class _Dumper(yaml.SafeDumper):
    """Amounts as written, and no anchors: the format has none."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = f"{number:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(Decimal, _decimal)


def _document(keys: dict[str, Any], body: str) -> str:
    front = yaml.dump(keys, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return f"---\n{front}---\n{body}"


def make_workspace(
    corpus: Path, out: Path, *, count: int, records: int, seed: int, repaired: bool
) -> None:
    """Write `out/changes` with that many clients and records."""
    shares = _shares(read_corpus(corpus), count, records, random.Random(seed))
    for client, proposals in zip(clients(count), shares, strict=True):
        # A seed of its own: a client's records do not depend on how many others there are.
        rng = random.Random(f"{seed} {client.slug}")
        cases = make_cases(client, proposals, rng, discreet=repaired)
        _write(out / "changes" / client.slug, client, cases, repaired)


def _shares(
    proposals: Sequence[Proposal], count: int, records: int, rng: random.Random
) -> list[list[Proposal]]:
    """The proposals dealt out to the clients; who gets one the second time is another client."""
    deck = rng.sample(list(proposals), len(proposals))
    shares: list[list[Proposal]] = [[] for _ in range(count)]
    for n in range(records):
        turn, card = divmod(n, len(deck))
        shares[(card + turn) % count].append(deck[card])
    return shares


def _write(folder: Path, client: Client, cases: Sequence[Case], repaired: bool) -> None:
    folder.mkdir(parents=True)
    (folder / "client.md").write_text(
        _document(client.profile(), client.welcome()), encoding="utf-8"
    )
    places = {case.proposal.number: _place(case) for case in cases if case.visible}
    for case in cases:
        file = folder / _place(case)
        file.parent.mkdir(exist_ok=True)
        body = case.proposal.body
        if repaired:
            body, needed = repair(body, file.parent.name, places.get)
            for name in needed:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(placeholder(name))
        file.write_text(_document(case.keys, body), encoding="utf-8")


def _place(case: Case) -> str:
    """The record's path in its client's folder: the year it began, its id, words of its title."""
    slug = re.sub(r"[^a-z0-9]+", "-", case.proposal.title.lower())[:48].strip("-")
    return f"{case.steps[0].on.year}/{case.id}-{slug}.md"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of eip-*.md files")
    parser.add_argument("--out", type=Path, required=True, help="folder to make; must not exist")
    parser.add_argument("--clients", type=int, default=10, help="how many (default: 10)")
    parser.add_argument("--records", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repair", action="store_true", help="repair the links of the bodies")
    given = parser.parse_args()
    if not 1 <= given.clients <= MOST:
        parser.error(f"--clients must be from 1 to {MOST}")
    if given.records < given.clients:
        parser.error("--records must be at least one for each client")
    if not any(given.corpus.glob("eip-*.md")):
        parser.error(f"{given.corpus} has no eip-*.md")
    if given.out.exists():
        parser.error(f"{given.out} exists already")
    make_workspace(
        given.corpus, given.out,
        count=given.clients, records=given.records, seed=given.seed, repaired=given.repair,
    )  # fmt: skip


if __name__ == "__main__":
    main()
