"""What an answer quotes of the conversation. Nobody gets to read in a quote what they had not got before."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anliegen.flow.channels.email.letter import Quote
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Message

MOST_QUOTED = 20  # messages
LONGEST = 20_000  # characters of one message
HEARD = ("received", "sent", "delivered")


def quotes_for(message: Message, which: str) -> tuple[Quote, ...]:
    """The quotes of an answer, the newest first: `none`, only the message answered (`last`), or `all`.

    Left out is what a rule wrote or sent, what never arrived or was feigned, and what somebody who gets this answer
    had not got: a conversation may have several sides.
    """
    if which == "none":
        return ()
    readers = {fold_address("email", each["address"]) for each in [*message.to, *message.cc]}
    earlier = Message.objects.filter(
        ticket=message.ticket_id, pk__lt=message.pk, state__in=HEARD, automatic="", rule=""
    )
    newest = earlier.select_related("agent").order_by("-pk")[:MOST_QUOTED]
    found = [one for one in newest if not one.is_feigned and readers <= _knew(one)]
    if which == "last":
        found = [one for one in found if one.direction == "in"][:1]
    return tuple(Quote(_introduction(one), _cut(one.said)) for one in found if one.said.strip())


def _knew(message: Message) -> set[str]:
    """The addresses of those who wrote or got this message."""
    knew = {fold_address("email", each["address"]) for each in [*message.to, *message.cc]}
    knew.add(fold_address("email", message.from_address))
    if message.person_id is not None:
        # Whoever writes by a form or from another address of theirs has got what they wrote.
        knew |= set(Address.objects.filter(person=message.person_id, kind="email").values_list("folded", flat=True))
    return knew


def _introduction(message: Message) -> str:
    at = timezone.localtime(message.created_at)
    return _("On %(date)s at %(time)s, %(name)s wrote:") % {
        "date": at.strftime("%d.%m.%Y") if get_language() == "de" else date_format(at, "j F Y"),
        "time": at.strftime("%H:%M"),
        "name": message.agent.name if message.agent else message.from_name or message.from_address,
    }


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n[…]"
