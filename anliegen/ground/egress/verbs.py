"""What can happen to the register of destinations."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

DESTINATION_REGISTERED = Verb(
    "destination.registered",
    _("{actor} allowed connections to {subject}"),
    {"purpose": Kind.CODE, "private": Kind.FLAG},
)
DESTINATION_CHANGED = Verb("destination.changed", _("{actor} changed {fields} of {subject}"), {"fields": Kind.CODES})
DESTINATION_WITHDRAWN = Verb("destination.withdrawn", _("{actor} no longer allows connections to {subject}"))
