"""Fetching mail from a mailbox elsewhere: where it lies, whether it works, and what to do if not."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, refused, show
from anliegen.flow.channels import sources as channels
from anliegen.flow.channels.email import fetch
from anliegen.flow.channels.models import Source
from anliegen.ground import clock
from anliegen.ground.egress.addresses import host_of
from anliegen.ground.egress.errors import Refused
from anliegen.records.accounts.models import Mailbox


class SourceForm(SettingForm):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65535,
        initial=993,
        help_text=gettext_lazy("993 for TLS, 143 for STARTTLS."),
    )

    last_uid = forms.TypedChoiceField(
        label=gettext_lazy("What lies in the folder already"),
        coerce=int,
        choices=[
            (channels.FROM_NOW, gettext_lazy("leave it: take in only what arrives from now on")),
            (0, gettext_lazy("take it all in: each of these mails opens a concern and is acknowledged")),
        ],
        initial=channels.FROM_NOW,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Source
        fields = ("host", "port", "security", "username", "folder", "allow_private", "is_active")
        labels = {
            "host": gettext_lazy("Mail server"),
            "security": gettext_lazy("Encryption"),
            "username": gettext_lazy("User name"),
            "folder": gettext_lazy("Folder"),
            "allow_private": gettext_lazy("The server is in our own network"),
            "is_active": gettext_lazy("Fetch every minute"),
        }
        help_texts = {
            "host": gettext_lazy(
                "For example imap.example.org. It is entered in the register of outgoing connections."
            ),
            "folder": gettext_lazy("Mails stay there, unread if they were; nothing is deleted or moved."),
            "allow_private": gettext_lazy("Connections into the own network are refused unless they are allowed here."),
        }

    field_order = (
        "host",
        "port",
        "security",
        "username",
        "password",
        "folder",
        "allow_private",
        "is_active",
        "last_uid",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.required = self.instance.pk is None
        if self.instance.pk is not None:
            del self.fields["last_uid"]
        password.help_text = (
            _("Is kept encrypted and never shown again.")
            if self.instance.pk is None
            else _("Leave it empty to keep the present one. It is kept encrypted and never shown.")
        )

    def clean_host(self) -> str:
        try:
            return host_of(self.cleaned_data["host"].strip())
        except Refused:
            raise ValidationError(_("This is no name of a server; one looks like imap.example.org.")) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        place = {name: cleaned.get(name) for name in ("host", "username", "folder")}
        if all(place.values()):
            self.insist_on_one("username", _("Mail is fetched from this folder already."), **place)
        if cleaned.get("security") == "none" and not cleaned.get("allow_private"):
            self.add_error(
                "security", _("Without encryption the password could be read on the way. Choose TLS or STARTTLS.")
            )
        return cleaned

    def values(self) -> dict[str, Any]:
        further = ("password", "last_uid") if "last_uid" in self.fields else ("password",)
        return super().values() | {name: self.cleaned_data[name] for name in further}


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_source(request: HttpRequest, pk: int) -> HttpResponse:
    mailbox = get_object_or_404(Mailbox, pk=pk)
    form = SourceForm(posted(request), initial={"username": mailbox.address})
    if form.is_valid():
        row = channels.create_source(mailbox, actor=actor_of(request), at=clock.now(), **form.values())
        said = _("The source is created. Test the connection now.")
        return done(request, said, "source", mailbox.pk, row.pk)
    return show(request, "source", {"form": form, "mailbox": mailbox, "source": None}, place="mailboxes")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    row = _source(pk, source_pk)
    form = SourceForm(posted(request), instance=row)
    if form.is_valid():
        channels.change_source(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The source is saved."), "source", pk, row.pk)
    kept = _source(pk, source_pk)
    return show(
        request,
        "source",
        {"form": form, "mailbox": kept.mailbox, "source": kept, "trouble": fetch.trouble_of(kept)},
        place="mailboxes",
    )


@asks("settings.manage")
@require_POST
def check_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    """Try to log in and to open the folder, now; fetches nothing."""
    row = _source(pk, source_pk)
    trouble = fetch.check(row)
    if trouble is None:
        return done(request, _("The connection works: logged in, folder found."), "source", pk, source_pk)
    return refused(request, f"{trouble.happened} {trouble.next}", "source", pk, source_pk)


@asks("settings.manage")
@require_POST
def delete_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    channels.remove_source(_source(pk, source_pk), actor=actor_of(request), at=clock.now())
    return done(request, _("Mail is no longer fetched from there."), "mailbox", pk)


def _source(pk: int, source_pk: int) -> Source:
    return get_object_or_404(Source.objects.select_related("mailbox__responsible"), pk=source_pk, mailbox=pk)
