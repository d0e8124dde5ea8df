"""Mailboxes: the addresses that take concerns in, for which brand, for which team, and who answers for that."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.foreseen import lines
from anliegen.faces.workspace.settings.foreseen import mailboxes as foreseen
from anliegen.faces.workspace.settings.forms import SettingForm, choosable_agents, offer
from anliegen.faces.workspace.settings.frame import actor_of, done, posted, show
from anliegen.flow.channels.email.identifiers import reply_address
from anliegen.flow.channels.mailroom import fetch
from anliegen.flow.channels.mailroom.sources import is_decided
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Brand, Mailbox, Team

OF_A_SOURCE: dict[str, Any] = {"trouble_of": fetch.trouble_of, "is_decided": is_decided}
LARGEST_NUMBER = 10**9  # a concern's number of this length must still fit into a signed reply address


class MailboxForm(SettingForm):
    class Meta:
        model = Mailbox
        fields = ("address", "brand", "team", "responsible", "signs_replies", "is_active")
        labels = {
            "address": gettext_lazy("Address"),
            "brand": gettext_lazy("Brand"),
            "team": gettext_lazy("Team"),
            "responsible": gettext_lazy("Responsible person"),
            "signs_replies": gettext_lazy("Signed reply addresses"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts = {
            "address": gettext_lazy("To this address customers write, and from it they get their answers."),
            "team": gettext_lazy(
                "New concerns go to this team by themselves. Without one, a person decides each time."
            ),
            "responsible": gettext_lazy(
                "Giving a concern to a team is a decision, and a decision needs a person who answers for it."
            ),
            "signs_replies": gettext_lazy(
                "Answers then go to an address such as service+a812.code@example.org, which finds its concern even"
                " when subject and references are lost. Only when your mail server delivers addresses with a plus sign"
                " to this mailbox."
            ),
            "is_active": gettext_lazy("Mail to an unused mailbox is still taken in, but belongs to no team."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.instance.pk is None
        teams = Team.objects.filter(is_active=True) | Team.objects.filter(pk=self.instance.team_id)
        offer(self, "brand", Brand.objects.all(), nothing=_("Please choose") if is_new else None)
        offer(self, "team", teams, nothing=_("a person decides each time"))
        offer(self, "responsible", choosable_agents(self.instance.responsible_id), nothing=_("nobody"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("team") and not cleaned.get("responsible") and "responsible" not in self.errors:
            self.add_error("responsible", _("Choose who answers for giving these concerns to the team."))
        if address := cleaned.get("address"):
            self.insist_on_one("address", _("There is a mailbox of this address already."), address__iexact=address)
            if cleaned.get("signs_replies") and not _can_sign(address):
                self.add_error(
                    "signs_replies",
                    _("The part before the @ is too long to carry a signature, 64 characters are allowed."),
                )
        return cleaned

    def validate_constraints(self) -> None:
        """`clean` has said it in words already."""


@asks("settings.manage")
@require_safe
def mailboxes(request: HttpRequest) -> HttpResponse:
    rows = Mailbox.objects.select_related("brand", "team", "responsible").prefetch_related("sources")
    return show(request, "mailboxes", {"rows": rows.order_by("-is_active", "address")} | OF_A_SOURCE, place="mailboxes")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_mailbox(request: HttpRequest) -> HttpResponse:
    form = MailboxForm(posted(request))
    if form.is_valid():
        row = accounts.create(Mailbox, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("%(address)s is created.") % {"address": row.address}, "mailbox", row.pk)
    return show(request, "mailbox", {"form": form, "mailbox": None}, place="mailboxes")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def mailbox(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Mailbox, pk=pk)
    form = MailboxForm(posted(request), instance=row)
    kept = get_object_or_404(Mailbox.objects.prefetch_related("sources"), pk=pk)
    context = {"mailbox": kept} | OF_A_SOURCE
    if lines.wants_preview(request):
        return lines.shown(
            request, "mailbox", form, lambda: _foreseen(request, kept, form), place="mailboxes", **context
        )
    if form.is_valid():
        accounts.change(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("%(address)s is saved.") % {"address": row.address}, "mailboxes")
    return show(request, "mailbox", context | {"form": form}, place="mailboxes")


def _foreseen(request: HttpRequest, mailbox: Mailbox, form: MailboxForm) -> list[lines.Line]:
    return foreseen.of_mailbox(mailbox, form.values(), actor=actor_of(request), at=clock.now())


def _can_sign(address: str) -> bool:
    try:
        reply_address(address, LARGEST_NUMBER, b"")
    except ValueError:
        return False
    return True
