"""How the way in is guarded: limits against loops, and whose findings about senders count."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, show
from anliegen.flow.channels.guard.watch import change_guard, the_guard
from anliegen.flow.channels.models import Guard
from anliegen.ground import clock

MOST_SERVERS = 20
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,250}[a-z0-9_])?")


class ServersField(forms.CharField):
    """Names of mail servers, one a line, as a list."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        names = list(dict.fromkeys(re.split(r"[\s,;]+", super().clean(value).lower().strip())))
        names = [name for name in names if name]
        wrong = [name for name in names if not _NAME.fullmatch(name)]
        if wrong:
            raise ValidationError(_("This is no name of a server: %(name)s") % {"name": wrong[0][:100]})
        if len(names) > MOST_SERVERS:
            raise ValidationError(_("At most %(most)s servers can be named.") % {"most": MOST_SERVERS})
        return names


def _limit(label: Any, help_text: Any = "", most: int = 10_000) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=5, max_value=most, help_text=help_text)


class GuardForm(SettingForm):
    most_per_address = _limit(
        gettext_lazy("Mails of one address in ten minutes"),
        gettext_lazy("What comes beyond that is set aside, until the pace drops or you decide. Nothing is lost."),
    )
    most_per_ticket = _limit(gettext_lazy("Mails to one concern in ten minutes"))
    most_mails = _limit(
        gettext_lazy("Mails in all in ten minutes"),
        gettext_lazy("Against floods. What comes beyond that is set aside, whoever writes."),
        most=1_000_000,
    )
    most_answers = _limit(
        gettext_lazy("Acknowledgements to all together in ten minutes"),
        gettext_lazy("Beyond that no more are written for the moment. Mails come in all the same."),
    )
    trusted_servers = ServersField(
        label=gettext_lazy("Mail servers that check senders for you"),
        required=False,
        help_text=gettext_lazy(
            "One name a line, as it stands first in the field Authentication-Results of your mails, for example"
            " mx.example.org. Only what these servers write there is believed. They must remove fields with their own"
            " name from mails that come in; Postfix with OpenDKIM, Rspamd, Exchange and the large providers do."
        ),
    )

    class Meta:
        model = Guard
        fields = ("most_per_address", "most_per_ticket", "most_mails", "most_answers", "trusted_servers")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def guard(request: HttpRequest) -> HttpResponse:
    form = GuardForm(posted(request), instance=the_guard())
    if form.is_valid():
        change_guard(actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The protection of your mail is saved."), "guard")
    return show(request, "guard", {"form": form}, place="guard")
