"""The team's overview of all clients as tables of its page, with links into each client's site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from changebook.edition import urls
from changebook.model.cells import (
    Change,
    Folded,
    Label,
    Note,
    PageLink,
    Piece,
    Text,
    Tone,
    WrittenDay,
    pieces,
)
from changebook.model.sums import SumLine
from changebook.model.sums.portfolio import Total
from changebook.model.table import Column, Format, Medium, Table, piece_column
from changebook.model.vocabulary import Term
from changebook.model.words import Words
from changebook.views.approvals import ApprovalPhrases
from changebook.views.month_tables import NOTHING
from changebook.views.portfolio import (
    AgeTotal,
    BudgetLine,
    ClientDecision,
    ClientLine,
    ClientRisk,
    CurrencyPart,
    Members,
    MonthTotal,
    StatusDays,
    TermTotal,
)
from changebook.views.record_tables import grade

#: More changes of one client than this are counted, not listed.
_FEW = 8
_FIGURE = "figure-link"


def name(client: ClientLine, page: str = urls.HOME, place: str = "") -> PageLink:
    """Return a client's name, with a link into its site."""
    return PageLink(client.name, _of(client, page), place)


def _of(client: ClientLine, page: str) -> str:
    return f"{client.slug}/{page}"


def _figure(client: ClientLine, text: str, place: str = "sum") -> PageLink:
    """Return a figure, with a link to where the client's site explains it."""
    return PageLink(text, _of(client, urls.IMPACT), place, _FIGURE)


def _change(client: ClientLine, id: str, title: str = "") -> Piece:
    """Return a change by its title, or by its id alone."""
    if title:
        return Change(id, title, folder=f"{client.slug}/")
    return PageLink(id, _of(client, urls.record(id)), style="id")


def _behind(members: Members, page: str, place: str, words: Words) -> Piece:
    """Return how many changes there are, and unfolded which; a client's many are only counted."""
    if not members.count:
        return NOTHING

    def own(client: ClientLine, ids: Sequence[str]) -> Piece:
        if len(ids) > _FEW:
            return Text(_count(len(ids), words))
        return pieces(*(_change(client, id) for id in ids))

    before, between, after = _slots(words.gettext("%(name)s: %(text)s"), "%(name)s", "%(text)s")
    lines = (
        pieces(
            Text(before), name(client, page, place), Text(between), own(client, ids), Text(after),
            between="",
        )
        for client, ids in members.by_client
    )  # fmt: skip
    return Folded(_count(members.count, words), tuple(lines))


def _slots(message: str, first: str, second: str) -> tuple[str, str, str]:
    """Return what stands before, between and after the two places of a message."""
    before, rest = message.split(first)
    between, after = rest.split(second)
    return before, between, after


def _count(number: int, words: Words) -> str:
    return words.ngettext("%(num)s change", "%(num)s changes", number) % {"num": number}


def _unknown(number: int, words: Words) -> Piece | None:
    if not number:
        return None
    text = words.ngettext("%(num)s not assessed", "%(num)s not assessed", number)
    return Note(Text(text % {"num": number}))


@dataclass(frozen=True)
class SumRow:
    """The sums of a client, or with `total` those of all clients in one currency.

    `begins` where the currency is another one than in the row above.
    """

    name: Piece
    figures: Mapping[SumLine, Piece]
    completion: Piece
    begins: bool = False
    total: bool = False


_SUMS = (SumLine.ORIGINAL, SumLine.APPROVED, SumLine.REVISED, SumLine.PENDING, SumLine.FORECAST)
_SIGNED = frozenset({SumLine.APPROVED, SumLine.PENDING, SumLine.PROCEEDING})


def sums(parts: Sequence[CurrencyPart], words: Words) -> Table[SumRow]:
    """Return the contract sums and completion dates, currency by currency."""
    _ = words.gettext

    def rows() -> Iterator[SumRow]:
        for part in parts:
            for number, client in enumerate(part.clients):
                yield _sums_of_client(client, words, begins=not number and part is not parts[0])
            if len(part.clients) > 1:
                yield _sums_of_all(part, words)

    def sum_of(title: str, line: SumLine) -> Column[SumRow]:
        return piece_column(title, lambda row: row.figures[line], Format.MONEY)

    columns: tuple[Column[SumRow], ...] = (
        piece_column(_("Client"), lambda row: row.name),
        sum_of(_("Original"), SumLine.ORIGINAL),
        sum_of(_("Approved"), SumLine.APPROVED),
        sum_of(_("Revised"), SumLine.REVISED),
        sum_of(_("Pending"), SumLine.PENDING),
        sum_of(_("Forecast"), SumLine.FORECAST),
        piece_column(_("Completion"), lambda row: row.completion),
    )
    return Table(_("Cost and dates"), columns, tuple(rows()))


