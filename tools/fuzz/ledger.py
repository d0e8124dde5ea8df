"""What must hold for every mail in the ledger, however damaged: it is taken in, and its end is known."""

from django.db import Error

from anliegen.flow.channels.mailroom.intake import take_in_all
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Guard, Intake

# Ends that a person has to look into although nobody pulled a brake: ours.
_OURS = frozenset({"not-understood", "database-refused", "disk", "file-missing", "file-damaged", "not-set-up"})
_MOST = 32_000


def open_the_brakes() -> None:
    """All damaged mails are of a few senders; set aside at the door, nothing would be learnt of them."""
    limits = {"most_per_address": _MOST, "most_per_ticket": _MOST, "most_answers": _MOST}
    Guard.objects.update_or_create(pk=1, defaults=limits)


def broken_rule(mail: bytes) -> str | None:
    """The rule that taking this mail in breaks, in words; None when all hold. Never raises."""
    before = Intake.objects.count()
    try:
        line = store_raw(mail, source="fuzz")
        take_in_all()
        line.refresh_from_db()
    except (OSError, Error, Intake.DoesNotExist) as error:
        return f"ledger: taking in raised {type(error).__name__}"
    if Intake.objects.count() != before + 1:
        return f"ledger: {Intake.objects.count() - before} lines for one mail"
    if line.result == "received":
        return "ledger: the mail still waits"
    if line.reason in _OURS:
        return f"ledger: set aside, {line.reason} {line.detail}"
    if line.result in ("created", "appended") and (line.ticket_id is None or line.message_id is None):
        return f"ledger: {line.result}, but without its concern or message"
    return None
