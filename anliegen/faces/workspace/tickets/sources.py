"""Where the messages of a ticket came from: their lines in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from anliegen.flow.channels.models import Intake
from anliegen.ground.compiled import compiled, in_any_of
from anliegen.records.tickets.queries import Entry


@dataclass(frozen=True)
class Source:
    """The ledger's line of a message that came as a mail, and the mailboxes it came to."""

    line: int
    ways: list[str]


def sources_of(entries: Sequence[Entry]) -> dict[int, Source]:
    """The first line of each message; one mail may come several times, by several ways."""
    mails = [entry.message.pk for entry in entries if entry.message and entry.message.direction == "in"]
    found: dict[int, Source] = {}
    for message, line, address in _lines(mails):
        source = found.setdefault(message, Source(line, []))
        if address is not None and address not in source.ways:
            source.ways.append(address)
    return found


@compiled
def _lines(messages: list[int]) -> QuerySet[Any]:
    lines = Intake.objects.filter(in_any_of("message", messages)).exclude(result="bounce").order_by("pk")
    return lines.values_list("message", "pk", "mailbox__address")
