"""The customer beside a ticket: who it is, how to reach them, what else they wanted; and changing what we know."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.customers.columns import ADDRESS_FORMS, FIELDS, Field
from anliegen.faces.workspace.customers.sheet import Sheet
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.rows import Row, rows
from anliegen.flow.channels.email.identifiers import bare_subject, subject_numbers
from anliegen.ground import clock
from anliegen.ground.compiled import compiled, in_any_of
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.models.operator import LANGUAGES
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.rights import Rights, keys_of, rights_of, standing_for
from anliegen.records.customers import actions
from anliegen.records.customers.models import Person
from anliegen.records.tickets import linked as links
from anliegen.records.tickets.links import preview_link
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.people import choosable_organisations

OTHERS = 8
OTHERS_SHOW = ("subject", "status", "last_message_at", "waiting_since", "due_at", "due_for")
MOST_NAMES = 200


class PersonForm(forms.Form):
    """How somebody is called and addressed: what they told us, never what we guess."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    title = forms.CharField(label=_("Title"), max_length=40, required=False)
    given_name = forms.CharField(label=_("Given name"), max_length=100, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=100, required=False)
    address_form = forms.ChoiceField(
        label=_("Form of address"),
        choices=ADDRESS_FORMS,
        required=False,
        help_text=_("Only what the person told us."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, person: Person, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={name: getattr(person, name) for name in self.base_fields})
        known: list[tuple[str, Any]] = [("", _("not stated")), *LANGUAGES]
        if person.language not in dict(known):
            known.append((person.language, person.language))  # a mail may have been in any language
        self.fields["language"].choices = known  # type: ignore[attr-defined]


class OrganisationForm(forms.Form):
    """For whom a person speaks. Its errors are in our words: the field asks for a name and nothing else."""

    organisation = forms.CharField(
        label=_("Name of the organisation"),
        max_length=200,
        required=False,
        help_text=_("One that is not known yet is created. Empty: the person speaks for themselves."),
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"}),
        error_messages={
            "max_length": _("This name is too long: at most 200 characters."),
            "null_characters_not_allowed": _("This name contains a character that cannot be kept."),
        },
    )

    def __init__(self, person: Person, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"organisation": person.organisation.name if person.organisation else ""})


# How another ticket is linked, in words: (kind, whether the ticket that is shown says it).
LINK_WORDS = {
    ("follow_up", True): _("This concern follows it up"),
    ("follow_up", False): _("Follows up this concern"),
    ("maybe", True): _("Perhaps belongs together"),
    ("maybe", False): _("Perhaps belongs together"),
    ("relates", True): _("Belongs together"),
    ("relates", False): _("Belongs together"),
    ("parent", True): _("This concern is part of it"),
    ("parent", False): _("Is part of this concern"),
    ("duplicate", True): _("This concern is the same again"),
    ("duplicate", False): _("The same again as this concern"),
    ("problem", True): _("The cause, a problem"),
}


@dataclass(frozen=True)
class LinkedRow:
    """A linked ticket as a line."""

    row: Row
    key: int  # of the link
    how: Any
    is_perhaps: bool  # a person is to say whether they belong together
    reasons: list[Any]  # what speaks for it


@dataclass(frozen=True)
class Context:
    """What stands in the context pane."""

    person: Person
    may_read: bool
    may_change: bool
    others: list[Row]
    more_others: bool
    form: PersonForm
    organisation_form: OrganisationForm
    linked: list[LinkedRow]
    sheet: Sheet  # what is changed in place
    organisations: list[str] | None  # names to choose from; None: fetched when somebody comes to the field

    @property
    def fields(self) -> list[Field]:
        """Those that are changed in place beside a ticket; the others on the page of the person."""
        return [FIELDS[key] for key in ("name", "address_form", "language", "contact_way", "contact_times")]


def context_of(
    ticket: Ticket,
    agent: Agent,
    form: PersonForm | None = None,
    organisation_form: OrganisationForm | None = None,
    linked: list[LinkedRow] | None = None,
    organisations: list[str] | None = None,
) -> Context:
    """What the pane shows; `linked` where it was read before."""
    person = ticket.person
    may_read, may_change = may(agent, "customer.read"), may(agent, "customer.change")
    linked = linked_with(ticket, agent) if linked is None else linked
    told = [ticket.pk, *(one.row.ticket.pk for one in linked)]
    found = list(_others(person.pk, told, *keys_of(agent), rights=rights_of(agent))) if may_read else []
    return Context(
        person=person,
        may_read=may_read,
        may_change=may_change,
        others=rows(found[:OTHERS], now=clock.now(), with_snippets=False),
        more_others=len(found) > OTHERS,
        form=form or PersonForm(person),
        organisation_form=organisation_form or OrganisationForm(person),
        linked=linked,
        sheet=Sheet(person, agent, ticket),
        organisations=organisations,
    )


