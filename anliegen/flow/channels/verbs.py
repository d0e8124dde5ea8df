"""What can happen on the way in and out."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

INTAKE_QUARANTINED = Verb("intake.quarantined", _("A mail was set aside for a person: {reason}"), {"reason": Kind.CODE})
INTAKE_KEPT = Verb(
    "intake.kept", _("A mail was kept without opening a concern: {result}"), {"result": Kind.CODE, "reason": Kind.CODE}
)
INTAKE_REJECTED = Verb("intake.rejected", _("A mail was rejected by {rule}"), {"rule": Kind.REF})
INTAKE_RETRIED = Verb("intake.retried", _("{actor} had a mail taken in again"))
SOURCE_FAILED = Verb("source.failed", _("Fetching mail failed: {reason}"), {"reason": Kind.CODE})
SOURCE_RECOVERED = Verb("source.recovered", _("Fetching mail works again"))
BRAKE_TRIPPED = Verb(
    "brake.tripped",
    _("The brake was pulled: {kind}, more than {most} in ten minutes"),
    {"kind": Kind.CODE, "most": Kind.NUMBER},
)
BRAKE_RELEASED = Verb(
    "brake.released", _("{actor} released a brake; {mails} mails are taken in"), {"mails": Kind.NUMBER}
)
BRAKE_KEPT = Verb("brake.kept", _("{actor} keeps a brake pulled; {mails} mails are rejected"), {"mails": Kind.NUMBER})
