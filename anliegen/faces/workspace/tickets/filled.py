"""Nothing leaves the house while a place in it waits for words: the check of every form whose text is sent."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anliegen.records.knowledge.placeholders import open_fields


def insist_on_filled(text: str) -> None:
    """A validator. Raises ValidationError, which names what is open."""
    if fields := open_fields(text):
        raise ValidationError(
            _("Please fill in or delete what is still open in the text: %(fields)s") % {"fields": ", ".join(fields)}
        )
