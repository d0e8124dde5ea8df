"""What automation can do."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

DECISION_MADE = Verb(
    "decision.made",
    _("{actor} decided: {choice}"),
    {"decision": Kind.REF, "question": Kind.CODE, "choice": Kind.REF, "responsible": Kind.REF},
)
DECISION_CONTESTED = Verb(
    "decision.contested", _("{actor} asks for a person to check a decision"), {"decision": Kind.REF}
)
DECISION_CONFIRMED = Verb(
    "decision.confirmed",
    _("{actor} confirmed a decision of automation"),
    {"decision": Kind.REF, "question": Kind.CODE, "implied": Kind.FLAG},
)
DECISION_CORRECTED = Verb(
    "decision.corrected",
    _("{actor} corrected a decision of automation to {choice}"),
    {"decision": Kind.REF, "question": Kind.CODE, "implied": Kind.FLAG, "choice": Kind.REF},
)
DECISION_REJECTED = Verb(
    "decision.rejected",
    _("{actor} rejected a proposal of automation"),
    {"decision": Kind.REF, "question": Kind.CODE},
)
DECISION_UNDONE = Verb(
    "decision.undone",
    _("{actor} took back what automation did"),
    {"decision": Kind.REF, "question": Kind.CODE, "implied": Kind.FLAG},
)
DECISION_STOPPED = Verb(
    "decision.stopped",
    _("{actor} stopped what automation was about to do"),
    {"decision": Kind.REF, "question": Kind.CODE},
)
# What may also be read off what a person does: `implied` then says that they did not say so themselves.
ALSO_IMPLIED = (DECISION_CONFIRMED, DECISION_CORRECTED, DECISION_UNDONE)
