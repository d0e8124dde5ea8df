"""What can happen to what we know."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

TEXT_BLOCK_WRITTEN = Verb("textblock.written", _("{actor} wrote {subject}"))
TEXT_BLOCK_CHANGED = Verb(
    "textblock.changed",
    _("{actor} changed {fields} of {subject}"),
    {"fields": Kind.CODES, "version": Kind.NUMBER},
)
TEXT_BLOCK_WITHDRAWN = Verb("textblock.withdrawn", _("{actor} took {subject} out of use"))
TEXT_BLOCK_RETURNED = Verb("textblock.returned", _("{actor} took {subject} into use again"))
