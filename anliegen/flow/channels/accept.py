"""From `Incoming` to its one visible place: the steps in their order.

No step loses anything: each either ends the way of the mail in the ledger, with a reason, or hands it on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from anliegen.flow.channels import reported, threading, verbs, writer
from anliegen.flow.channels.email.identifiers import read_reply_address
from anliegen.flow.channels.incoming import Bounce, Incoming
from anliegen.flow.channels.instance import instance_id, reply_key
from anliegen.flow.channels.known import Known
from anliegen.flow.channels.models import Intake
from anliegen.ground import files, rows
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts import queries as accounts
from anliegen.records.accounts.models import Mailbox
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import File, Received
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.models.message import is_feigned

# Mails that nobody wrote and nobody waits for: kept in the ledger, and with the ticket they answer, but open none.
# Lists and machines (web forms, shops) may carry a person's words, so these do; and so does what only looks like one of
# these but does not say so itself. None of them is ever answered by a rule.
OPENS_NO_TICKET = {"auto-reply", "receipt", "feedback-report", "bulk", "bounce"}


@dataclass(frozen=True)
class Arrival:
    """A mail on its way through the steps."""

    incoming: Incoming
    intake: Intake
    known: Known
    at: datetime

    @cached_property
    def found(self) -> threading.Found | None:
        """The ticket it answers, and by which evidence."""
        return threading.find_ticket(self.incoming, self.known)

    @property
    def mailbox(self) -> Mailbox | None:
        return self.intake.mailbox


Step = Callable[[Arrival], bool]
OUTCOME = (
    *("fingerprint", "defects", "mailbox", "ticket", "message", "duplicate_of"),
    *("result", "reason", "rule", "authenticity", "done_at"),
)


def accept(incoming: Incoming, intake: Intake, *, known: Known, at: datetime) -> Intake:
    """Take the mail through the steps, inside the caller's transaction. Afterwards `intake.result` is final."""
    intake.fingerprint = incoming.fingerprint
    intake.defects = list(incoming.defects)[:50]
    intake.authenticity, intake.rule = incoming.authenticity, None
    intake.mailbox = known.mailbox_of([*intake.envelope_to, *incoming.recipients])
    arrival = Arrival(incoming, intake, known, at)
    for step in STEPS:
        if step(arrival):
            known.note_intake(intake)
            return intake
    raise AssertionError("the last step takes everything")


def _known_already(arrival: Arrival) -> bool:
    earlier = arrival.known.intakes.get(arrival.incoming.fingerprint)
    if earlier is None or earlier.pk == arrival.intake.pk:
        return False
    arrival.intake.duplicate_of = earlier
    arrival.intake.ticket_id, arrival.intake.message_id = earlier.ticket_id, earlier.message_id
    return _end(arrival, "duplicate", "came-before")


def _our_own(arrival: Arrival) -> bool:
    """A mail that this very instance sent and that came back as it was: answering it would go round in circles."""
    if arrival.incoming.own_instance != instance_id() or arrival.incoming.bounce is not None:
        return False
    message = _message_of(arrival.incoming.message_id)
    if message is not None:
        arrival.intake.message, arrival.intake.ticket_id = message, message.ticket_id
    return _end(arrival, "rejected", "our-own-mail")


def _delivery_report(arrival: Arrival) -> bool:
    bounce = arrival.incoming.bounce
    if bounce is None:
        return False
    message = next(filter(None, map(_message_of, bounce.original_ids)), None) or _last_written_to_them(arrival, bounce)
    if message is None:
        return _end(arrival, "bounce", "of-an-unknown-mail")
    rows.write()
    is_proven = reported.message_sent_from(arrival.intake.envelope_to) == message.pk
    if not reported.believe(message, bounce, is_proven=is_proven, actor=SYSTEM, at=arrival.at):
        return False
    arrival.intake.message, arrival.intake.ticket_id = message, message.ticket_id
    return _end(arrival, "bounce", bounce.kind)


