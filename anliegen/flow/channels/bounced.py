"""A delivery report that names none of our mails, but came to the address that one of them was sent from (VERP)."""

from anliegen.flow.channels import reported
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.incoming import Bounce
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
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
    bounce = _bounce_in(intake)
    reported.believe(message, bounce, is_proven=True, actor=SYSTEM.because_of(event), at=clock.now())
    intake.message, intake.ticket_id = message, message.ticket_id
    intake.result, intake.reason = "bounce", bounce.kind
    intake.save(update_fields=["message", "ticket", "result", "reason"])


def message_of(intake: Intake) -> Message | None:
    """The message whose envelope the report came to; only we can make such an address."""
    key = reported.message_sent_from(intake.envelope_to)
    return Message.objects.filter(pk=key, direction="out").first() if key is not None else None


def _bounce_in(intake: Intake) -> Bounce:
    """What the report says; one in a form of its own is taken for what nearly all of those are."""
    try:
        bounce = parse(files.get(intake.sha256)).bounce
    except (files.FileMissing, files.FileDamaged):
        bounce = None
    return bounce or Bounce("hard", ())