@compiled
def _others(person: int, told: list[int], agent: int, teams: list[int], *, rights: Rights) -> QuerySet[Ticket]:
    theirs = Ticket.objects.visible_to(standing_for(agent, teams, rights)).filter(person=person)
    lines = theirs.exclude(in_any_of("pk", told)).only(*OTHERS_SHOW)
    return lines.order_by("-last_message_at", "-pk")[: OTHERS + 1]


@asks("customer.change")
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change what we know of the person behind a ticket."""
    ticket = _ticket(request, number)
    insist(request, "customer.read")
    form = PersonForm(ticket.person, request.POST)
    if form.is_valid():
        actions.change(ticket.person, actor=actor_of(request), at=clock.now(), **form.cleaned_data)
        ticket = _ticket(request, number)
        form = PersonForm(ticket.person)
    context = {"ticket": ticket, "customer": context_of(ticket, agent_of(request), form)}
    status = 422 if form.errors else 200
    return page(request, "workspace/ticket/customer.html", context, status=status)


@asks("customer.change")
@require_POST
def organisation(request: HttpRequest, number: int) -> HttpResponse:
    """Say for whom the person behind a ticket speaks; an organisation that is not known yet is made."""
    ticket, agent = _ticket(request, number), agent_of(request)
    insist(request, "customer.read")
    form = OrganisationForm(ticket.person, request.POST)
    if form.is_valid():
        name = form.cleaned_data["organisation"]
        actions.put_into_organisation(ticket.person, name=name, actor=actor_of(request), at=clock.now())
        ticket = _ticket(request, number)
        form = OrganisationForm(ticket.person)
    customer = context_of(ticket, agent, organisation_form=form, organisations=_names(agent))
    context = {"ticket": ticket, "customer": customer}
    return page(request, "workspace/ticket/customer.html", context, status=422 if form.errors else 200)


@asks("customer.change")
def organisations(request: HttpRequest) -> HttpResponse:
    """Names to choose from while typing: fetched when somebody comes to the field, which few do."""
    insist(request, "customer.read")
    return page(request, "workspace/ticket/organisations.html", {"names": _names(agent_of(request))})


def _names(agent: Agent) -> list[str]:
    names = choosable_organisations(agent).order_by("folded", "pk").values_list("name", flat=True)[:MOST_NAMES]
    return list(dict.fromkeys(names))


@asks("ticket.read")
@require_safe
def status_page(request: HttpRequest, number: int) -> HttpResponse:
    """To the customer's status page, as a preview: the customer's own link would let us act in their name."""
    return redirect(preview_link(_ticket(request, number), agent_of(request), at=clock.now()))


def linked_with(ticket: Ticket, agent: Agent) -> list[LinkedRow]:
    """The tickets that have to do with this one, as far as the agent may see them."""
    found = links.linked(ticket, agent)
    lines = rows([one.ticket for one in found], now=clock.now(), with_snippets=False)
    return [
        LinkedRow(line, one.link.pk, LINK_WORDS[one.kind, one.says], one.kind == "maybe", _reasons(ticket, one.ticket))
        for line, one in zip(lines, found, strict=True)
    ]


def _reasons(ticket: Ticket, other: Ticket) -> list[Any]:
    """What the two have in common."""
    subjects = [bare_subject(one.subject).casefold() for one in (ticket, other)]
    names_it = other.pk in subject_numbers(ticket.subject) or ticket.pk in subject_numbers(other.subject)
    found = [
        (ticket.person_id == other.person_id, _("same person")),
        (bool(subjects[0]) and subjects[0] == subjects[1], _("same subject")),
        (names_it, _("its subject names the number")),
    ]
    return [words for holds, words in found if holds]


def _ticket(request: HttpRequest, number: int) -> Ticket:
    # Not from tickets.page, which builds on this file.
    visible = Ticket.objects.visible_to(agent_of(request)).select_related("person__organisation", "responsible")
    return get_object_or_404(visible, pk=number)
