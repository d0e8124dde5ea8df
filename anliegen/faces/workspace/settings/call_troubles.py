"""Why a call to the outside did not end well, in words. The ledger of calls has a code for each."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.flow.channels.mailroom.troubles import HAPPENED, TOO_SLOW

OF_MAIL = "smtp_"
_WORDS: Mapping[str, str | Promise] = {
    **{code: gettext_lazy("The server does not answer in time.") for code in TOO_SLOW},
    "broken_off": gettext_lazy("The server broke off the connection."),
    "tls_broken_off": gettext_lazy("The server broke off the connection before it was secure."),
    "tls": gettext_lazy("No secure connection comes about."),
    "tls_required": gettext_lazy("The server offers no encryption."),
    "protocol": gettext_lazy("The server does not answer as the standard says."),
    "smtp_protocol": gettext_lazy("The server does not answer as the standard says."),
    "bad_scheme": gettext_lazy("This kind of address is not allowed."),
    "too_large": gettext_lazy("The answer is larger than this connection may take."),
    "mail_too_large": gettext_lazy("A mail there is larger than we take."),
}
_SHARED = ("not_registered", "private_address", "bad_address", "name_unknown", "connect_failed", "certificate")


def words(code: str) -> str:
    """What happened; a code without words is shown as it is rather than hidden."""
    if code in _SHARED:
        return str(HAPPENED[code])
    if code.startswith(OF_MAIL) and (reply := code.removeprefix(OF_MAIL)).isdecimal():
        return _("The mail server said no (%(reply)s).") % {"reply": reply}
    return str(_WORDS.get(code) or code)