def _sums_of_client(client: ClientLine, words: Words, *, begins: bool) -> SumRow:
    position, comma = client.position, words.pgettext("clause", ", ")
    day: Piece = WrittenDay(client.as_of)
    if client.archived:
        archived = words.gettext("archived on %(day)s")
        day = Text(archived % {"day": words.date(client.archived)})
    about = pieces(Text(client.project), Text(comma), day, between="")

    def figure(line: SumLine, amount: str) -> Piece:
        return _figure(client, amount, _place(client, line))

    completion: Piece = NOTHING
    if dates := position.completion:
        days = (dates.agreed - dates.original).days
        moved = Note(Text(words.days(days, signed=True)), style="money") if days else None
        completion = pieces(_figure(client, words.date(dates.agreed), "dates"), moved)
    return SumRow(
        pieces(name(client), Note(about)),
        _figures(
            {line: position.lines[line].amount for line in SumLine},
            (len(position.proceeding.ids), len(position.pending.unknown)),
            position.currency,
            words,
            figure,
        ),
        completion,
        begins=begins,
    )


def _sums_of_all(part: CurrencyPart, words: Words) -> SumRow:
    totals, number = part.totals, len(part.clients)
    clients = words.ngettext("%(num)s client", "All %(num)s clients", number) % {"num": number}
    return SumRow(
        pieces(Text(clients), Note(Text(totals.currency))),
        _figures(
            {line: totals.lines[line].amount for line in SumLine},
            (totals.lines[SumLine.PROCEEDING].count, totals.lines[SumLine.PENDING].unknown),
            totals.currency,
            words,
            lambda _line, amount: Text(amount),
        ),
        Text(""),
        total=True,
    )


def _figures(
    amounts: Mapping[SumLine, Decimal],
    counts: tuple[int, int],
    currency: str,
    words: Words,
    figure: Callable[[SumLine, str], Piece],
) -> Mapping[SumLine, Piece]:
    """Return the figures; `counts` say how many changes proceed and how many are not assessed."""

    def money(line: SumLine) -> str:
        return words.money(amounts[line], currency, signed=line in _SIGNED)

    figures = {line: figure(line, money(line)) for line in _SUMS}
    begun = words.gettext("of which %(money)s proceeding")
    proceeding = Note(Text(begun % {"money": money(SumLine.PROCEEDING)})) if counts[0] else None
    pending = pieces(figures[SumLine.PENDING], proceeding, _unknown(counts[1], words))
    return figures | {SumLine.PENDING: pending}


def _place(client: ClientLine, line: SumLine) -> str:
    """Return where a client's page says most of a figure."""
    position = client.position
    if line is SumLine.APPROVED and position.register:
        return "register"
    return "pending" if line is SumLine.PENDING and position.pending.ids else "sum"


def budgets(lines: tuple[BudgetLine, ...], words: Words) -> Table[BudgetLine]:
    """Return how much of the change budgets is used; a template draws the bars."""
    _ = words.gettext

    def money(line: BudgetLine, amount: Decimal) -> str:
        return words.money(amount, line.client.position.currency)

    def share(percent: Decimal | None) -> str:
        return "–" if percent is None else words.percent(percent)

    def used(line: BudgetLine) -> Piece:
        place = _place(line.client, SumLine.APPROVED)
        amount = _figure(line.client, money(line, line.use.budget.used.amount), place)
        return pieces(Text(share(line.use.share), Tone.STRONG), Note(amount))

    def if_pending(line: BudgetLine) -> Piece:
        left = line.use.budget.left_if_pending
        text = _("short by %(money)s") if left < 0 else _("%(money)s left")
        note = Note(Text(text % {"money": money(line, abs(left))}))
        return pieces(Text(share(line.use.if_pending)), note)

    def heat(line: BudgetLine) -> Piece:
        if line.over:
            return Label(_("over budget"), "over")
        if line.over_if_pending:
            return Label(_("over budget if all is approved"), "short")
        return Label(_("enough"), "within")

    columns: tuple[Column[BudgetLine], ...] = (
        piece_column(_("Client"), lambda line: name(line.client, urls.IMPACT, "sum")),
        piece_column(_("Budget"), lambda b: Text(money(b, b.use.budget.amount)), Format.MONEY),
        piece_column(_("Used"), used, Format.MONEY),
        piece_column(_("If pending changes are approved"), if_pending, Format.MONEY),
        Column(_("Approved and pending, as bars"), format=Format.BARS, on=Medium.PAGE, name="bars"),
        piece_column(_("Status"), heat),
    )
    return Table(_("Change budget"), columns, lines)


