"""The clients of a generated workspace: who they are, and their profiles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from phrases import CHINESE, ENGLISH, Phrases

SIGNED = date(2024, 1, 15)
MILESTONES = (date(2024, 12, 2), date(2026, 3, 2), date(2026, 9, 1))
COMPLETION = "go-live"
CONTACT = "change@northwind.example"


@dataclass(frozen=True)
class Client:
    """One client; `rate` is the price of a person-day in its currency."""

    slug: str
    prefix: str
    name: str
    words: Phrases
    currency: str
    rate: int
    first_person: int

    @property
    def minor(self) -> Decimal:
        """The smallest amount of the currency."""
        return Decimal(1) if self.currency == "JPY" else Decimal("0.01")

    @property
    def people(self) -> tuple[dict[str, Any], ...]:
        """Three people of each party; the client's first two may approve."""
        roles = [(role, "client") for role in self.words.roles_client]
        roles += [(role, "vendor") for role in self.words.roles_vendor]
        return tuple(
            {"name": self.words.name(self.first_person + n), "role": role, "party": party}
            | ({"approves": True} if n < 2 else {})
            for n, (role, party) in enumerate(roles)
        )

    def profile(self) -> dict[str, Any]:
        """The front matter of client.md."""
        milestones: list[dict[str, Any]] = [
            {"id": id, "name": name, "date": day}
            for (id, name), day in zip(self.words.milestones, MILESTONES, strict=True)
        ]
        milestones[-1]["completion"] = True
        return {
            "name": self.name,
            "language": "zh-CN" if self.words is CHINESE else "en",
            "timezone": "Asia/Shanghai" if self.words is CHINESE else "Europe/London",
            "prefix": self.prefix,
            "project": self.words.project,
            "vendor": {"name": "Northwind Software", "contact": CONTACT},
            "contract": {
                "reference": f"{self.prefix}-SOW-1",
                "signed": SIGNED,
                "currency": self.currency,
                "sum": (Decimal(self.rate) * 4000).quantize(self.minor),
                "tax_rate": 6,
                "effort": 3600,
                "milestones": milestones,
                "change_budget": (Decimal(self.rate) * 900).quantize(self.minor),
            },
            "people": list(self.people),
            "respond_within": 5,
            "respond": {
                "email": CONTACT,
                "form": f"https://tracker.example/{self.slug}/new?title={{id}}",
            },
        }

    def welcome(self) -> str:
        """The body of client.md."""
        return self.words.welcome.format(project=self.words.project, contact=CONTACT) + "\n"


_ENGLISH_NAMES = (
    ("Quillon Freight", "QUF", "GBP", 650), ("Norvik Savings", "NVS", "EUR", 720),
    ("Tamsin Foods", "TMF", "USD", 880), ("Hakone Optics", "HKO", "JPY", 90000),
    ("Brisco Energy", "BRE", "CHF", 950), ("Oldmere Press", "OMP", "GBP", 610),
    ("Vasterholm Rail", "VHR", "EUR", 780), ("Pellworth Clinics", "PWC", "USD", 840),
    ("Zanzeri Tiles", "ZZT", "EUR", 690), ("Cobhurst Water", "CHW", "GBP", 640),
)  # fmt: skip
_CHINESE_NAMES = (
    ("云杉物流", "yunshan", "YSH", "CNY", 2000), ("江临银行", "jianglin", "JLN", "CNY", 2400),
    ("禾谷食品", "hegu", "HGU", "CNY", 1800), ("澜沧能源", "lancang", "LCG", "HKD", 2600),
    ("星桥医疗", "xingqiao", "XQO", "CNY", 2200), ("松原出版", "songyuan", "SYN", "CNY", 1700),
    ("海棠酒店", "haitang", "HTG", "CNY", 1900), ("北辰铁路", "beichen", "BCN", "CNY", 2300),
    ("青禾教育", "qinghe", "QHE", "CNY", 1800), ("镜湖水务", "jinghu", "JHU", "CNY", 1750),
)  # fmt: skip
MOST = len(_ENGLISH_NAMES) + len(_CHINESE_NAMES)


def clients(count: int) -> tuple[Client, ...]:
    """That many clients, English and Chinese by turns."""
    people = len(ENGLISH.roles_client) + len(ENGLISH.roles_vendor)
    made: list[Client] = []
    for n in range(count):
        turn, first = n // 2, (n // 2) * people
        if n % 2:
            name, slug, prefix, currency, rate = _CHINESE_NAMES[turn]
            made.append(Client(slug, prefix, name, CHINESE, currency, rate, first))
        else:
            name, prefix, currency, rate = _ENGLISH_NAMES[turn]
            slug = name.lower().replace(" ", "-")
            made.append(Client(slug, prefix, name, ENGLISH, currency, rate, first))
    return tuple(made)
