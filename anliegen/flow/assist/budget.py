"""What a question may cost, held back under a lock before it is asked; what it did cost, written down behind it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from anliegen.flow.assist import verbs
from anliegen.flow.assist.models import Call, Provider
from anliegen.ground.held import held
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.record import record

AT_ONCE = 4  # questions under way to one provider: one that hangs must not take all pages with it
PER_MESSAGE = 16  # tokens that a provider may put around each message
THOUSAND = Decimal(1000)


@dataclass(frozen=True)
class Asked:
    """For whom a question is: what for, whose concern (a reference), and who asks."""

    deed: str
    subject: str
    actor: Actor


def most_tokens(texts: list[str]) -> int:
    """No tokenizer in use makes more tokens than a text has bytes."""
    return sum(len(text.encode()) + PER_MESSAGE for text in texts)


def cost(provider: Provider, tokens_in: int, tokens_out: int) -> Decimal:
    """In cents."""
    return (provider.price_in * tokens_in + provider.price_out * tokens_out) / THOUSAND


def month_of(at: datetime) -> date:
    return timezone.localdate(at).replace(day=1)


def spent(provider: Provider, at: datetime) -> Decimal:
    """In the month, in cents, with the most that what is under way can come to."""
    rows = Call.objects.filter(provider=provider, started_at__gte=_begin(month_of(at)))
    return Decimal(rows.aggregate(all=Sum("cost"))["all"] or 0)


def hold_back(provider: Provider, asked: Asked, *, tokens_in: int, tokens_out: int, at: datetime) -> Call | str:
    """The line of the ledger, with the most it can cost; else why nothing may be asked: `off`, `busy` or `budget`."""
    with transaction.atomic():
        row = held(Provider, provider.pk)
        if row.withdrawn_at is not None or (not row.is_on and asked.subject):
            return "off"
        begun = at - timedelta(seconds=2 * row.timeout_s)
        if Call.objects.filter(provider=row, result="open", started_at__gte=begun).count() >= AT_ONCE:
            return "busy"
        most = cost(row, tokens_in, tokens_out)
        if spent(row, at) + most > row.budget_cents:
            _tell(row, at)
            return "budget"
        return Call.objects.create(
            provider=row,
            actor=asked.actor.ref,
            subject=asked.subject,
            deed=asked.deed,
            model=row.model,
            started_at=at,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost=most,
        )


def settle(
    call: Call, *, tokens: tuple[int, int] | None, error: str = "", duration_ms: int, provider: Provider
) -> Call:
    """How it ended. Without a count of its own by the provider, the most it can have been stays written down."""
    if tokens is not None:
        call.tokens_in, call.tokens_out = tokens
        call.cost = cost(provider, *tokens)
    call.duration_ms, call.error = duration_ms, error[:64]
    call.result = "failed" if error else "ok"
    call.save(update_fields=["tokens_in", "tokens_out", "cost", "duration_ms", "error", "result"])
    return call


def _tell(row: Provider, at: datetime) -> None:
    """Once a month; whoever reads the journal sees to it that the responsible person hears of it."""
    month = month_of(at)
    if row.used_up_on == month:
        return
    row.used_up_on = month
    row.save(update_fields=["used_up_on"])
    record(verbs.BUDGET_REACHED, row, actor=SYSTEM, at=at, responsible=row.responsible or None)


def _begin(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=timezone.get_default_timezone())