def _last_written_to_them(arrival: Arrival, bounce: Bounce) -> Message | None:
    """For reports without a Message-ID: a signed reply address in them tells the ticket, whose newest mail it is."""
    wanted = {one.address.lower() for one in bounce.recipients}
    for address in (*bounce.sent_as, *arrival.incoming.recipients):
        number = read_reply_address(address, reply_key())
        if number is None:
            continue
        for message in Message.objects.filter(ticket_id=number, direction="out").order_by("-pk")[:20]:
            if not wanted or wanted & {each["address"].lower() for each in (*message.to, *message.cc)}:
                return message
    return None


def _rejected_by_a_rule(arrival: Arrival) -> bool:
    if arrival.intake.let_in_at is not None:
        return False
    arrival.intake.rule = arrival.known.watch.rule_against(arrival.incoming, arrival.intake.mailbox_id)
    return arrival.intake.rule is not None and _end(arrival, "rejected", "rule")


def _too_many_reports(arrival: Arrival) -> bool:
    """As any mail, unless it came to an address that only we can make: a thousand of those are an outage, no flood."""
    is_report = arrival.incoming.bounce is not None
    return is_report and reported.message_sent_from(arrival.intake.envelope_to) is None and _is_stopped(arrival)


def _too_many(arrival: Arrival) -> bool:
    """Of one address or to one concern: set aside for a person, who may have decided already that it stays so."""
    return arrival.incoming.bounce is None and _is_stopped(arrival)


def _is_stopped(arrival: Arrival) -> bool:
    intake, found = arrival.intake, arrival.found
    if intake.let_in_at is not None:
        return False
    ticket = found.ticket if found else None
    stopped = arrival.known.watch.stops(arrival.incoming, ticket.pk if ticket else None, intake, at=arrival.at)
    if stopped is None:
        return False
    intake.ticket = ticket
    return _end(arrival, *stopped)


def _automatic(arrival: Arrival) -> bool:
    kind = arrival.incoming.automatic
    if kind not in OPENS_NO_TICKET:
        return False
    if found := arrival.found:
        arrival.intake.message = _append(arrival, found.ticket)
        arrival.intake.ticket = found.ticket
        _confirmed(arrival)
    elif not arrival.incoming.is_declared:
        return False
    return _end(arrival, "automatic", kind)


def _confirmed(arrival: Arrival) -> None:
    """A receipt: whom it names has the message."""
    incoming = arrival.incoming
    message = next(filter(None, map(_message_of, incoming.original_ids)), None) if incoming.confirmed else None
    if message is not None and not is_feigned(incoming.authenticity):
        rows.write()
        reported.confirm(message, incoming.confirmed, actor=SYSTEM, at=arrival.at)


def _to_a_ticket(arrival: Arrival) -> bool:
    found = arrival.found
    if found is None or is_long_over(found.ticket, arrival.at):
        return False
    arrival.intake.message = _append(arrival, found.ticket)
    arrival.intake.ticket = found.ticket
    return _end(arrival, "appended", found.evidence)


def _new_ticket(arrival: Arrival) -> bool:
    brand = arrival.mailbox.brand if arrival.mailbox else accounts.default_brand()
    message = tickets.receive(_received(arrival), brand=brand, mailbox=arrival.mailbox, at=arrival.at)
    arrival.intake.message, arrival.intake.ticket = message, message.ticket
    arrival.known.note_message(message)
    perhaps = threading.perhaps(arrival.incoming, message.ticket.person_id, arrival.known)
    arrival.known.note_ticket(message.ticket)
    arrival.known.watch.note_customer(message.from_address)
    if found := arrival.found:
        tickets.link(message.ticket, found.ticket, kind="follow_up", actor=SYSTEM, at=arrival.at)
        return _end(arrival, "created", "after-a-closed-one")
    if perhaps is not None:
        tickets.link(message.ticket, perhaps, kind="maybe", actor=SYSTEM, at=arrival.at)
    return _end(arrival, "created", _where_to(arrival.mailbox))


