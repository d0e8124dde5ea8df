"""The way to a person, from the operator's settings: it stands on every page, those about errors included."""

from dataclasses import replace
from datetime import datetime

from babel import Locale
from django.db import DatabaseError
from django.utils import translation

from anliegen.faces.ui.contact import Contact
from anliegen.ground import clock
from anliegen.records.accounts import hours
from anliegen.records.accounts.models import Brand, Operator
from anliegen.records.accounts.opening import Reachable, reachable
from anliegen.records.accounts.queries import NotSetUp, default_brand, reach_of, the_operator

HOME = "DE"
_last: Contact | None = None  # for the page that reports that the database is away


def contact_of(operator: Operator, at: datetime, *, brand: Brand | None = None) -> Contact:
    """Telephone with its hours, callback, mail and postal address; a brand's own where one is concerned."""
    global _last  # what this process knew last, on purpose
    now, reach = opening_of(at), reach_of(operator, brand)
    contact = Contact(
        name=brand.name if brand is not None else operator.name,
        phone=reach.phone,
        callback=reach.callback_address,
        hours=now.line if now else "",
        email=brand.email if brand is not None else _email(),
        address=postal_address(operator),
    )
    own = reach_of(operator)
    _last = replace(contact, name=operator.name, phone=own.phone, callback=own.callback_address, hours="")
    return contact


def last_known_contact() -> Contact | None:
    """The way to a person even when the database cannot be asked."""
    try:
        return contact_of(the_operator(), clock.now())
    except (DatabaseError, NotSetUp):
        return _last


def opening_of(at: datetime) -> Reachable | None:
    """When the service as a whole can be reached: the default calendar's hours."""
    return reachable(hours.of_team(None), at)


def postal_address(operator: Operator) -> str:
    town = " ".join(part for part in (operator.postcode, operator.city) if part)
    if not operator.street and not town:
        return ""  # a country alone is no address
    return ", ".join(part for part in (operator.street, town, country_name(operator)) if part)


def country_name(operator: Operator) -> str:
    """The country as the last line of an address, in the active language; within Germany none is written."""
    if operator.country == HOME:
        return ""
    names = Locale.parse(translation.get_language() or "de", sep="-").territories
    return str(names.get(operator.country, operator.country))


def _email() -> str:
    try:
        return default_brand().email
    except NotSetUp:
        return ""
