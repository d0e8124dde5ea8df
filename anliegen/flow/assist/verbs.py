"""What can happen to the register of AI providers. Questions stand in a ledger of their own, not here."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

PROVIDER_CREATED = Verb("provider.created", _("{actor} entered {subject} in the register of AI providers"))
PROVIDER_CHANGED = Verb("provider.changed", _("{actor} changed {fields} of {subject}"), {"fields": Kind.CODES})
PROVIDER_ON = Verb("provider.on", _("{actor} switched {subject} on"))
PROVIDER_OFF = Verb("provider.off", _("{actor} switched {subject} off"))
PROVIDER_WITHDRAWN = Verb("provider.withdrawn", _("{actor} took {subject} out of the register of AI providers"))
BUDGET_REACHED = Verb(
    "provider.budget_reached",
    _("{subject} has used up its budget of the month; until the next one the rules help alone"),
    {"responsible": Kind.REF},
)
