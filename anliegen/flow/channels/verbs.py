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
SOURCE_DECIDED = Verb(
    "source.decided", _("{actor} decided what to take in of what lay at {subject}: {choice}"), {"choice": Kind.CODE}
)
SOURCE_CONNECTED = Verb("source.connected", _("{actor} let this program log in at {subject}"))
SOURCE_GRANT_CHANGED = Verb("source.grant_changed", _("{actor} changed how this program logs in at {subject}"))
SOURCE_COMPARED = Verb(
    "source.compared",
    _("{actor} had {subject} compared with the intake ledger: {mails} mails, {missing} of them not in it"),
    {"mails": Kind.NUMBER, "missing": Kind.NUMBER},
)
SOURCE_MISSING_WANTED = Verb(
    "source.missing_wanted", _("{actor} had {count} missing mails fetched from {subject}"), {"count": Kind.NUMBER}
)
SOURCE_MISSING_LEFT = Verb(
    "source.missing_left", _("{actor} decided to leave {count} mails at {subject}"), {"count": Kind.NUMBER}
)
INSTANCE_RESTORED = Verb(
    "instance.restored",
    _(
        "This instance was restored from a backup: {answers} answers wait for a person, {automatic} automatic mails are"
        " not sent again"
    ),
    {"answers": Kind.NUMBER, "automatic": Kind.NUMBER},
)
