"""What can happen when somebody looks after the journal and the ledger."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

JOURNAL_CHECKED = Verb(
    "journal.checked",
    _("{actor} had the journal checked: {events} entries"),
    {"ok": Kind.FLAG, "events": Kind.NUMBER, "first_bad": Kind.NUMBER},
)
LEDGER_CHECKED = Verb(
    "ledger.checked",
    _("{actor} had the intake ledger checked: {checked} files, {missing} of them missing or damaged"),
    {"checked": Kind.NUMBER, "missing": Kind.NUMBER, "adrift": Kind.NUMBER},
)
READER_RETRIED = Verb("reader.retried", _("{actor} had a stopped reader try again: {subject}"))
PERSON_EXPORTED = Verb("person.exported", _("{actor} had everything written out that is kept of {subject}"))