def aging(parts: tuple[CurrencyPart, ...], words: Words) -> Table[CurrencyPart]:
    """Return what is pending in each currency, by the days that it has been."""
    _ = words.gettext

    def amount(part: CurrencyPart, total: Total, tone: Tone = Tone.PLAIN) -> Piece:
        text = words.money(total.amount, part.totals.currency, signed=True)
        return pieces(Text(text, tone), _unknown(total.unknown, words))

    def of(number: int, band: AgeTotal) -> Column[CurrencyPart]:
        def content(part: CurrencyPart) -> Piece:
            own = part.aging[number]
            if not own.total.count:
                return NOTHING
            behind = _behind(own.members, urls.IMPACT, "pending", words)
            return pieces(amount(part, own.total), behind)

        return piece_column(_age(band, words), content, Format.MONEY)

    def all_pending(part: CurrencyPart) -> Piece:
        return amount(part, part.totals.lines[SumLine.PENDING], Tone.STRONG)

    def oldest(part: CurrencyPart) -> Piece | None:
        first = part.oldest
        return _longest(first.client, first.age.id, first.age.days, words) if first else None

    columns: tuple[Column[CurrencyPart], ...] = (
        piece_column(_("Currency"), lambda part: Text(part.totals.currency, Tone.STRONG)),
        *(of(number, band) for number, band in enumerate(parts[0].aging if parts else ())),
        piece_column(_("All pending"), all_pending, Format.MONEY),
        piece_column(_("Oldest"), oldest),
    )
    return Table(_("How long pending changes wait"), columns, parts)


def _longest(client: ClientLine, id: str, days: int, words: Words) -> Piece:
    """Return the change that has waited longest."""
    text = words.pgettext("clause", ", ").join((words.days(days), client.name))
    return pieces(_change(client, id), Note(Text(text)))


def _age(band: AgeTotal, words: Words) -> str:
    if band.last is None:
        return words.gettext("over %(num)s days") % {"num": band.first - 1}
    return words.gettext("%(from)s to %(to)s days") % {"from": band.first, "to": band.last}


def waiting(clients: tuple[ClientLine, ...], words: Words) -> Table[ClientLine]:
    _ = words.gettext

    def number(title: str, value: Callable[[ClientLine], int]) -> Column[ClientLine]:
        return Column(title, value, Format.NUMBER, on=Medium.PAGE)

    def client_name(client: ClientLine) -> Piece:
        return name(client, urls.HOME, "waiting" if client.waiting.count else "")

    def longest(client: ClientLine) -> Piece | None:
        return None if client.longest is None else Text(words.days(client.longest))

    def overdue(client: ClientLine) -> Piece | None:
        return Text(str(client.overdue), Tone.LATE) if client.overdue else None

    columns: tuple[Column[ClientLine], ...] = (
        piece_column(_("Client"), client_name),
        number(_("Open decisions"), lambda client: len(client.waiting.undecided)),
        piece_column(_("Longest wait"), longest, Format.NUMBER),
        Column(_("Overdue"), lambda c: c.overdue, Format.NUMBER, on=Medium.PAGE, content=overdue),
        number(_("Open objections"), lambda client: len(client.waiting.objections)),
        number(_("Unsigned agreements"), lambda client: len(client.waiting.agreements)),
        number(_("Open acceptances"), lambda client: len(client.waiting.acceptances)),
    )
    return Table(_("Open items"), columns, clients)


def decisions(waits: tuple[ClientDecision, ...], words: Words) -> Table[ClientDecision]:
    """Return the decisions that wait, of all clients."""
    _ = words.gettext

    def due(item: ClientDecision) -> Piece | None:
        day = item.decision.due
        if day is None:
            return None
        if item.decision.overdue:
            return Text(_("was due on %(day)s") % {"day": words.date(day)}, Tone.LATE)
        return WrittenDay(day)

    def amount(item: ClientDecision) -> Piece:
        if item.amount is None:
            return Text(_("not assessed"), Tone.QUIET)
        return Text(words.money(item.amount, item.client.position.currency, signed=True))

    def change(item: ClientDecision) -> Piece:
        decision, profile = item.decision, item.client.profile
        shown = _change(item.client, decision.id, decision.title)
        if not decision.approvals.given:
            return shown
        return pieces(shown, Note(Text(ApprovalPhrases(words, profile).so_far(decision.approvals))))

    columns: tuple[Column[ClientDecision], ...] = (
        piece_column(_("Change"), change),
        piece_column(_("Client"), lambda item: Text(item.client.name)),
        piece_column(_("Due"), due),
        piece_column(_("Days waiting"), lambda item: Text(words.days(item.days)), Format.NUMBER),
        piece_column(_("Amount"), amount, Format.MONEY),
    )
    return Table(_("Open decisions"), columns, waits)


