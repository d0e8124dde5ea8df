"""It takes longer than promised: the mail that says so before the customer waits in vain, begun for the agent.

Nothing goes out by itself. The agent reads it, says why it takes longer, chooses the new time, and sends it as their
own words.
"""

from datetime import datetime

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.addressed import addressed
from anliegen.records.accounts.models import Operator
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.models import Promise, Ticket


def words(promise: Promise, ticket: Ticket, operator: Operator, *, due_at: datetime, reason: str, at: datetime) -> str:
    """The whole mail in the customer's language. Without a reason there is a gap for it, in square brackets."""
    whom = addressed(ticket, [address for _name, address in addressees_of(ticket).to])
    language = whom.language(operator)
    with translation.override(language):
        paragraphs = [
            salutation(whom.person or ticket.person, language=language),
            _before(promise) if promise.due_at > at else _after(promise),
            reason.strip() or _("[Why it takes longer]"),
            _("We promise it to you by %(day)s instead. Should even that not hold, you hear it from us beforehand.")
            % {"day": day_in_words(due_at)},
            _("If this does not suit you, or you need something until then, just answer this mail."),
        ]
    return "\n\n".join(paragraphs)


def has_gap(text: str) -> bool:
    """Whether the reason was never filled in, in either language."""
    gaps = []
    for language in ("de", "en"):
        with translation.override(language):
            gaps.append(_("[Why it takes longer]"))
    return any(gap in text for gap in gaps)


def day_in_words(moment: datetime) -> str:
    """As it stands in a letter: "Freitag, 27. November, 17:00 Uhr"."""
    local = timezone.localtime(moment)
    return _("%(day)s, %(time)s") % {
        "day": formats.date_format(local, _("l, j F")),
        "time": formats.date_format(local, _("g:i a")),
    }


def _before(promise: Promise) -> str:
    return _(
        "We promised you something by %(day)s: “%(words)s” We will not manage it by then, and want you to know in time."
    ) % {"day": day_in_words(promise.due_at), "words": promise.words}


def _after(promise: Promise) -> str:
    return _(
        "We promised you something by %(day)s: “%(words)s” We have not kept that, and you heard nothing of it. That was"
        " our mistake, and we are sorry that you had to wait."
    ) % {"day": day_in_words(promise.due_at), "words": promise.words}
