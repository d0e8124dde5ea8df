"""What can happen when it is looked whether all are served alike."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

_WHAT = {"measure": Kind.CODE, "dimension": Kind.CODE, "group": Kind.CODE}
FAIRNESS_LOOKED = Verb(
    "fairness.looked",
    _("{actor} looked at {count} concerns for whether a group is served worse: {found} findings"),
    {"report": Kind.REF, "count": Kind.NUMBER, "found": Kind.NUMBER},
)
FINDING_OPENED = Verb("finding.opened", _("A group is served worse than others: {measure}, {group}"), _WHAT)
FINDING_REOPENED = Verb(
    "finding.reopened", _("A group is still served worse after it was settled: {measure}, {group}"), _WHAT
)
FINDING_TAKEN_ON = Verb(
    "finding.taken_on", _("{actor} put a fairness finding into the hands of {owner}"), {"owner": Kind.REF}
)
FINDING_SETTLED = Verb("finding.settled", _("{actor} settled a fairness finding, with a note and a day to check it"))
