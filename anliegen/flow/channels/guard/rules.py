"""Rules that reject: a person made each, says why, and sees beforehand what it would have rejected."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from anliegen.flow.channels.models import RejectionRule
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets.models import Message, Participant, Ticket

LOOKED_BACK = timedelta(days=90)
MOST_SHOWN = 20
MOST_COUNTED = 1000


def applies(rule: RejectionRule, address: str, subject: str) -> bool:
    """Whether the rule speaks of this mail. Upper and lower case are the same; words count as whole words only."""
    pattern = folded(rule.kind, rule.pattern)
    match rule.kind:
        case "address":
            return folded("address", address) == pattern
        case "domain":
            domain = folded("domain", address.rpartition("@")[2])
            return domain == pattern or domain.endswith("." + pattern)
        case "subject":
            return re.search(rf"(?<!\w){re.escape(pattern)}(?!\w)", folded("subject", subject)) is not None
    raise ValueError(rule.kind)


def folded(kind: str, text: str) -> str:
    """How a pattern is kept and compared."""
    text = " ".join(text.split()).casefold()
    return text.strip("@ .") if kind == "domain" else text


def with_open_concern(addresses: Iterable[str]) -> set[str]:
    """Those among these mail addresses, folded, that belong to somebody whose concern is open."""
    asked = {fold_address("email", address) for address in addresses}
    if not asked:
        return set()
    taking_part = Participant.objects.filter(
        address__kind="email", address__folded__in=asked, ticket__in=Ticket.objects.open()
    )
    asking = Ticket.objects.open().filter(person__addresses__kind="email", person__addresses__folded__in=asked)
    return {*taking_part.values_list("address__folded", flat=True)} | (
        asked & {*asking.values_list("person__addresses__folded", flat=True)}
    )


def create_rule(*, actor: Actor, maker: Agent, at: datetime, **fields: Any) -> RejectionRule:
    """Reject such mails from now on."""
    actor.insist_on_a_person()
    return accounts.create(RejectionRule, actor=actor, at=at, created_by=maker, created_at=at, **_kept(fields))


def change_rule(rule: RejectionRule, *, actor: Actor, at: datetime, **fields: Any) -> RejectionRule:
    """Change it. What it rejected stays rejected, until a person takes it in."""
    actor.insist_on_a_person()
    return accounts.change(rule, actor=actor, at=at, **_kept(fields))


@dataclass(frozen=True)
class Preview:
    """What a rule would have done to the mails of the last 90 days."""

    rejected: Sequence[Message]  # the newest of them
    count: int
    is_more: bool  # there are more than were counted
    spared: int  # of these, from customers whose concern is open


def preview(rule: RejectionRule, *, at: datetime) -> Preview:
    """Which mails of the last 90 days the rule would have rejected, the newest first."""
    rejected, spared = [], 0
    found = list(_matching(rule, at))
    customers = set() if rule.includes_customers else with_open_concern(mail.from_address for mail in found)
    for mail in found:
        if fold_address("email", mail.from_address) in customers:
            spared += 1
        else:
            rejected.append(mail)
    return Preview(rejected[:MOST_SHOWN], len(rejected), len(found) == MOST_COUNTED, spared)


def _matching(rule: RejectionRule, at: datetime) -> Iterator[Message]:
    pattern = folded(rule.kind, rule.pattern)
    match rule.kind:
        case "address":
            roughly = Q(from_address__iexact=pattern)
        case "domain":
            roughly = Q(from_address__iendswith="@" + pattern) | Q(from_address__iendswith="." + pattern)
        case _:
            roughly = Q(subject__icontains=pattern.split(" ")[0])
    mails = Message.objects.filter(roughly, direction="in", channel="email", created_at__gte=at - LOOKED_BACK)
    if rule.mailbox_id is not None:
        mails = mails.filter(ticket__mailbox=rule.mailbox_id)
    shown = mails.only("pk", "ticket_id", "from_address", "from_name", "subject", "created_at").order_by("-pk")
    with transaction.atomic():  # a cursor of the server, so that not all of them are read at once
        count = 0
        for mail in shown.iterator(chunk_size=500):
            if applies(rule, mail.from_address, mail.subject):
                yield mail
                count += 1
            if count == MOST_COUNTED:
                return


def _kept(fields: dict[str, Any]) -> dict[str, Any]:
    if "pattern" in fields and "kind" in fields:
        return fields | {"pattern": folded(fields["kind"], fields["pattern"])}
    return fields
