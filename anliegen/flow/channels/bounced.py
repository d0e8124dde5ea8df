"""A delivery report that names none of our mails, but came to the address that one of them was sent from (VERP)."""

from anliegen.flow.channels.email.identifiers import read_bounce_address
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message

NAMELESS = (("bounce", "of-an-unknown-mail"), ("automatic", "bounce"))


def find_its_mail(event: Event) -> None:
    """Read an `intake.kept`: give a report back to the message it is about, and tell that it did not arrive."""
    if (event.data["result"], event.data["reason"]) not in NAMELESS:
        return
    intake = Intake.objects.filter(pk=pk_of(event.subject), message=None).first()
    message = message_of(intake) if intake is not None else None
    if intake is None or message is None:
        return
    kind, status = _kind_and_status(intake)
    if kind == "hard":
        actions.mark_bounced(message, reason=status, actor=SYSTEM.because_of(event), at=clock.now())
    intake.message, intake.ticket_id = message, message.ticket_id
    intake.result, intake.reason = "bounce", kind
    intake.save(update_fields=["message", "ticket", "result", "reason"])


def message_of(intake: Intake) -> Message | None:
    """The message whose envelope the report came to; only we can make such an address."""
    keys = (read_bounce_address(address, reply_key()) for address in intake.envelope_to)
    key = next((one for one in keys if one is not None), None)
    return Message.objects.filter(pk=key, direction="out").first() if key is not None and key < 2**63 else None


def _kind_and_status(intake: Intake) -> tuple[str, str]:
    """What the report says; one in a form of its own is taken for what nearly all of those are."""
    try:
        bounce = parse(files.get(intake.sha256)).bounce
    except (files.FileMissing, files.FileDamaged):
        bounce = None
    if bounce is None:
        return "hard", "unknown"
    status = bounce.recipients[0].status if bounce.recipients else None
    return bounce.kind, status or "unknown"
