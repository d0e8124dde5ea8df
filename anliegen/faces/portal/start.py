"""The start page, and the way back to a concern whose link was lost."""

from django.http import HttpResponse, HttpResponseBase

from anliegen.faces.portal import limits
from anliegen.faces.portal.contact import country_name, opening_of
from anliegen.faces.portal.forms import LinkForm
from anliegen.faces.portal.visit import Visit, public
from anliegen.flow.channels import status_link
from anliegen.records.accounts.models import Brand
from anliegen.records.customers.actions import fold_address


@public("everybody may see who we are and how to reach us")
def start(visit: Visit) -> HttpResponseBase:
    brands = Brand.objects.order_by("-is_default", "name").values_list("name", flat=True)
    context = {
        "form": LinkForm(),
        "opening": opening_of(visit.at),
        "brands": list(brands),
        "country": country_name(visit.operator),
    }
    return visit.render("portal/start.html", context)


@public("the link goes to the owner's address only, and asking is limited", methods=("GET", "POST"))
def new_link(visit: Visit) -> HttpResponseBase:
    """Have the status link mailed. The answer is the same whether number and address belong together or not."""
    if visit.request.method != "POST":
        return _form(visit, LinkForm())
    form = LinkForm(visit.request.POST)
    if not form.is_valid():
        return _form(visit, form, status=422)
    if not _may_ask(visit, form.cleaned_data["email"]):
        return _form(visit, form, status=429, too_often=True)
    status_link.ask(form.cleaned_data["number"], form.cleaned_data["email"])
    return visit.go("link_sent")


@public("says nothing about anybody")
def link_sent(visit: Visit) -> HttpResponseBase:
    return visit.render("portal/link_sent.html", {})


def _form(visit: Visit, form: LinkForm, *, status: int = 200, too_often: bool = False) -> HttpResponse:
    return visit.render("portal/link.html", {"form": form, "too_often": too_often}, status=status)


def _may_ask(visit: Visit, email: str) -> bool:
    by_sender = limits.allows("link", limits.sender(visit.request), most=10, within_s=limits.HOUR)
    by_address = limits.allows("link-to", fold_address("email", email), most=5, within_s=limits.HOUR)
    return by_sender and by_address