def _where_to(mailbox: Mailbox | None) -> str:
    if mailbox is None:
        return "no-mailbox"
    return "mailbox" if mailbox.team_id is not None else "mailbox-without-team"


def _append(arrival: Arrival, ticket: Ticket) -> Message:
    message = tickets.receive(_received(arrival), ticket=ticket, at=arrival.at)
    arrival.known.note_message(message)
    return message


def is_long_over(ticket: Ticket, at: datetime, *, days: int | None = None) -> bool:
    """Whether the ticket was resolved or closed so long ago that an answer to it is a concern of its own.

    `days` are the operator's, for whoever asks about many.
    """
    if days is None:
        days = accounts.the_operator().reopen_days
    return ticket.over_since is not None and at - ticket.over_since > timedelta(days=days)


def _message_of(rfc_message_id: str | None) -> Message | None:
    if not rfc_message_id:
        return None
    return Message.objects.filter(rfc_message_id=rfc_message_id, direction="out").order_by("pk").first()


def _received(arrival: Arrival) -> Received:
    incoming = arrival.incoming
    address = writer.address_of(incoming, arrival.intake.envelope_from, arrival.known, at=arrival.at)
    sender = incoming.sender
    return Received(
        channel=incoming.channel,
        person_id=address.person_id if address else writer.somebody(incoming, at=arrival.at),
        address=address,
        subject=incoming.subject,
        text=incoming.text,
        reply_text=incoming.reply_text,
        html=incoming.html or "",
        language=incoming.language or "",
        automatic=incoming.automatic or "",
        authenticity=incoming.authenticity,
        from_name=sender.name if sender else "",
        from_address=sender.address if sender else incoming.return_path or "",
        reply_to=writer.wants_answers_at(incoming, address),
        to=tuple((contact.name, contact.address) for contact in incoming.to),
        cc=tuple((contact.name, contact.address) for contact in incoming.cc),
        rfc_message_id=incoming.message_id or "",
        in_reply_to=incoming.in_reply_to,
        references=incoming.references,
        written_at=incoming.sent_at or arrival.at,
        files=store_files(incoming),
        enclosed=Enclosed(incoming.appointment, incoming.seal),
    )


def store_files(incoming: Incoming) -> tuple[File, ...]:
    """Put the attachments on disk; they are there before the rows that name them commit."""
    return tuple(
        File(
            filename=each.filename,
            content_type=each.content_type,
            size=each.size,
            sha256=files.put(each.content),
            content_id=each.content_id or "",
            is_inline=each.inline,
        )
        for each in incoming.attachments
    )


def _end(arrival: Arrival, result: str, reason: str) -> bool:
    intake = arrival.intake
    intake.result, intake.reason, intake.done_at = result, reason, arrival.at
    rows.update(intake, *OUTCOME)
    if intake.rule is not None:
        record(verbs.INTAKE_REJECTED, intake, actor=SYSTEM, at=arrival.at, rule=ref(intake.rule))
    elif result == "quarantined":
        record(verbs.INTAKE_QUARANTINED, intake, actor=SYSTEM, at=arrival.at, reason=reason)
    elif result in ("automatic", "bounce", "rejected"):
        record(verbs.INTAKE_KEPT, intake, actor=SYSTEM, at=arrival.at, result=result, reason=reason)
    return True


# The order must stay: what is known is not read twice, reports flood nobody and are rejected by no rule, what a person
# rejected counts for no pace, and what is no person's word opens nothing.
STEPS: tuple[Step, ...] = (
    _known_already,
    _our_own,
    _too_many_reports,
    _delivery_report,
    _rejected_by_a_rule,
    _too_many,
    _automatic,
    _to_a_ticket,
    _new_ticket,
)
