"""A message leaves as a mail: composed from its row, handed to the operator's mail server, or kept in a folder."""

import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.acknowledge import RULE as ACKNOWLEDGEMENT
from anliegen.flow.channels.acknowledge import language_for, way_to_a_person
from anliegen.flow.channels.email.compose import CannotCompose, Outgoing, OutgoingFile, compose, is_message_id
from anliegen.flow.channels.email.identifiers import reply_address
from anliegen.flow.channels.instance import instance_id, reply_key
from anliegen.ground import clock, egress, files
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.links import status_link
from anliegen.records.tickets.models import Message, Ticket

PURPOSE = "mail"
PORTS = {"smtp": 587, "smtps": 465}
MOST_REFERENCES = 50


class Passing(Exception):
    """Not sent this time; worth another try. `code` is for the journal."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(words or code)
        self.code = code


class Lasting(Passing):
    """Will never be sent like this."""


def send(message: Message) -> None:
    """Send one message to all its recipients. Raises Passing or Lasting. Never inside a transaction."""
    try:
        raw = compose(as_mail(message))
    except (files.FileMissing, files.FileDamaged) as problem:
        raise Passing("attachment_missing", str(problem)) from problem
    except CannotCompose as problem:
        raise Lasting("cannot_compose", str(problem)) from problem
    url = settings.ANLIEGEN_SMTP_URL
    if url is None:
        keep(message, raw)
        return
    recipients = [each["address"] for each in [*message.to, *message.cc]]
    try:
        with egress.smtp(url, purpose=PURPOSE) as session:
            refused = session.sendmail(message.from_address, recipients, raw)
    except egress.TurnedAway as no:
        raise (Passing if no.passing else Lasting)(no.code, f"{no.status}") from no
    except egress.EgressError as problem:
        raise (Passing if problem.passing or isinstance(problem, egress.Refused) else Lasting)(
            problem.code
        ) from problem
    if len(refused) == len(recipients):
        raise Lasting("all_recipients_refused")


def register_mail_server() -> None:
    """What the operator set in the environment is a decision: the register of destinations says so too."""
    if settings.ANLIEGEN_SMTP_URL is None:
        return
    parts = urlsplit(settings.ANLIEGEN_SMTP_URL)
    egress.register(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        purpose=PURPOSE,
        name="ANLIEGEN_SMTP_URL",
        responsible="ANLIEGEN_SMTP_URL",
        allow_private=True,  # a mail server usually stands in the own network
        actor=SYSTEM,
        at=clock.now(),
    )


def as_mail(message: Message) -> Outgoing:
    """The mail of a message: with signature, the way to a person, and headers that thread it where it belongs."""
    ticket, brand, operator = message.ticket, message.ticket.brand, the_operator()
    language = language_for(ticket, operator)
    with translation.override(language):
        text = message.text if message.rule else _with_footer(message, brand.signature)
    answered = _answered(message)
    return Outgoing(
        from_name=brand.name,
        from_address=message.from_address,
        to=tuple((each["name"], each["address"]) for each in message.to),
        cc=tuple((each["name"], each["address"]) for each in message.cc),
        reply_to=_reply_to(message),
        subject=message.subject,
        text=text,
        html=None,
        attachments=tuple(
            OutgoingFile(each.filename, each.content_type, files.get(each.sha256))
            for each in message.attachments.order_by("pk")
        ),
        message_id=message.rfc_message_id,
        in_reply_to=answered[-1] if answered else None,
        references=tuple(answered),
        auto_submitted=_auto_submitted(message),
        language=language,
        actor_kind="rule" if message.rule else "human",
        instance=instance_id(),
        date=message.written_at,
    )


def keep(message: Message, raw: bytes) -> Path:
    """Without a mail server: a file in `data/outbox/`, shown under /dev/mail."""
    folder = outbox_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    file = folder / f"{stamp}-{message.pk}.eml"
    draft = file.with_suffix(".part")
    with draft.open("wb") as output:
        output.write(raw)
        output.flush()
        os.fsync(output.fileno())
    draft.rename(file)
    return file


def outbox_folder() -> Path:
    return files.data_path() / "outbox"


def _with_footer(message: Message, signature: str) -> str:
    operator, ticket = the_operator(), message.ticket
    status = _about_the_link(ticket) % {"number": ticket.pk, "link": status_link(ticket)}
    author = message.agent.name if message.agent else ""
    parts = [message.text.rstrip(), "\n".join(filter(None, [author, signature.strip()]))]
    footer = "\n".join([status, way_to_a_person(operator)])
    return "\n\n".join(filter(None, parts)) + f"\n\n-- \n{footer}\n"


def _about_the_link(ticket: Ticket) -> str:
    """What the customer's page is for just now: once the concern counts as resolved, it asks whether it is."""
    if ticket.is_open:
        return _("How your concern %(number)s stands, at any time: %(link)s")
    return _("Is your concern %(number)s settled with this? Please tell us here: %(link)s#question")


def _reply_to(message: Message) -> tuple[str, str] | None:
    mailbox = message.ticket.mailbox
    if mailbox is None or not mailbox.signs_replies:
        return None
    return message.ticket.brand.name, reply_address(mailbox.address, message.ticket_id, reply_key())


def _answered(message: Message) -> list[str]:
    """The Message-IDs of the conversation so far, oldest first: `References`, and its last the one answered."""
    earlier = Message.objects.filter(ticket=message.ticket_id, pk__lt=message.pk).exclude(rfc_message_id="")
    earlier = earlier.exclude(state="cancelled").order_by("-pk")
    pairs = earlier.values_list("rfc_message_id", "direction")[:MOST_REFERENCES]
    known = [(each, way) for each, way in pairs if is_message_id(each)]  # a customer's own may be none
    ids = [each for each, _way in reversed(known)]
    newest_in = next((each for each, way in known if way == "in"), None)
    if newest_in is not None:
        ids.remove(newest_in)
        ids.append(newest_in)
    return list(dict.fromkeys(ids))


def _auto_submitted(message: Message) -> str | None:
    if not message.rule:
        return None
    return "auto-replied" if message.rule == ACKNOWLEDGEMENT else "auto-generated"
