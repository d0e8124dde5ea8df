"""Keys for mails: what encrypted mails are opened with, and whose signatures are believed."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, refused, show
from anliegen.flow.channels import mail_keys
from anliegen.flow.channels.email.sealed.files import LARGEST, KeyRefused
from anliegen.flow.channels.email.sealed.outcome import Closed
from anliegen.flow.channels.models import MailKey
from anliegen.ground import clock

REFUSED = {
    "nothing": gettext_lazy("There is no key in this file. Known are .p12, .pfx, .pem, .cer, .crt and .asc."),
    "passphrase": gettext_lazy("The passphrase does not fit this file, or it needs one."),
    "no-certificate": gettext_lazy("The private key stands here without its certificate. Export both together."),
}


class KeyForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "An own key with its certificate (.p12, .pfx, .pem), an own OpenPGP key (.asc), or the certificate or"
            " public key of somebody you trust (.cer, .crt, .asc)."
        ),
    )
    passphrase = forms.CharField(
        label=gettext_lazy("Passphrase"),
        required=False,
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("If the file has one. It is kept encrypted and never shown."),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        given: UploadedFile[bytes] = self.cleaned_data["file"]
        if given.size is not None and given.size > LARGEST:
            raise forms.ValidationError(_("This file is too large to be a key."))
        return given


@asks("settings.manage")
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    rows = list(MailKey.objects.order_by("kind", "name", "pk").defer("public", "private"))
    own, trusted = [row for row in rows if row.is_own], [row for row in rows if not row.is_own]
    return show(request, "keys", {"own": own, "trusted": trusted, "now": clock.now()}, place="keys")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def import_keys(request: HttpRequest) -> HttpResponse:
    form = KeyForm(posted(request), request.FILES or None)
    if form.is_valid():
        try:
            new = mail_keys.import_keys(
                form.cleaned_data["file"].read(),
                passphrase=form.cleaned_data["passphrase"],
                actor=actor_of(request),
                at=clock.now(),
            )
        except (KeyRefused, Closed) as error:
            form.add_error("file", REFUSED.get(error.because, REFUSED["nothing"]))
        else:
            return _imported(request, len(new))
    return show(request, "key", {"form": form}, place="keys")


@asks("settings.manage")
@require_POST
def delete_key(request: HttpRequest, pk: int) -> HttpResponse:
    mail_keys.remove_key(get_object_or_404(MailKey, pk=pk), actor=actor_of(request), at=clock.now())
    return done(request, _("The key is deleted."), "keys")


def _imported(request: HttpRequest, count: int) -> HttpResponse:
    if not count:
        return refused(request, _("What is in this file was imported before."), "keys")
    said = ngettext("%(count)s key is imported.", "%(count)s keys are imported.", count) % {"count": count}
    return done(request, said, "keys")
