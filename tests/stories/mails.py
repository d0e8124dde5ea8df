"""Mails for the stories."""

from email.message import EmailMessage

from anliegen.flow.channels.mailroom import intake
from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Delivery, Intake
from anliegen.flow.channels.outbox import deliver


def mail(**headers: str) -> bytes:
    """A mail of Kim Berger to the service mailbox; each header may be given otherwise."""
    made = EmailMessage()
    made["From"] = headers.pop("sender", "Kim Berger <kim@example.org>")
    made["To"] = headers.pop("to", "service@musterstadt.example")
    made["Subject"] = headers.pop("subject", "Abschlag zu hoch")
    made["Message-ID"] = headers.pop("message_id", "<first@example.org>")
    made["Date"] = "Mon, 16 Nov 2026 10:00:00 +0100"
    text = headers.pop("text", "Guten Tag,\n\nmein Abschlag ist viel zu hoch. Bitte prüfen Sie ihn.\n\nKim Berger")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def take(raw: bytes, *, to: str = "service@musterstadt.example", sender: str = "kim@example.org") -> Intake:
    """Store it and take it in, as receiver and worker would; its line in the ledger."""
    line = store_raw(raw, source="smtp", envelope_from=sender, envelope_to=[to])
    intake.take_in_all()
    line.refresh_from_db()
    return line


def send_what_is_due() -> None:
    """Send now what would be due after the time to undo."""
    for delivery in Delivery.objects.filter(done_at=None):
        delivery.due_at = delivery.message.created_at
        delivery.save()
        deliver.func(delivery.pk)