def risks(grave: tuple[ClientRisk, ...], words: Words) -> Table[ClientRisk]:
    _ = words.gettext

    def risk(item: ClientRisk) -> Piece:
        response = item.risk.risk.response
        return pieces(Text(item.risk.risk.risk), Note(Text(response)) if response else None)

    columns: tuple[Column[ClientRisk], ...] = (
        piece_column(_("Risk"), risk),
        piece_column(_("Client"), lambda item: Text(item.client.name)),
        piece_column(_("Likelihood"), lambda item: grade(item.risk.risk.likelihood, words)),
        piece_column(_("Severity"), lambda item: grade(item.risk.risk.severity, words)),
        piece_column(_("Change"), lambda item: _change(item.client, item.risk.id, item.risk.title)),
    )
    return Table(_("Most serious open risks"), columns, grave)


def terms(
    title: str, groups: tuple[TermTotal[Term], ...], currency: str, words: Words
) -> Table[TermTotal[Term]]:
    """Return what changes of each reason or type make of the sums in one currency."""
    _ = words.gettext

    def money(total: Total) -> Text:
        return Text(words.money(total.amount, currency, signed=True))

    def pending(group: TermTotal[Term]) -> Piece:
        total = group.total.pending
        return pieces(money(total), _unknown(total.unknown, words))

    def changes(group: TermTotal[Term]) -> Piece:
        return _behind(group.members, urls.IMPACT, "groups", words)

    def term(group: TermTotal[Term]) -> Piece:
        return Text(words.label(group.term) if group.term else _("not said yet"))

    columns: tuple[Column[TermTotal[Term]], ...] = (
        piece_column(title, term),
        piece_column(_("Changes"), changes),
        piece_column(_("Approved"), lambda group: money(group.total.approved), Format.MONEY),
        piece_column(_("Pending"), pending, Format.MONEY),
    )
    return Table(title, columns, groups)


def months(totals: tuple[MonthTotal, ...], words: Words) -> Table[MonthTotal]:
    """Return what was requested and decided in each month; a template draws the bars."""
    _ = words.gettext

    def requested(month: MonthTotal) -> Piece:
        place = month.first.strftime("m%Y-%m")
        return _behind(month.requested, urls.CHANGES, place, words)

    def decided(month: MonthTotal) -> Piece:
        place = month.first.strftime("y%Y")
        return _behind(month.decided, urls.DECISIONS, place, words)

    def bars(title: str, name: str) -> Column[MonthTotal]:
        return Column(title, format=Format.BARS, on=Medium.PAGE, name=name)

    columns: tuple[Column[MonthTotal], ...] = (
        piece_column(_("Month"), lambda month: Text(words.month(month.first))),
        piece_column(_("Requested"), requested),
        bars(_("Requested, as bars"), "requested_bars"),
        piece_column(_("Decided"), decided),
        bars(_("Decided, as bars"), "decided_bars"),
    )
    return Table(_("Requested and decided"), columns, totals)


def handling(rows: tuple[StatusDays, ...], words: Words) -> Table[StatusDays]:
    """Return how long changes stay in each status."""
    _ = words.gettext

    def median(row: StatusDays) -> Piece | None:
        return None if row.median is None else Text(words.number(row.median), Tone.STRONG)

    def now(row: StatusDays) -> Piece:
        return _behind(row.now, urls.BY_STATUS, row.status.value, words)

    def longest(row: StatusDays) -> Piece:
        if row.longest is None:
            return NOTHING
        client, stay = row.longest
        return _longest(client, stay.id, stay.days, words)

    columns: tuple[Column[StatusDays], ...] = (
        piece_column(_("Status"), lambda row: Text(words.label(row.status))),
        piece_column(_("Median days"), median, Format.NUMBER),
        Column(_("Completed"), lambda row: row.completed, Format.NUMBER, on=Medium.PAGE),
        piece_column(_("Now"), now),
        piece_column(_("Longest so far"), longest),
    )
    return Table(_("Handling times"), columns, rows)


def statuses(clients: tuple[ClientLine, ...], words: Words) -> Table[ClientLine]:
    """Return how many changes of each client there are; a template shows how far they are."""
    _ = words.gettext

    def number(client: ClientLine) -> int:
        return sum(count for _status, count in client.statuses)

    columns: tuple[Column[ClientLine], ...] = (
        piece_column(_("Client"), lambda client: name(client, urls.BY_STATUS)),
        Column(_("Changes"), number, Format.NUMBER, on=Medium.PAGE),
        Column(_("Status"), format=Format.WORD, on=Medium.PAGE, name="statuses"),
    )
    return Table(_("Changes by status"), columns, clients)
