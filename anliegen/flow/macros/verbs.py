"""What can happen with macros. That one was applied stands in the ticket's timeline, before what it changed."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

MACRO_CREATED = Verb("macro.created", _("{actor} created {subject}"))
MACRO_CHANGED = Verb("macro.changed", _("{actor} changed {fields} of {subject}"), {"fields": Kind.CODES})
MACRO_WITHDRAWN = Verb("macro.withdrawn", _("{actor} took {subject} out of use"))
MACRO_RETURNED = Verb("macro.returned", _("{actor} took {subject} into use again"))
MACRO_APPLIED = Verb(
    "macro.applied",
    _("{actor} applied {macro}: {fields}"),
    {"macro": Kind.REF, "run": Kind.REF, "fields": Kind.CODES},
)
MACRO_UNDONE = Verb(
    "macro.undone",
    _("{actor} took {macro} back: {fields}"),
    {"macro": Kind.REF, "run": Kind.REF, "fields": Kind.CODES, "kept": Kind.CODES},
)
