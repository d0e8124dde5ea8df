"""What automation can do."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

DECISION_MADE = Verb(
    "decision.made",
    _("{actor} decided: {choice}"),
    # `proposed`: it waits for a person; nothing is decided yet.
    {
        "decision": Kind.REF,
        "question": Kind.CODE,
        "choice": Kind.REF,
        "responsible": Kind.REF,
        "proposed": Kind.FLAG,
    },
)
PROPOSED = _("{actor} proposed: {choice}")  # what is said of it then
# What was only tried out: no decision, and none of its readers reads it.
DECISION_TRIED = Verb(
    "decision.tried",
    _("{actor} would have decided: {choice}"),
    {"decision": Kind.REF, "question": Kind.CODE, "choice": Kind.REF},
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
DECISION_WITHDRAWN = Verb(
    "decision.withdrawn",
    _("{actor} withdrew a proposal that had become moot"),
    {"decision": Kind.REF, "question": Kind.CODE},
)
# Somebody wishes for people alone.
DECISION_UNWANTED = Verb(
    "decision.unwanted",
    _("{actor} wants people alone here, so a proposal of automation is withdrawn"),
    {"decision": Kind.REF, "question": Kind.CODE},
)
EXAMPLE_LEFT_OUT = Verb("example.left_out", _("{actor} said that it is an exception from which nothing is learnt"))
EXAMPLE_TAKEN_IN = Verb("example.taken_in", _("{actor} said that it is no exception: it is learnt from again"))
MODEL_LEARNT = Verb(
    "model.learnt",
    _("{actor} learnt from {examples} examples: version {version}"),
    {"version": Kind.NUMBER, "examples": Kind.NUMBER},
)
MODEL_SPEAKS = Verb(
    "model.speaks",
    _("{actor} lets version {version} of the sorting speak; {responsible} answers for it"),
    {"version": Kind.NUMBER, "responsible": Kind.REF},
)
MODEL_SILENT = Verb("model.silent", _("{actor} silenced version {version} of the sorting"), {"version": Kind.NUMBER})
MODEL_REFUSED = Verb("model.refused", _("{actor} refused version {version} of the sorting"), {"version": Kind.NUMBER})
TOPIC_PROPOSED = Verb(
    "topic.proposed", _("{actor} proposes a new topic: {number} concerns are like each other"), {"number": Kind.NUMBER}
)
TOPIC_PROPOSAL_TAKEN = Verb("topic.proposal_taken", _("{actor} made a topic of a proposal"))
TOPIC_PROPOSAL_DISMISSED = Verb("topic.proposal_dismissed", _("{actor} dismissed a proposed topic"))
# The subject is what is paused: `automation:all`, `automation:triage`, `rule:12`.
AUTOMATION_PAUSED = Verb("automation.paused", _("{actor} paused {subject}: {why}"), {"why": Kind.CODE})
AUTOMATION_RESUMED = Verb("automation.resumed", _("{actor} let {subject} go on"))
REFERRAL_SET = Verb(
    "referral.set", _("{actor} said who is asked in case of {case}: {to}"), {"case": Kind.CODE, "to": Kind.REF}
)
ESCALATION_THRESHOLD_SET = Verb(
    "escalation.threshold_set",
    _("{actor} set when a concern goes up: {threshold}, from {before} to {amount}"),
    {"threshold": Kind.CODE, "before": Kind.NUMBER, "amount": Kind.NUMBER},
)
ESCALATION_ANSWERED = Verb(
    "escalation.answered", _("{actor} said who answers for when a concern goes up: {to}"), {"to": Kind.REF}
)
# What may also be read off what a person does: `implied` then says that they did not say so themselves.
ALSO_IMPLIED = (DECISION_CONFIRMED, DECISION_CORRECTED, DECISION_UNDONE)
