"""What can happen to customers."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

PERSON_MET = Verb("person.met", _("{subject} got in touch for the first time"))
PERSON_CHANGED = Verb("person.changed", _("{actor} changed {fields} of {subject}"), {"fields": Kind.CODES})
ADDRESS_ADDED = Verb("person.address_added", _("{actor} added an address to {subject}"), {"address": Kind.REF})
ORGANISATION_CREATED = Verb("organisation.created", _("{actor} created {subject}"))
