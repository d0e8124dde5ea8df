"""The interface for programs as a channel: what one submits for a customer takes the way of a mail.

It is on disk, and has its line in the ledger, before it is anything else. Submitting the same twice is told apart by
the caller, which knows the program's key for it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Brand, Mailbox
from anliegen.records.customers import actions as customers
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.models import Message

SOURCE = "api"


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What a customer said, as a program passes it on. `channel` says how it reached the program."""

    subject: str
    text: str
    email: str
    name: str = ""
    language: str = ""
    channel: str = "api"


def open_concern(submitted: Submitted, *, brand: Brand, mailbox: Mailbox | None, actor: Actor, at: datetime) -> Message:
    """Open a ticket for what was submitted. `actor` is the agent for whom the program acts."""
    content = json.dumps(asdict(submitted), ensure_ascii=False, indent=1, sort_keys=True).encode()
    sha256 = files.put(content)
    with transaction.atomic():
        message = tickets.receive(_received(submitted, actor, at), brand=brand, mailbox=mailbox, actor=actor, at=at)
        Intake.objects.create(
            received_at=at,
            source=SOURCE,
            envelope_from=submitted.email,
            envelope_to=[mailbox.address if mailbox is not None else brand.email],
            mailbox=mailbox,
            sha256=sha256,
            size=len(content),
            result="created",
            reason="interface",
            ticket=message.ticket,
            message=message,
            done_at=at,
        )
    return message


def _received(submitted: Submitted, actor: Actor, at: datetime) -> Received:
    address = customers.meet(
        kind="email", value=submitted.email, name=submitted.name, language=submitted.language, actor=actor, at=at
    )
    return Received(
        channel=submitted.channel,
        person_id=address.person_id,
        address=address,
        subject=submitted.subject,
        text=submitted.text,
        reply_text=submitted.text,
        language=submitted.language,
        from_name=submitted.name or address.person.name,
        from_address=address.value,
        written_at=at,
    )
