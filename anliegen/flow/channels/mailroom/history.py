"""What an answer quotes of the conversation, and which mails it names as those it follows.

Nobody gets to read in a quote, or to know of by a Message-ID, what they had not got before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anliegen.flow.channels.addressed import recipients
from anliegen.flow.channels.email.compose import is_message_id
from anliegen.flow.channels.email.letter import Quote
from anliegen.ground.compiled import compiled, in_any_of
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Message, Participant

MOST_QUOTED = 20  # messages
MOST_NAMED = 50  # messages among which those to name are looked for
LONGEST = 20_000  # characters of one message
HEARD = ("received", "sent", "delivered")


@dataclass(frozen=True)
class Said:
    """A message of the conversation, the mail addresses of its writer, and those of everybody who wrote or got it."""

    message: Message
    writer: frozenset[str]
    knew: frozenset[str]


def quotes_for(message: Message, which: str) -> tuple[Quote, ...]:
    """The quotes of an answer, the newest first: `none`, only the message answered (`last`), or `all`.

    Left out is what a rule wrote or sent, what never arrived, what strangers and feigned senders wrote, what came
    encrypted, and what somebody who gets this answer had not got: a conversation may have several sides.
    """
    if which == "none":
        return ()
    earlier = _earlier(message.ticket_id, message.pk).filter(state__in=HEARD, automatic="", rule="")
    quoted = earlier.select_related("agent")[:MOST_QUOTED]
    readers = _folded(recipients(message))
    found = [one.message for one in _who_had(message.ticket_id, quoted) if readers <= one.knew]
    if which == "last":
        found = [one for one in found if one.direction == "in"][:1]
    clear = [one for one in found if not one.came_encrypted]
    return tuple(Quote(_introduction(one), _cut(one.said)) for one in clear if one.said.strip())


def thread_of(message: Message) -> tuple[str, ...]:
    """The Message-IDs for `References`, oldest first; the last is the one answered, for `In-Reply-To`.

    Named is what everybody who gets this mail has had. The one answered is the newest that one of them wrote, a
    person's words before an absence notice; whoever is in copy learns of that one, as in any answer to all.
    """
    earlier = _named(message.ticket_id, message.pk)
    readers = _folded(recipients(message))
    said = [one for one in _who_had(message.ticket_id, earlier) if is_message_id(_id(one))]
    known = [_id(one) for one in reversed(said) if readers <= one.knew]
    theirs = [one for one in said if one.message.direction == "in" and not readers.isdisjoint(one.writer)]
    answered = next((one for one in theirs if not one.message.automatic), theirs[0] if theirs else None)
    if answered is not None:
        known = [*(each for each in known if each != _id(answered)), _id(answered)]
    return tuple(dict.fromkeys(known))


@compiled
def _named(ticket: int, message: int) -> QuerySet[Message]:
    named = _earlier(ticket, message).exclude(rfc_message_id="").exclude(state="cancelled")
    return named.defer("text", "html", "enclosed")[:MOST_NAMED]


def _earlier(ticket: int, message: int) -> QuerySet[Message]:
    """What was said before, the newest first."""
    return Message.objects.filter(ticket=ticket, pk__lt=message).order_by("-pk")


def _who_had(ticket: int, messages: Iterable[Message]) -> list[Said]:
    """These messages with those who wrote and got them; without those of strangers and feigned senders.

    To whom a mail from outside went its sender claims. That is believed only of those who take part: anybody can name
    anybody, who would then get to read what they never had.
    """
    kept = [one for one in messages if not one.is_from_stranger and not one.is_feigned]
    owned = _owned(kept)
    taking_part = _taking_part(ticket, kept)
    return [_said(one, owned, taking_part) for one in kept]


def _said(message: Message, owned: dict[int, set[str]], taking_part: set[str]) -> Said:
    # Whoever writes by a form or from another address of theirs has got what they wrote.
    writer = frozenset({fold_address("email", message.from_address), *owned.get(message.person_id or 0, ())})
    got = _folded(recipients(message))
    if message.direction == "in":
        return Said(message, writer, writer | (got & taking_part))
    return Said(message, writer, writer | (got - _folded(each["address"] for each in message.unreached)))


def _owned(messages: Sequence[Message]) -> dict[int, set[str]]:
    """The mail addresses of everybody who wrote one of these."""
    people = {one.person_id for one in messages if one.person_id is not None}
    found: dict[int, set[str]] = {}
    for person, folded in _addresses(sorted(people)) if people else ():
        found.setdefault(person, set()).add(folded)
    return found


@compiled
def _addresses(people: list[int]) -> QuerySet[Any]:
    return Address.objects.filter(in_any_of("person", people), kind="email").values_list("person", "folded")


def _taking_part(ticket: int, messages: Sequence[Message]) -> set[str]:
    """Participants, and whom one of us has written to."""
    ours = [one for one in messages if one.direction == "out" and not one.rule and one.state in HEARD]
    return {
        *_participants(ticket),
        *_folded(each for one in ours for each in recipients(one)),
    }


@compiled
def _participants(ticket: int) -> QuerySet[Any]:
    mails = Participant.objects.filter(ticket=ticket, address__kind="email")
    return mails.values_list("address__folded", flat=True)


def _folded(addresses: Iterable[str]) -> set[str]:
    return {fold_address("email", each) for each in addresses}


def _id(said: Said) -> str:
    return said.message.rfc_message_id


def _introduction(message: Message) -> str:
    at = timezone.localtime(message.created_at)
    return _("On %(date)s at %(time)s, %(name)s wrote:") % {
        "date": at.strftime("%d.%m.%Y") if get_language() == "de" else date_format(at, "j F Y"),
        "time": at.strftime("%H:%M"),
        "name": message.agent.name if message.agent else message.from_name or message.from_address,
    }


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n[…]"
