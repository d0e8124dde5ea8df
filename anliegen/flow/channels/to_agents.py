"""A mail to somebody who works here: no concern, no message, and no word of any customer in it."""

import hashlib
import os
from datetime import UTC, datetime

from django.conf import settings

from anliegen.flow.channels.email.compose import Outgoing, compose
from anliegen.flow.channels.email.transmit import NotTaken, Progress, transmit
from anliegen.flow.channels.instance import instance_id
from anliegen.flow.channels.mailroom.send import PURPOSE, outbox_folder
from anliegen.ground import egress
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.queries import default_brand


class NotTold(Exception):
    """The mail server did not take it."""


def tell(agent: Agent, *, subject: str, text: str, key: str, at: datetime) -> None:
    """Mail it, or keep it in `data/outbox/` where no mail server is set up. Never inside a transaction. Raises NotTold.

    The same `key` makes the same mail, so that a second try is no second mail.
    """
    brand = default_brand()
    digest = hashlib.sha256(f"{agent.pk} {key}".encode()).hexdigest()[:32]
    raw = compose(
        Outgoing(
            from_name=brand.name,
            from_address=brand.email,
            to=((agent.name, agent.email),),
            subject=subject,
            text=text,
            date=at,
            message_id=f"{digest}@{brand.email.rpartition('@')[2]}",
            auto_submitted="auto-generated",
            language=agent.language,
            actor_kind="rule",
            instance=instance_id(),
        )
    )
    if settings.ANLIEGEN_SMTP_URL is None:
        _keep(raw, digest, at)
        return
    try:
        with egress.smtp(settings.ANLIEGEN_SMTP_URL, purpose=PURPOSE) as session:
            # From nobody: what cannot be delivered need not come back into the mailbox for customers.
            taken = transmit(session, raw, sender="", to=[agent.email], progress=Progress(), hand_over=lambda: None)
    except (NotTaken, egress.EgressError) as problem:
        raise NotTold(str(problem)) from problem
    if not taken.accepted:
        raise NotTold(taken.refused[0].said)


def _keep(raw: bytes, digest: str, at: datetime) -> None:
    folder = outbox_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{at.astimezone(UTC).strftime('%Y%m%dT%H%M%S%f')}-agent-{digest[:8]}.eml"
    draft = file.with_suffix(".part")
    with draft.open("wb") as output:
        output.write(raw)
        output.flush()
        os.fsync(output.fileno())
    draft.rename(file)
