"""Why a mail ended where it did, in words a person can follow."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.flow.channels.models import Intake

REASONS = {
    "mailbox": gettext_lazy("It answers nothing we know, so it opened a concern for the mailbox's team."),
    "mailbox-without-team": gettext_lazy(
        "It answers nothing we know, so it opened a concern; its mailbox has no team, so the concern has none yet."
    ),
    "no-mailbox": gettext_lazy(
        "It answers nothing we know and came to no mailbox we know; the concern has no team yet."
    ),
    "after-a-closed-one": gettext_lazy(
        "It answers a concern closed long ago, so it opened a new one linked with that."
    ),
    "message-id": gettext_lazy("It answers a mail of this concern (In-Reply-To or References)."),
    "reply-address": gettext_lazy("It was sent to the signed reply address of this concern."),
    "references": gettext_lazy(
        "It answers a mail that an earlier message of this concern answers too, and the sender is named there."
    ),
    "subject-number": gettext_lazy("Its subject names the number, and the sender takes part in this concern."),
    "form": gettext_lazy("It was written on the contact form."),
    "status-page": gettext_lazy("It was written on the status page of this concern."),
    "interface": gettext_lazy("A program submitted it."),
    "came-before": gettext_lazy("The same mail had come before."),
    "our-own-mail": gettext_lazy("It is a mail that we sent ourselves and that came back."),
    "of-an-unknown-mail": gettext_lazy("A delivery report about a mail we do not know."),
    "hard": gettext_lazy("A delivery report: our mail did not arrive and will not."),
    "soft": gettext_lazy("A delivery report: our mail has not arrived yet."),
    "auto-reply": gettext_lazy("An automatic reply, such as an absence note."),
    "receipt": gettext_lazy("A receipt for reading or delivery."),
    "feedback-report": gettext_lazy("A report of a mail provider about one of our mails."),
    "bulk": gettext_lazy("A newsletter or other bulk mail."),
    "bounce": gettext_lazy("A delivery report."),
    "rule": gettext_lazy("One of your rules rejects such mails."),
    "stopped": gettext_lazy("So many mails came at once that a brake was pulled, and a person decided to keep it so."),
    "too-many-address": gettext_lazy(
        "So many mails of this address came in ten minutes that a brake was pulled. Look at them, then release it or"
        " keep it so."
    ),
    "too-many-ticket": gettext_lazy(
        "So many mails to this concern came in ten minutes that a brake was pulled. Look at them, then release it or"
        " keep it so."
    ),
    "too-many-mails": gettext_lazy(
        "So many mails came in all in ten minutes that a brake was pulled. Look at some of them, then release it."
    ),
    "file-missing": gettext_lazy(
        "Its bytes are missing from the file store; restore them from the backup. It is read by itself once they are"
        " there, and at once when you retry it."
    ),
    "file-damaged": gettext_lazy("Its bytes on disk were changed; restore them from the backup, then retry."),
    "not-set-up": gettext_lazy("This instance has no operator or brand yet; set it up, then retry."),
    "disk": gettext_lazy(
        "The disk refused its bytes or its attachments. It is tried again by itself, and at once when you retry it."
    ),
    "not-a-mail": gettext_lazy(
        "It does not look like a mail: it has not a single header field. If it is one, have it taken in."
    ),
    "database-refused": gettext_lazy("The database refused it; the mail is kept whole."),
    "killed-the-worker": gettext_lazy(
        "Reading it killed the worker, or did not end, three times; the mail is kept whole. It is tried once more after"
        " an update, or when you retry it."
    ),
    "not-understood": gettext_lazy(
        "We could not understand it; the mail is kept whole, read it and retry after an update."
    ),
}


def explain(intake: Intake) -> str:
    """The reason of this line."""
    if intake.result == "received":
        return _("It is safely stored and will be read in a moment.")
    return words(intake.reason)


def words(reason: str) -> str:
    """The words of a code; an unknown one is shown as it is rather than hidden."""
    return str(REASONS.get(reason, reason))
