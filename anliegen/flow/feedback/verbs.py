"""What feedback can say."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

OUTCOME_ASKED = Verb("outcome.asked", _("The status page asks whether the concern is settled"), {"outcome": Kind.REF})
OUTCOME_STATED = Verb(
    "outcome.stated", _("{actor} says: {answer}"), {"outcome": Kind.REF, "answer": Kind.CODE, "has_words": Kind.FLAG}
)
