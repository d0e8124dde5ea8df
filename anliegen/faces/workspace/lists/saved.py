"""Saved views: kept, changed, arranged and deleted; what one would hold is shown before it is saved."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.listing import address
from anliegen.faces.workspace.lists.chips import in_words
from anliegen.faces.workspace.rows import rows
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions, desk, lists, queries
from anliegen.records.tickets.models import REACHES, VIEW_SYMBOLS, SavedView
from anliegen.records.tickets.seen import as_seen_by
from anliegen.records.tickets.view_filters import NAMES, Filter
from anliegen.records.tickets.views import order_of, orders_of

FIRST_LINES = 5
SYMBOLS = {
    "filter": gettext_lazy("Filter"),
    "star": gettext_lazy("Star"),
    "promise": gettext_lazy("Promise"),
    "clock": gettext_lazy("Clock"),
    "warning": gettext_lazy("Warning"),
    "topic": gettext_lazy("Topic"),
    "tag": gettext_lazy("Tag"),
    "phone": gettext_lazy("Telephone"),
    "letter": gettext_lazy("Letter"),
    "building": gettext_lazy("House"),
    "language": gettext_lazy("Language"),
}


class ViewForm(forms.Form):
    """Name, symbol, order, and who sees it. What it filters by comes along, as an address holds it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    symbol = forms.ChoiceField(label=gettext_lazy("Symbol"), widget=forms.RadioSelect)
    order = forms.ChoiceField(label=gettext_lazy("Order"))
    reach = forms.ChoiceField(label=gettext_lazy("Who sees it"), choices=REACHES, widget=forms.RadioSelect)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Which team"), queryset=Team.objects.none(), required=False, empty_label="–"
    )

    def __init__(self, *args: Any, agent: Agent, wanted: Filter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["symbol"].choices = [(code, SYMBOLS[code]) for code in VIEW_SYMBOLS]  # type: ignore[attr-defined]
        self.fields["order"].choices = [  # type: ignore[attr-defined]
            (code, order.name) for code, order in orders_of(wanted).items()
        ]
        teams = Team.objects.filter(is_active=True).order_by("name", "pk")
        if not may(agent, "view.share"):
            del self.fields["reach"], self.fields["team"]
        else:
            own = teams if agent.role.sees_all_teams else teams.filter(pk__in=agent.team_ids())
            self.fields["team"].queryset = own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reach") == "team" and not cleaned.get("team"):
            self.add_error("team", _("Please say which team."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """As the action takes them; who may not share keeps it."""
        cleaned = self.cleaned_data
        return {
            **{name: cleaned[name] for name in ("name", "symbol", "order")},
            "reach": cleaned.get("reach", "own"),
            "team": cleaned.get("team"),
        }


@asks("ticket.read")
@require_safe
def views(request: HttpRequest) -> HttpResponse:
    """All views that the agent may open, to be arranged."""
    agent = agent_of(request)
    groups = [_("Shared"), _("Only yours")]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in groups}
    for view in desk.views_of(agent).order_by("place", "pk"):
        wanted = Filter.read(view.filter)
        found[groups[not view.is_shared]].append(
            {
                "view": view,
                "href": address([("saved", str(view.pk))] if _is_on_the_desk(agent, view) else wanted.pairs()),
                "chips": [said for _name, _value, said in in_words(wanted, agent)],
                "may_change": desk.may_change(agent, view),
            }
        )
    return page(request, "workspace/list/views.html", {"groups": found})


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Keep the list that the address describes as a view."""
    agent, wanted = agent_of(request), _wanted(request)
    order = order_of(wanted, request.GET.get("order"))[0]
    initial = {"symbol": "filter", "order": order, "reach": "own"}
    form = ViewForm(request.POST if request.method == "POST" else None, agent=agent, wanted=wanted, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = actions.create_view(owner=agent, wanted=wanted, actor=actor_of(request), at=clock.now(), **form.values())
        return redirect(address([("saved", str(made.pk))]))
    return _form(request, form, wanted, None)


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a view; the address may bring another filter for it."""
    agent, view = agent_of(request), _changeable(request, pk)
    wanted = _wanted(request) or Filter.read(view.filter)
    order = order_of(wanted, request.GET.get("order") or view.order)[0]
    initial = {"name": view.name, "symbol": view.symbol, "order": order, "reach": view.reach, "team": view.team_id}
    form = ViewForm(request.POST if request.method == "POST" else None, agent=agent, wanted=wanted, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_view(view, wanted=wanted, actor=actor_of(request), at=clock.now(), **form.values())
        return redirect(address([("saved", str(view.pk))]))
    return _form(request, form, wanted, view)


@asks("ticket.read")
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    view = _changeable(request, pk)
    actions.delete_view(view, actor=actor_of(request), at=clock.now())
    messages.success(request, _("The view “%(name)s” is deleted. Its concerns are as they were.") % {"name": view.name})
    return redirect("workspace:views")


@asks("ticket.read")
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down, among those of its kind."""
    view = _changeable(request, pk)
    agent = agent_of(request)
    alike = [one for one in desk.views_of(agent).order_by("place", "pk") if one.is_shared == view.is_shared]
    place = [one.pk for one in alike].index(view.pk)
    other = place - 1 if request.POST.get("to") == "up" else place + 1
    if 0 <= other < len(alike):
        actions.swap_views(view, alike[other], actor=actor_of(request), at=clock.now())
    return redirect(f"{reverse('workspace:views')}#view-{view.pk}")


def _form(request: HttpRequest, form: ViewForm, wanted: Filter, view: SavedView | None) -> HttpResponse:
    agent, now = agent_of(request), clock.now()
    found = lists.page(agent, wanted, order=order_of(wanted, form["order"].value())[1], size=FIRST_LINES)
    as_seen_by(agent, found.items)
    count = lists.counts_of(agent, [wanted])[0]
    context = {
        "form": form,
        "view": view,
        "symbols": SYMBOLS,
        "chips": [said for _name, _value, said in in_words(wanted, agent)],
        "rows": rows(found.items, now=now, with_snippets=False),
        "count": count.number,
        "is_more": count.is_least or count.number >= queries.COUNT_TO,
        "back": address([("saved", str(view.pk))] if view is not None else wanted.pairs()),
        "other_filter": address([*([("saved", str(view.pk))] if view is not None else []), *wanted.pairs()]),
        "query": urlencode(wanted.pairs()),
    }
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "workspace/list/view.html", context, status=status)


def _wanted(request: HttpRequest) -> Filter:
    return Filter.read({name: request.GET.getlist(name) for name in NAMES})


def _changeable(request: HttpRequest, pk: int) -> SavedView:
    agent = agent_of(request)
    view = desk.views_of(agent).filter(pk=pk).first() if pk < 2**63 else None
    if view is None or not desk.may_change(agent, view):
        raise Http404
    return view


def _is_on_the_desk(agent: Agent, view: SavedView) -> bool:
    return view.reach != "team" or view.team_id in agent.team_ids()
