"""Where the messages of a ticket came from: their lines in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from anliegen.flow.channels.models import Intake
from anliegen.records.tickets.queries import Entry


@dataclass(frozen=True)
class Source:
    """The ledger's line of a message that came as a mail, and the mailboxes it came to."""

    line: int
    ways: Sequence[str]


def sources_of(entries: Sequence[Entry]) -> dict[int, Source]:
    """The first line of each message; one mail may come several times, by several ways."""
    mails = [entry.message.pk for entry in entries if entry.message and entry.message.direction == "in"]
    lines = Intake.objects.filter(message__in=mails).exclude(result="bounce").select_related("mailbox").order_by("pk")
    found: dict[int, list[Intake]] = {}
    for line in lines:
        found.setdefault(cast(int, line.message_id), []).append(line)
    return {
        message: Source(several[0].pk, list(dict.fromkeys(one.mailbox.address for one in several if one.mailbox)))
        for message, several in found.items()
    }
