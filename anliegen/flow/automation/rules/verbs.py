"""What can happen to rules. What a rule does to a ticket says the journal of that ticket."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

RULE_CREATED = Verb("rule.created", _("{actor} wrote {subject}"))
RULE_CHANGED = Verb(
    "rule.changed",
    _("{actor} changed {fields} of {subject}: version {version}"),
    {"fields": Kind.CODES, "version": Kind.NUMBER},
)
RULE_ROLLED_BACK = Verb(
    "rule.rolled_back",
    _("{actor} brought version {back_to} of {subject} back, as version {version}"),
    {"back_to": Kind.NUMBER, "version": Kind.NUMBER},
)
RULE_STAGED = Verb(
    "rule.staged",
    _("{actor} set {subject} to: {stage}, {share} %"),
    {"stage": Kind.CODE, "share": Kind.NUMBER},
)
