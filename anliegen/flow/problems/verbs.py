"""What can happen to all that hangs on a problem at once. Each of them has its own events besides."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

_ROUND = {"round": Kind.REF, "count": Kind.NUMBER}
ROUND_ASKED = Verb("problem.round_asked", _("{actor} wrote to or closed {count} concerns at once"), _ROUND)
ROUND_DONE = Verb(
    "problem.round_done",
    _("{count} concerns were written to or closed at once; {left} were left out"),
    {**_ROUND, "left": Kind.NUMBER},
)
ROUND_UNDONE = Verb(
    "problem.round_undone",
    _("{actor} took back what was done to many concerns at once: {count} went back, {left} had left already"),
    {**_ROUND, "left": Kind.NUMBER},
)
