"""Front matter for one client's records: varied by a seeded generator, and right by the format."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from clients import COMPLETION, Client
from corpus import Proposal
from lifecycle import DECIDED
from planning import AFTER_APPROVAL, Case, Keys, chain, date_all, plan, show_what_is_named

#: What a dollar costs in the currency of a client.
_DOLLAR = {"CNY": "7.1", "HKD": "7.8", "JPY": "148.5", "GBP": "0.79", "EUR": "0.92", "CHF": "0.88"}


def make_cases(
    client: Client, proposals: Sequence[Proposal], rng: random.Random, *, discreet: bool
) -> list[Case]:
    """A client's records in the order of their ids, front matter and all.

    `discreet` says that no record which the client may not see is named in another's body.
    """
    cases = plan(client, proposals, rng)
    if discreet:
        show_what_is_named(cases, rng)
    date_all(cases, rng)
    for number, case in enumerate(cases):
        case.keys = _Writer(client, case, cases[:number], rng).record()
    chain(cases)
    return cases


class _Writer:
    """Writes the keys of one record; `earlier` are the client's records with lower numbers."""

    def __init__(
        self, client: Client, case: Case, earlier: Sequence[Case], rng: random.Random
    ) -> None:
        self.client, self.case, self.earlier, self.rng = client, case, earlier, rng
        self.words = client.words
        approver = rng.choice([p for p in client.people if p.get("approves")])
        self.approver: dict[str, str] = {key: approver[key] for key in ("name", "role", "party")}
        self.customers: list[str] = [p["name"] for p in client.people if p["party"] == "client"]
        self.makers: list[str] = [p["name"] for p in client.people if p["party"] == "vendor"]
        self.asker: str = rng.choice(self.customers if rng.random() < 0.7 else self.makers)

    def chance(self, share: float) -> bool:
        """True that often."""
        return self.rng.random() < share

    def record(self) -> Keys:
        """All keys but the agreed dates, in the order of record-format.md."""
        case, statuses = self.case, {step.status for step in self.case.steps}
        keys: Keys = {
            "id": case.id,
            "title": case.proposal.title,
            "status": case.final,
            "visibility": self._visibility(),
        }
        if case.final != "draft":
            keys |= self._request()
        if case.final not in ("draft", "submitted") and (
            statuses & {"awaiting-decision", "approved", "implementing"} or self.chance(0.5)
        ):
            keys["impact"] = self._impact()
            keys["options"] = self._options(keys["impact"])
            keys["plan"] = self._plan()
            keys["decision"] = self._decision(keys)
            if not keys["decision"]:
                del keys["decision"]
            if keys["plan"] and self.chance(0.1) and "approved" not in statuses:
                keys["plan"] = []
        if case.final != "draft":
            keys |= self._talk()
        if case.step("approved"):
            keys["agreement"] = self._agreement()
        if links := self._links():
            keys["links"] = links
        if case.final != "draft" or self.chance(0.5):
            keys["history"] = self._history()
        if self.chance(0.35):
            keys["internal"] = {
                "margin": Decimal(self.rng.randint(8, 42)) / 100,
                "note": self.rng.choice(self.words.internal),
            }
        keys["x-proposal"] = case.proposal.number
        return keys

    def _visibility(self) -> str:
        hidden = {"draft": 0.5, "submitted": 0.25, "assessing": 0.25}.get(self.case.final, 0)
        # Who has been asked to decide, or was told about work, has seen the record.
        seen = any(s.status in {"awaiting-decision", "deferred"} for s in self.case.steps)
        return "internal" if self.chance(hidden) and not seen else "client"

    def _request(self) -> Keys:
        rng, words = self.rng, self.words
        submitted = next(s.on for s in self.case.steps if s.status == "submitted")
        keys: Keys = {"revision": rng.choice((1, 1, 1, 2, 3))}
        keys["type"] = rng.choice(
            ("addition", "modification", "modification", "removal", "correction", "clarification")
        )
        keys["path"] = self.case.way.path
        keys["priority"] = rng.choice(("critical", "high", "medium", "medium", "low"))
        if self.chance(0.8):
            keys["urgency"] = rng.choice(("high", "medium", "low"))
        party = "client" if self.asker in self.customers else "vendor"
        keys["requested"] = {"on": submitted, "by": self.asker, "party": party}
        keys["summary"] = words.summary.format(title=self.case.proposal.title)
        keys["scope"] = [self._scope(item) for item in rng.sample(words.modules, rng.randint(1, 3))]
        if self.chance(0.4):
            keys["out_of_scope"] = rng.sample(words.out_of_scope, rng.randint(1, 2))
        if self.chance(0.3):
            keys["glossary"] = dict(rng.sample(words.glossary, rng.randint(1, 2)))
        category, text = rng.choice(list(words.reasons.items()))
        keys["reason"] = {"category": category, "text": text}
        if self.chance(0.6):
            keys["reason"]["evidence"] = [
                self._evidence(claim, source, submitted)
                for claim, source in rng.sample(words.evidence, rng.randint(1, 2))
            ]
        return keys

    def _scope(self, item: str) -> Keys:
        action = self.rng.choice(("add", "modify", "modify", "remove"))
        line: Keys = {"item": item, "action": action}
        if line["action"] != "add":
            line["before"] = self.rng.choice(self.words.before)
        if line["action"] != "remove":
            line["after"] = self.rng.choice(self.words.after)
            if self.chance(0.3):
                line["example"] = self.rng.choice(self.words.example)
        return line

    def _evidence(self, claim: str, source: str, before: date) -> Keys:
        line: Keys = {"claim": claim, "source": source}
        if self.chance(0.8):
            line["date"] = before - timedelta(days=self.rng.randint(1, 40))
        if self.chance(0.4):
            line["link"] = f"https://reports.example/{self.client.slug}/{self.case.id.lower()}"
        return line

    def _money(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.client.minor, ROUND_HALF_UP)

    def _impact(self) -> Keys:
        rng, words = self.rng, self.words
        assessed = self.case.step("awaiting-decision", "assessing", "submitted")
        assert assessed is not None
        cost: list[Keys] = []
        resources: list[Keys] = []
        credit = self.chance(0.12)
        if credit or not self.chance(0.1):
            for item in rng.sample(words.work, 1 if credit else rng.randint(1, 3)):
                days = Decimal(rng.randint(2, 60)) / 2 * (-1 if credit else 1)
                cost.append(
                    {
                        "item": words.credit if credit else item,
                        "quantity": days,
                        "unit": words.unit,
                        "rate": self._money(Decimal(self.client.rate)),
                    }
                )
                resources.append({"role": rng.choice(words.roles_work), "days": days})
        if not credit and self.chance(0.4):
            amount = Decimal(self.client.rate) * rng.randint(1, 30) / 4
            cost.append({"item": rng.choice(words.fees), "amount": self._money(amount)})
        if not credit and self.chance(0.08):
            cost.append(self._foreign(assessed.on))
        impact: Keys = {
            "confidence": rng.choice(("rough", "estimate", "estimate", "firm")),
            "assessed": {"on": assessed.on, "by": rng.choice(self.makers)},
            "cost": cost,
            "schedule": [] if self.case.replaced else self._schedule(credit),
            "resources": resources,
        }
        if self.chance(0.3):
            impact["quality"] = rng.choice(words.quality)
        if self.chance(0.6):
            impact["risks"] = [
                {
                    "risk": risk,
                    "likelihood": rng.choice(("low", "medium", "high")),
                    "severity": rng.choice(("low", "medium", "high")),
                    "response": response,
                }
                for risk, response in rng.sample(words.risks, rng.randint(1, 3))
            ]
        return impact

    def _foreign(self, day: date) -> Keys:
        home = self.client.currency
        currency, rate = ("USD", _DOLLAR[home]) if home != "USD" else ("EUR", "1.09")
        return {
            "item": self.words.abroad,
            "amount": Decimal(self.rng.randint(4, 90) * 100).quantize(Decimal("0.01")),
            "currency": currency,
            "fx": {"rate": Decimal(rate), "source": self.words.rate_source, "date": day},
        }

    def _schedule(self, credit: bool) -> list[Keys]:
        if not self.chance(0.4):
            return []
        completion = -self.rng.randint(1, 3) if credit else self.rng.randint(1, 9)
        lines: list[Keys] = [{"milestone": COMPLETION, "days": completion}]
        if self.chance(0.3):
            lines.insert(0, {"milestone": "uat", "days": self.rng.randint(1, 4)})
        return lines

    def _asked(self, impact: Keys) -> Decimal:
        """The sum of the lines in the contract's currency, each rounded first."""
        return sum(
            (
                self._money(line.get("amount", line.get("quantity", 0) * line.get("rate", 0)))
                for line in impact["cost"]
                if "currency" not in line
            ),
            Decimal(0).quantize(self.client.minor),
        )

    def _options(self, impact: Keys) -> list[Keys]:
        rng, words = self.rng, self.words
        days = sum(s["days"] for s in impact["schedule"] if s["milestone"] == COMPLETION)
        asked = self._asked(impact)
        options: list[Keys] = [
            {
                "id": "a",
                "title": words.option_full,
                "pros": rng.sample(words.pros, rng.randint(1, 3)),
                "cons": rng.sample(words.cons, rng.randint(1, 2)),
                "amount": asked,
                "days": days,
                "recommended": True,
            }
        ]
        if asked > 0 and self.chance(0.6):
            options.append(
                {
                    "id": "b",
                    "title": words.option_small,
                    "pros": rng.sample(words.pros, 1),
                    "cons": rng.sample(words.cons, rng.randint(1, 3)),
                    "amount": self._money(asked * 6 / 10),
                    "days": days // 2,
                }
            )
        options.append(
            {
                "id": "c" if len(options) == 2 else "b",
                "title": words.option_nothing,
                "pros": [words.pros_nothing],
                "cons": [words.cons_nothing],
                "amount": Decimal(0),
                "days": 0,
            }
        )
        return options

    def _plan(self) -> list[Keys]:
        """Steps one after another, done as far as the status says."""
        rng = self.rng
        begun = self.case.step("approved") or self.case.steps[-1]
        day = (begun.effective or begun.on) + timedelta(days=1)
        end = self.case.step("implemented")
        steps = rng.sample(self.words.steps, rng.randint(2, 4))
        length = (end.on - day).days // len(steps) if end and end.on > day else 7
        done = len(steps) if end else rng.randint(0, len(steps) - 1)
        if self.case.final not in AFTER_APPROVAL or self.case.final == "approved":
            done = 0
        plan: list[Keys] = []
        for n, step in enumerate(steps):
            finish = day + timedelta(days=max(length - 1, 0))
            line = {"step": step, "owner": rng.choice(self.makers), "start": day, "finish": finish}
            plan.append(line | ({"done": finish} if n < done else {}))
            day = finish + timedelta(days=1)
        return plan

    def _decision(self, keys: Keys) -> Keys:
        asked_on = self.case.step("awaiting-decision", "submitted")
        decided = self.case.step(*DECIDED)
        decision: Keys = {}
        if asked_on and {s.status for s in self.case.steps} & {
            "awaiting-decision", "approved", "implementing",
        }:  # fmt: skip
            decision["due"] = asked_on.on + timedelta(days=7)
        if decided:
            decision |= {"outcome": decided.status, "on": decided.on}
            if decided.effective and (decided.effective != decided.on or self.chance(0.2)):
                decision["effective"] = decided.effective
            decision["by"] = [dict(self.approver)]
            if decided.status == "approved":
                decision |= self._grant(keys)
            else:
                decision["rationale"] = self.rng.choice(
                    self.words.rejected if decided.status == "rejected" else self.words.deferred
                )
            if decided.status == "deferred":
                decision["review"] = decided.on + timedelta(days=90)
        return decision

    def _grant(self, keys: Keys) -> Keys:
        """What was approved: all of it, a part of the money, or the smaller option."""
        rng, options = self.rng, keys["options"]
        asked = {line["milestone"]: line["days"] for line in keys["impact"]["schedule"]}
        grant: Keys = {"option": "a", "amount": options[0]["amount"]}
        granted, rationale = asked, rng.choice(self.words.approved)
        # The chain of dates is filled in when all of the client's decisions are known.
        if len(options) == 3 and self.chance(0.12):
            grant = {"option": "b", "amount": options[1]["amount"]}
            granted = {m: options[1]["days"] if m == COMPLETION else d for m, d in asked.items()}
            rationale = self.words.approved_small
        elif options[0]["amount"] > 0 and self.chance(0.12):
            grant["amount"] = self._money(options[0]["amount"] * 8 / 10)
            rationale = self.words.approved_in_part
        if granted != asked:
            grant["days"] = granted
        self.case.granted = {m: days for m, days in granted.items() if days}
        grant["rationale"] = rationale
        if self.chance(0.3):
            grant["conditions"] = self._conditions()
        return grant

    def _conditions(self) -> list[Keys]:
        approved = self.case.step("approved")
        assert approved is not None
        closed = self.case.step("closed")
        lines: list[Keys] = []
        for text in self.rng.sample(self.words.conditions, self.rng.randint(1, 2)):
            line: Keys = {"text": text, "due": approved.on + timedelta(days=30)}
            if closed or (self.case.final == "implemented" and self.chance(0.5)):
                last = closed or self.case.steps[-1]
                line["met"] = approved.on + (last.on - approved.on) * 3 // 4
            lines.append(line)
        return lines

    def _talk(self) -> Keys:
        rng, steps = self.rng, self.case.steps
        keys: Keys = {}
        start, end = next(s.on for s in steps if s.status == "submitted"), steps[-1].on
        if self.chance(0.25):
            concern, response, alternative = rng.choice(self.words.objections)
            line: Keys = {
                "by": rng.choice(self.customers),
                "party": "client",
                "on": self._between(start, end),
                "concern": concern,
            }
            if "closed" not in {s.status for s in steps} and self.chance(0.5):
                keys["objections"] = [line | {"outcome": "open"}]
            else:
                line["response"] = response
                if self.chance(0.5):
                    line["alternative"] = alternative
                line["outcome"] = rng.choice(("accepted", "compromise", "maintained"))
                closed = self.case.step("closed")
                line["resolved"] = self._between(line["on"], closed.on if closed else end)
                keys["objections"] = [line]
        if self.chance(0.6):
            days = sorted(self._between(start, end) for _ in range(rng.randint(1, 3)))
            keys["communications"] = [
                {
                    "on": day,
                    "channel": rng.choice(
                        ("meeting", "video", "call", "email", "chat", "report", "demo",
                         "workshop", "survey")
                    ),
                    "with": [rng.choice(self.customers), rng.choice(self.makers)],
                    "summary": rng.choice(self.words.talks),
                }
                for day in days
            ]  # fmt: skip
        return keys

    def _between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.rng.randint(0, max(0, (last - first).days)))

    def _agreement(self) -> Keys:
        approved, closed = self.case.step("approved"), self.case.step("closed")
        assert approved is not None
        status = self.rng.choice(("signed", "signed", "not-required", "drafting"))
        if status == "drafting" and closed:
            status = "signed"
        if status == "not-required":
            return {"status": status}
        number = int(self.case.id.rpartition("-")[2])
        reference = f"{self.client.prefix}-SOW-1 {self.words.amendment} {number}"
        if status == "drafting":
            return {"status": status, "reference": reference}
        last = closed.on if closed else approved.on + timedelta(days=9)
        return {
            "status": status, "reference": reference, "signed": self._between(approved.on, last),
        }  # fmt: skip

    def _links(self) -> Keys:
        links: Keys = {}
        case, rng = self.case, self.rng
        if case.final == "draft":
            return links
        if case.supersedes:
            links |= {"supersedes": [case.supersedes.id], "mode": case.mode}
        seen = [c for c in self.earlier if c.visible]
        known = [c.id for c in seen]
        if seen and self.chance(0.2):
            needed = rng.choice(seen)
            # What was rejected, withdrawn or voided is nothing to depend on.
            if needed.final not in ("rejected", "withdrawn", "void"):
                links["depends_on"] = [needed.id]
        others = [id for id in known if id not in links.get("depends_on", ())]
        if others and self.chance(0.3):
            links["related"] = sorted(rng.sample(others, min(len(others), rng.randint(1, 3))))
        if self.chance(0.4):
            links["source"] = f"https://tracker.example/{case.id}"
        return links

    def _history(self) -> list[Keys]:
        lines: list[Keys] = []
        steps = self.case.steps
        for n, step in enumerate(steps):
            line: Keys = {"status": step.status, "on": step.on, "by": self._actor(step.status)}
            following = steps[n + 1].on if n + 1 < len(steps) else step.on + timedelta(days=4)
            if step.status in DECIDED and following > step.on and self.chance(0.15):
                line["recorded"] = min(step.on + timedelta(days=2), following)
            if step.status in ("void", "withdrawn"):
                notes = self.words.void if step.status == "void" else self.words.withdrawn
                line["note"] = self.rng.choice(notes)
            elif step.status == "superseded":
                line["note"] = self.words.superseded
            lines.append(line)
        return lines

    def _actor(self, status: str) -> str:
        if status in ("draft", "submitted", "withdrawn"):
            return self.asker
        return self.approver["name"] if status in DECIDED else self.rng.choice(self.makers)
