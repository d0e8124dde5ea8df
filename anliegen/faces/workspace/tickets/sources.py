"""Where the messages of a ticket came from: their lines in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from anliegen.flow.channels.models import Intake
from anliegen.records.tickets.queries import Entry


@dataclass(frozen=True)
class Source:
    """The ledger's line of a message that came as a mail, and the mailboxes it came to."""

    line: int
    ways: list[str]


def sources_of(entries: Sequence[Entry]) -> dict[int, Source]:
    """The first line of each message; one mail may come several times, by several ways."""
    mails = [entry.message.pk for entry in entries if entry.message and entry.message.direction == "in"]
    lines = Intake.objects.filter(message__in=mails).exclude(result="bounce").order_by("pk")
    found: dict[int, Source] = {}
    for message, line, address in lines.values_list("message", "pk", "mailbox__address"):
        source = found.setdefault(message, Source(line, []))
        if address is not None and address not in source.ways:
            source.ways.append(address)
    return found
