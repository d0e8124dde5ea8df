"""The way to a person that stands in every mail: the telephone and when somebody is there, and callbacks."""

from datetime import datetime

from django.utils.translation import gettext as _

from anliegen.records.accounts import hours
from anliegen.records.accounts.models import Brand, Operator
from anliegen.records.accounts.opening import reachable
from anliegen.records.accounts.queries import Reach, reach_of


def way_to_a_person(operator: Operator, brand: Brand | None, *, at: datetime, a_person_wrote: bool = False) -> str:
    """How to reach a human being by this brand; `at` is when the mail is written.

    Below the words of a person it asks for a call: who wrote is a person already.
    """
    question = _("Would you rather talk on the phone?") if a_person_wrote else _("Would you rather talk to a person?")
    return f"{question} {_ways(reach_of(operator, brand), at)}"


def _ways(reach: Reach, at: datetime) -> str:
    if reach.phone and reach.callback_address:
        return _("Call us: %(phone)s. Or ask for a call back: %(address)s.") % {
            "phone": _phone(reach.phone, at),
            "address": reach.callback_address,
        }
    if reach.phone:
        return _("Call us: %(phone)s.") % {"phone": _phone(reach.phone, at)}
    if reach.callback_address:
        return _("Ask for a call back: %(address)s.") % {"address": reach.callback_address}
    return _("Just answer this mail and say so.")


def _phone(phone: str, at: datetime) -> str:
    """The number with its hours: a mail may be read at night."""
    opening = reachable(hours.of_team(None), at)
    if opening is None:
        return phone
    if opening.is_open:
        return f"{phone} ({opening.line})"
    again = _("%(hours)s; again from %(moment)s") % {"hours": opening.line, "moment": opening.back}
    return f"{phone} ({again})"
