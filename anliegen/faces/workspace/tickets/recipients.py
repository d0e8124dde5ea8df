"""Who gets an answer, as the composer shows it: nobody is added, and nobody lost, without being named."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets.addressees import Addressees, addressees_of
from anliegen.records.tickets.content import SPOKEN
from anliegen.records.tickets.models import Message, Ticket

Pair = tuple[str, str]
FEW = 2  # names that are read at a glance; the others are counted


class AddressesField(forms.CharField):
    """Mail addresses, separated by commas or lines, as (name, address); each once."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[Pair]:
        text = super().clean(value)
        found: dict[str, Pair] = {}
        for one in re.split(r"[,;\n]", text):
            if not (address := one.strip()):
                continue
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(_("“%(text)s” is no e-mail address.") % {"text": address}) from None
            found.setdefault(fold_address("email", address), ("", address))
        return list(found.values())


def loose(text: str) -> list[str]:
    """The addresses in a field that is being written in; what is none yet is passed over."""
    found: dict[str, str] = {}
    for one in map(str.strip, re.split(r"[,;\n]", text[:2000])):
        try:
            validate_email(one)
        except ValidationError:
            continue
        found.setdefault(fold_address("email", one), one)
    return list(found.values())


def named(given: Sequence[Pair], message: Message) -> tuple[Pair, ...]:
    """The addresses with the names by which an earlier answer named them."""
    return with_names(given, [(one["name"], one["address"]) for one in [*message.to, *message.cc]])


def with_names(given: Sequence[Pair], known: Iterable[Pair]) -> tuple[Pair, ...]:
    names = {fold_address("email", address): name for name, address in known}
    return tuple((name or names.get(fold_address("email", address), ""), address) for name, address in given)


def shown(ticket: Ticket, *, spoken: bool | None = None, messages: Sequence[Message] | None = None) -> dict[str, Any]:
    """Who gets the answer, who had the message answered and does not, and what the button says.

    `messages` are all of the ticket's, where they were read before.
    """
    spoken = ticket.channel in SPOKEN if spoken is None else spoken
    people = Addressees() if spoken else addressees_of(ticket, messages)
    name = people.to[0][0] or people.to[0][1] if people.to else str(ticket.person)
    return {
        "to": people.to,
        "person": people.person or ticket.person,
        "spoken": spoken,
        "copies": [address for _name, address in people.copies],
        "left_out": crowd([address for _name, address in people.copies]),
        "passed_over": people.passed_over,
        "asked_at": "" if ticket.person.is_hidden else people.asked_at,
        "send_words": _write_down(name) if spoken else send_words(name, len(people.to)),
        "button": {} if spoken else button_words(name),
    }


def crowd(names: Sequence[str], place: str = "") -> str:
    """The names in a line; of many the first two, the others counted and one press away. `place` makes it an id."""
    if len(names) <= FEW + 1:
        return ", ".join(names)
    more = ngettext("and %(count)s more", "and %(count)s more", len(names) - FEW) % {"count": len(names) - FEW}
    opening = Markup('<details class="crowd" id="{}">').format(place) if place else Markup('<details class="crowd">')
    shown, rest = escape(", ".join(names[:FEW])), escape(", ".join(names[FEW:]))
    return shown + " " + opening + Markup("<summary>{}</summary><span>{}</span></details>").format(more, rest)


def counted(recipients: Sequence[Mapping[str, str]]) -> str:
    """The names where they are few, else how many people."""
    if len(recipients) <= FEW:
        return ", ".join(one["name"] or one["address"] for one in recipients)
    return ngettext("%(count)s person", "%(count)s people", len(recipients)) % {"count": len(recipients)}


def send_words(name: str, people: int) -> str:
    if people > 1:
        return ngettext("Send answer to %(count)s person", "Send answer to %(count)s people", people) % {
            "count": people
        }
    return _("Send answer to %(name)s") % {"name": name}


def button_words(name: str) -> dict[str, str]:
    """What the page's script writes on the button when recipients or time change. It fills {count} and {name}."""
    many = ngettext("Send answer to %(count)s person", "Send answer to %(count)s people", 2) % {"count": "{count}"}
    return {
        "data_one": _("Send answer to %(name)s") % {"name": name},
        "data_named": _("Send answer to %(name)s") % {"name": "{name}"},
        "data_many": many,
        "data_later_one": _("Send answer to %(name)s later") % {"name": name},
        "data_later_named": _("Send answer to %(name)s later") % {"name": "{name}"},
        "data_later_many": _("Send answer to %(count)s people later") % {"count": "{count}"},
    }


def forward_words() -> dict[str, str]:
    """What the button of a forward says: to nobody yet, to one, to many."""
    many = ngettext("Forward to %(count)s person", "Forward to %(count)s people", 2) % {"count": "{count}"}
    named = _("Forward to %(name)s") % {"name": "{name}"}
    return {"data_one": _("Forward"), "data_named": named, "data_many": many}


def _write_down(name: str) -> str:
    return _("Write down what was said to %(name)s") % {"name": name}
