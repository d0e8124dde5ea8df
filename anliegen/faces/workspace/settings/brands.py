"""Brands: the names under which the operator meets its customers."""

from typing import Any

from django import forms
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import boxes, by_name, counted, new_slug
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, refused, show
from anliegen.faces.workspace.settings.reach import ReachForm
from anliegen.flow.channels.way_to_a_person import way_to_a_person
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Brand
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import queries as tickets
from anliegen.records.tickets.models import Ticket


class BrandForm(ReachForm):
    class Meta:
        model = Brand
        fields = (
            *("name", "email", "phone", "callback_address"),
            *("signature", "signature_en", "legal_footer", "legal_footer_en"),
        )
        labels = {
            "name": gettext_lazy("Name"),
            "email": gettext_lazy("Sender address"),
            "signature": gettext_lazy("Signature"),
            "signature_en": gettext_lazy("Signature in English"),
            "legal_footer": gettext_lazy("Legal details"),
            "legal_footer_en": gettext_lazy("Legal details in English"),
        }
        help_texts = {
            "name": gettext_lazy("Customers read it as the sender of each answer."),
            "email": gettext_lazy("Answers leave from here when the concern came to no mailbox of its own."),
            "signature": gettext_lazy("Stands under the name of the person who answers."),
            "legal_footer": gettext_lazy(
                "What the law wants at the end of a business letter: legal form, seat, register, management."
            ),
            "signature_en": gettext_lazy("In mails in English. Empty: the signature above stands there too."),
            "legal_footer_en": gettext_lazy("In mails in English. Empty: the legal details above stand there too."),
        }
        widgets = {
            "signature": forms.Textarea(attrs={"rows": 5, "maxlength": 2000}),
            "signature_en": forms.Textarea(attrs={"rows": 5, "maxlength": 2000}),
            "legal_footer": forms.Textarea(attrs={"rows": 4, "maxlength": 2000}),
            "legal_footer_en": forms.Textarea(attrs={"rows": 4, "maxlength": 2000}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _("Stands in this brand's mails and pages. Empty: the organisation's.")
        self.fields["callback_address"].help_text = _(
            "An e-mail address, or the address of a page on which a callback can be arranged."
            " Empty: the organisation's."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if name := cleaned.get("name"):
            self.insist_on_one("name", _("There is a brand of this name already."), name__iexact=name)
        return cleaned


@asks("settings.manage")
@require_safe
def brands(request: HttpRequest) -> HttpResponse:
    rows = [(brand, uses_of(brand)) for brand in by_name(Brand.objects.all())]
    return show(request, "brands", {"rows": rows}, place="brands")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_brand(request: HttpRequest) -> HttpResponse:
    form = BrandForm(posted(request))
    if form.is_valid():
        values = form.values()
        values |= {"slug": new_slug(Brand, values["name"]), "is_default": not Brand.objects.exists()}
        brand = accounts.create(Brand, actor=actor_of(request), at=clock.now(), **values)
        return done(request, _("%(name)s is created.") % {"name": brand.name}, "brands")
    return show(request, "brand", {"form": form, "brand": None, **_preview(request, form)}, place="brands")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def brand(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Brand, pk=pk)
    form = BrandForm(posted(request), instance=row)
    if form.is_valid():
        accounts.change(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]}, "brands")
    kept = Brand.objects.get(pk=pk)  # the form has written into its own copy
    context = {"form": form, "brand": kept, "uses": uses_of(kept), **_preview(request, form)}
    return show(request, "brand", context, place="brands")


@asks("settings.manage")
@require_POST
def brand_preview(request: HttpRequest) -> HttpResponse:
    """How a mail ends with the signature as it is being typed; saves nothing."""
    context = _preview(request, BrandForm(request.POST))
    return show(request, "brand_preview", context, place="brands", block="preview")


@asks("settings.manage")
@require_POST
def make_brand_default(request: HttpRequest, pk: int) -> HttpResponse:
    row = accounts.make_default(get_object_or_404(Brand, pk=pk), actor=actor_of(request), at=clock.now())
    return done(request, _("%(name)s is the default brand now.") % {"name": row.name}, "brands")


@asks("settings.manage")
@require_POST
def delete_brand(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Brand, pk=pk)
    if uses := uses_of(row):
        return refused(request, _still_used(row, uses), "brand", pk)
    try:
        accounts.delete(row, actor=actor_of(request), at=clock.now())
    except ProtectedError:  # it came into use in this very moment
        return refused(request, _still_used(row, uses_of(row)), "brand", pk)
    return done(request, _("%(name)s is deleted.") % {"name": row.name}, "brands")


def uses_of(brand: Brand) -> list[str]:
    """What would be left without a brand, in words; empty when it may be deleted."""
    uses = [_("mailbox %(address)s") % {"address": address} for address in boxes(brand=brand)]
    if concerns := tickets.count(Ticket.objects.filter(brand=brand)):
        uses.append(ngettext("%(count)s concern", "%(count)s concerns", concerns) % {"count": counted(concerns)})
    if brand.is_default:
        uses.append(_("it is the default brand"))
    return uses


def _still_used(brand: Brand, uses: list[str]) -> str:
    return _("%(name)s cannot be deleted, it is still used: %(uses)s.") % {"name": brand.name, "uses": ", ".join(uses)}


def _preview(request: HttpRequest, form: BrandForm) -> dict[str, Any]:
    """How a mail of this brand ends, in the reader's language, with what stands in the form just now."""
    brand, language = _as_typed(form), "de" if translation.get_language() == "de" else "en"
    return {
        "signature": brand.signature_in(language),
        "legal_footer": brand.legal_footer_in(language),
        "author": agent_of(request).name,
        "way_to_a_person": way_to_a_person(the_operator(), brand, at=clock.now(), a_person_wrote=True),
    }


def _as_typed(form: BrandForm) -> Brand:
    """A brand that is saved nowhere."""
    return Brand(**{name: str(form[name].value() or "") for name in BrandForm.Meta.fields})
