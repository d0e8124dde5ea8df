"""What guards a batch of mails: the rules that reject and the paces, asked for once and not once per mail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.db.models import QuerySet

from anliegen.flow.channels.email.identifiers import read_reply_address, subject_numbers
from anliegen.flow.channels.guard import rules
from anliegen.flow.channels.guard.pace import FEIGNED, SURE, Key, Paces, says_something
from anliegen.flow.channels.incoming import Incoming
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.models import Guard, Intake, RejectionRule
from anliegen.ground.compiled import compiled
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets.models.message import is_feigned, is_sure

NOBODY = "?"  # the key of mails without a sender
ALL: Key = ("mails", "")
LONGEST = 160  # characters of an address in a key


def the_guard() -> Guard:
    """The operator's limits and trusted servers; the defaults where nobody has set them."""
    return next(iter(_guards()), None) or Guard()


@compiled
def _guards() -> QuerySet[Guard]:
    return Guard.objects.filter(pk=1)


@dataclass
class Watch:
    """Over the mails of one batch. An empty one lets everything pass."""

    rules: Sequence[RejectionRule] = ()
    customers: set[str] = field(default_factory=set)  # folded addresses of those with an open concern, where it matters
    paces: Paces | None = None

    @classmethod
    def over(
        cls,
        guard: Guard,
        incomings: Sequence[Incoming],
        moments: Sequence[datetime],
        tickets: Iterable[int],
        at: datetime,
    ) -> Self:
        """For these mails that came at these moments, and may belong to these tickets."""
        active = list(RejectionRule.objects.active().order_by("pk"))
        touched = {_author(mail) for mail in incomings if _speaking_of(active, mail)}
        keys: set[Key] = {ALL, *(("address", key_of(mail)) for mail in incomings)}
        keys |= {("ticket", str(pk)) for pk in [*tickets, *(pk for mail in incomings for pk in _named(mail))]}
        return cls(active, rules.with_open_concern(touched), Paces.load(guard, keys, moments, at))

    def rule_against(self, incoming: Incoming, mailbox: int | None) -> RejectionRule | None:
        """The first rule that rejects this mail, which came to this mailbox."""
        is_customer = fold_address("email", _author(incoming)) in self.customers and not is_feigned(
            incoming.authenticity
        )
        for rule in _matching(self.rules, incoming, mailbox):
            if rule.includes_customers or not is_customer:
                return rule
        return None

    def stops(self, incoming: Incoming, ticket: int | None, line: Intake, *, at: datetime) -> tuple[str, str] | None:
        """Count this line of the ledger; outcome and reason when its address, its ticket, or all together had too much.

        In this order, so that what is held back for its address does not count against everybody. A mail that a
        person hands in as a file does not tell how fast anybody writes.
        """
        if self.paces is None:
            return None
        for kind, key in [("address", key_of(incoming)), *([("ticket", str(ticket))] if ticket else []), ALL]:
            is_kept = self.paces.is_kept(kind, key)
            if line.was_handed_in or not says_something(incoming.sent_at, line.received_at):
                if is_kept:
                    self.paces.hold(kind, key, line.pk)
                    return ("rejected", "stopped")
            elif self.paces.is_too_much(kind, key, line.pk, came_at=line.received_at, at=at):
                return ("rejected", "stopped") if is_kept else ("quarantined", f"too-many-{kind}")
        return None

    def note_customer(self, address: str) -> None:
        """The batch has opened a concern for this address: rules spare it from now on."""
        self.customers.add(fold_address("email", address))

    def write(self, at: datetime) -> None:
        """Put down what the batch adds to the counts, after its rows are written."""
        if self.paces is not None:
            self.paces.write(at)


def change_guard(*, actor: Actor, at: datetime, **fields: object) -> Guard:
    """Change limits or trusted servers."""
    actor.insist_on_a_person()
    Guard.objects.get_or_create(pk=1)
    return accounts.change(Guard.objects.get(pk=1), actor=actor, at=at, **fields)


def key_of(incoming: Incoming) -> str:
    """Whose pace this mail counts for: its author's, whatever Reply-To says.

    Who is confirmed is counted apart, and so is who was found not to be the sender, so that nobody can have another's
    mails stopped by writing in their name.
    """
    author = fold_address("email", _author(incoming))[:LONGEST] or NOBODY
    if is_sure(incoming.authenticity):
        return SURE + author
    return FEIGNED + author if is_feigned(incoming.authenticity) else author


def _author(incoming: Incoming) -> str:
    return incoming.sender.address if incoming.sender else ""


def _matching(active: Iterable[RejectionRule], incoming: Incoming, mailbox: int | None) -> list[RejectionRule]:
    """The rules that speak of this mail and hold for the mailbox it came to."""
    return [rule for rule in _speaking_of(active, incoming) if rule.mailbox_id in (None, mailbox)]


def _speaking_of(active: Iterable[RejectionRule], incoming: Incoming) -> list[RejectionRule]:
    author = _author(incoming)
    return [rule for rule in active if rules.applies(rule, author, incoming.subject)]


def _named(incoming: Incoming) -> list[int]:
    """The tickets that a mail names without referring to one of their mails."""
    signed = [number for one in incoming.recipients if (number := read_reply_address(one, reply_key())) is not None]
    return signed + subject_numbers(incoming.subject)
