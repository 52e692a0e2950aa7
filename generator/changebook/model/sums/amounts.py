"""Money and days of one record: its lines, what they add up to, and the tax on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache

from babel.numbers import get_currency_precision

from changebook.model.schema import ChangeRecord, CostLine, Profile
from changebook.model.sums.figures import CostRow, CostTable, Part, TaxLine, with_tax

#: Wide enough for a product of the longest numbers that the format takes, and for sums of such; the
#: usual 28 digits are not.
EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)

#: What an amount is made of, by tax rate in percent; None where no rate is agreed.
Shares = Mapping[Decimal | None, Decimal]


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return the amount in whole minor units of the currency, half up (away from zero).

    Never minus 0.
    """
    return EXACT.plus(amount.quantize(_minor_unit(currency), context=EXACT))


@cache
def _minor_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-get_currency_precision(currency))


def minor_units(amount: Decimal, currency: str) -> int:
    """Return the amount as a whole number of the currency's minor unit, such as cents."""
    return int(rounded(amount, currency).scaleb(get_currency_precision(currency), context=EXACT))


def or_nothing(amount: Decimal | None) -> Decimal:
    """Return what an amount adds: nothing where it is not known."""
    return ZERO if amount is None else amount


def moved(day: date, days: int) -> date:
    """Return the day so many calendar days later.

    Raises OverflowError past the end of the calendar.
    """
    return day + timedelta(days=days)


def asked(record: ChangeRecord, profile: Profile) -> Decimal | None:
    """Return what a record requests, in the contract's currency; None if it is not assessed.

    The cost lines count. The recommended option does where there are none.
    """
    currency = profile.contract.currency
    if record.impact and record.impact.cost is not None:
        amounts = [row.amount for row in cost_rows(record, profile) if row.currency == currency]
        known = [amount for amount in amounts if amount is not None]
        if len(known) < len(amounts):
            return None
        with localcontext(EXACT):
            return sum(known, rounded(ZERO, currency))
    chosen = next((o for o in record.options if o.recommended), None)
    return rounded(chosen.amount, currency) if chosen and chosen.amount is not None else None


def asked_days(record: ChangeRecord) -> dict[str, int]:
    """Return the calendar days that a record requests per milestone."""
    days: Counter[str] = Counter()
    for line in (record.impact and record.impact.schedule) or ():
        days[line.milestone] += line.days
    return dict(days)


def granted(record: ChangeRecord) -> dict[str, int]:
    """Return the calendar days that a decision grants per milestone.

    Its `days`, else those requested.
    """
    return asked_days(record) | (record.decision.days if record.decision else {})


def lines(record: ChangeRecord, profile: Profile) -> CostTable:
    """Return the cost table of a record's own page: what it requests, line by line."""
    currency = profile.contract.currency
    rows, total = cost_rows(record, profile), asked(record, profile)
    return CostTable(
        currency,
        tuple(row for row in rows if row.currency == currency),
        total,
        tuple(row for row in rows if row.currency != currency),
        taxes([(record.id, by_rate(record, total, profile))], currency),
    )


def cost_rows(record: ChangeRecord, profile: Profile) -> tuple[CostRow, ...]:
    """Return the lines of a record's cost, in every currency, each rounded to its own."""
    return rows_of((record.impact and record.impact.cost) or (), profile)


def rows_of(lines: Iterable[CostLine], profile: Profile) -> tuple[CostRow, ...]:
    """Return lines of a cost, in every currency, each rounded to its own."""
    with localcontext(EXACT):
        return tuple(_row(line, profile) for line in lines)


def _row(line: CostLine, profile: Profile) -> CostRow:
    contract = profile.contract
    currency = line.currency or contract.currency
    amount = line.amount
    if amount is None and line.quantity is not None and line.rate is not None:
        amount = line.quantity * line.rate
    if amount is not None:
        amount = rounded(amount, currency)
    memo = None
    if line.fx and amount is not None and currency != contract.currency:
        memo = rounded(amount * line.fx.rate, contract.currency)
    return CostRow(
        item=line.item,
        quantity=line.quantity,
        unit=line.unit,
        rate=line.rate,
        amount=amount,
        currency=currency,
        tax_rate=contract.tax_rate if line.tax_rate is None else line.tax_rate,
        fx=line.fx,
        memo=memo,
    )


def by_rate(record: ChangeRecord, amount: Decimal | None, profile: Profile) -> Shares:
    """Return an amount of a record per tax rate, as the record's lines have it.

    Where another amount was approved than the lines of several rates add up to, the difference goes
    at the contract's rate: nothing says to which lines it belongs.
    """
    if amount is None:
        return {}
    shares: dict[Decimal | None, Decimal] = defaultdict(Decimal)
    for row in cost_rows(record, profile):
        if row.currency == profile.contract.currency and row.amount is not None:
            shares[row.tax_rate] += row.amount
    if len(shares) == 1:
        return dict.fromkeys(shares, amount)
    with localcontext(EXACT):
        rest = amount - sum(shares.values(), ZERO)
        if rest or not shares:
            shares[profile.contract.tax_rate] += rest
    return shares


def amount_with_tax(
    record: ChangeRecord, amount: Decimal | None, profile: Profile
) -> Decimal | None:
    """Return an amount of a record with its tax, as the sums would tax it; None where none is."""
    share = [(record.id, by_rate(record, amount, profile))]
    return with_tax(amount, taxes(share, profile.contract.currency))


def taxes(shares: Iterable[tuple[str | None, Shares]], currency: str) -> tuple[TaxLine, ...]:
    """Return a line per rate, the highest first, no rate last; none where nothing has a rate.

    The shares come with the record that they are of; those of the contract itself with None.
    """
    parts: dict[Decimal | None, list[tuple[str | None, Decimal]]] = defaultdict(list)
    for id, own_shares in shares:
        for rate, base in own_shares.items():
            parts[rate].append((id, base))
    if set(parts) <= {None}:
        return ()
    with localcontext(EXACT):
        return tuple(
            _tax_line(rate, parts[rate], currency)
            for rate in sorted(parts, key=lambda rate: (rate is None, -(rate or ZERO)))
        )


def _tax_line(
    rate: Decimal | None, parts: Iterable[tuple[str | None, Decimal]], currency: str
) -> TaxLine:
    base = sum((amount for _, amount in parts), rounded(ZERO, currency))
    return TaxLine(
        rate,
        base,
        None if rate is None else rounded(base * rate / 100, currency),
        tuple(Part(id, amount) for id, amount in parts if id is not None and amount),
    )
