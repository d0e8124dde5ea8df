"""The single-key shortcuts with their usual keys; an agent may choose others, or none, for every device at once."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import open_to_all_agents
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.ground import clock
from anliegen.records.accounts import actions

# Usual key and what it does, in groups. Every key of a page stands here: a test compares.
Key = tuple[str, str | Promise]
GROUPS: list[tuple[str | Promise, list[Key]]] = [
    (
        gettext_lazy("Everywhere"),
        [
            ("/", gettext_lazy("Search field")),
            ("c", gettext_lazy("New concern")),
            ("w", gettext_lazy("Next concern to answer")),
            ("Z", gettext_lazy("Take back")),
            ("g m", gettext_lazy("Mine")),
            ("g t", gettext_lazy("My team")),
            ("g u", gettext_lazy("Unassigned")),
            ("g w", gettext_lazy("Waiting for us")),
            ("g p", gettext_lazy("Promises due")),
            ("g f", gettext_lazy("Due")),
            ("g i", gettext_lazy("Mentions")),
            ("g k", gettext_lazy("Fits no category")),
            ("g v", gettext_lazy("Aside")),
            ("g a", gettext_lazy("All open")),
            ("g n", gettext_lazy("Notices")),
            ("g d", gettext_lazy("Drafts")),
            ("g z", gettext_lazy("Promises")),
            ("g h", gettext_lazy("Proposals")),
            ("g c", gettext_lazy("Customers")),
            ("g r", gettext_lazy("Approvals")),
            ("g s", gettext_lazy("Search")),
            ("g e", gettext_lazy("Settings")),
            ("g l", gettext_lazy("Intake ledger")),
            ("g j", gettext_lazy("Journal")),
        ],
    ),
    (
        gettext_lazy("In lists"),
        [
            ("j", gettext_lazy("Next in the list")),
            ("k", gettext_lazy("Previous in the list")),
            ("u", gettext_lazy("Back to the list")),
            ("F", gettext_lazy("Filter")),
            ("V", gettext_lazy("Save as a view")),
            ("x", gettext_lazy("Choose the concern")),
            ("B", gettext_lazy("Change the chosen ones")),
            ("L", gettext_lazy("Show or hide the list")),
            ("I", gettext_lazy("Show or hide the information")),
        ],
    ),
    (
        gettext_lazy("With a concern"),
        [
            ("r", gettext_lazy("Reply")),
            ("A", gettext_lazy("Reply to all")),
            ("f", gettext_lazy("Forward")),
            ("n", pgettext_lazy("action", "Note")),
            ("a", gettext_lazy("Take on")),
            ("e", gettext_lazy("Resolve")),
            ("M", gettext_lazy("Macro")),
            ("s", gettext_lazy("Status")),
            ("p", gettext_lazy("Priority")),
            ("t", gettext_lazy("Team")),
            ("z", gettext_lazy("Assigned to")),
            ("l", gettext_lazy("Change the tags")),
            ("o", gettext_lazy("Hand over")),
            ("b", gettext_lazy("Follow")),
            ("P", gettext_lazy("Pin")),
            ("C", gettext_lazy("Everything about the customer")),
            ("m", gettext_lazy("Mark the selected words")),
            ("h", gettext_lazy("Put aside")),
            ("v", gettext_lazy("Make a promise")),
            ("d", gettext_lazy("Decline")),
            ("i", gettext_lazy("Why it is due")),
            ("q", gettext_lazy("Link or join with another concern")),
            ("S", gettext_lazy("Summary")),
            ("U", gettext_lazy("Translation")),
            ("y n", gettext_lazy("Copy the number")),
            ("y t", gettext_lazy("Copy number and title")),
            ("y l", gettext_lazy("Copy the link")),
            ("y d", gettext_lazy("As a document")),
        ],
    ),
]
NAMES = {key: name for _group, keys in GROUPS for key, name in keys}
RESERVED = "?"  # the sheet itself


class KeyField(forms.CharField):
    """One sign, or two one after the other; empty: no key."""

    def __init__(self, label: str) -> None:
        widget = forms.TextInput(attrs={"maxlength": 3, "autocomplete": "off"})
        super().__init__(label=label, required=False, max_length=3, strip=True, widget=widget)

    def clean(self, value: Any) -> str:
        signs = super().clean(value).split()
        if len(signs) == 1 and len(signs[0]) == 2:
            signs = list(signs[0])  # "gm" is "g m"
        if len(signs) > 2 or any(len(sign) != 1 or not sign.isprintable() for sign in signs):
            raise forms.ValidationError(_("One sign, or two with a space between them."))
        if RESERVED in signs:
            raise forms.ValidationError(_("The question mark always opens the list of keys."))
        return " ".join(signs)


class KeysForm(forms.Form):
    """A field for each shortcut, named by its place in the list."""

    def __init__(self, *args: Any, kept: dict[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        for place, (usual, name) in enumerate(NAMES.items()):
            self.fields[f"key{place}"] = KeyField(str(name))
            self.initial[f"key{place}"] = kept.get(usual, usual)

    def clean(self) -> dict[str, Any]:
        holders: dict[str, list[str]] = defaultdict(list)
        chosen = {field: key for field, key in self.cleaned_data.items() if key}
        for field, key in chosen.items():
            holders[key].append(field)
        for field, key in chosen.items():
            for other in [one for one in holders[key] if one != field] + _begun_by(key, chosen):
                self.add_error(
                    field,
                    _("“%(key)s” is in the way of “%(other)s”.") % {"key": key, "other": self.fields[other].label},
                )
        return self.cleaned_data

    def chosen(self) -> dict[str, str]:
        """What differs from the usual keys."""
        keys = {usual: self.cleaned_data[f"key{place}"] for place, usual in enumerate(NAMES)}
        return {usual: key for usual, key in keys.items() if key != usual}

    @property
    def groups(self) -> Iterator[tuple[str | Promise, list[tuple[forms.BoundField, str]]]]:
        """The fields in their groups, each with its usual key."""
        place = iter(range(len(NAMES)))
        for name, keys in GROUPS:
            yield name, [(self[f"key{next(place)}"], usual) for usual, _name in keys]


def _begun_by(key: str, chosen: dict[str, str]) -> list[str]:
    """The fields whose two keys begin with this one: it would never be waited for the second."""
    return [field for field, other in chosen.items() if other.startswith(f"{key} ")] if len(key) == 1 else []


@open_to_all_agents("one's own keys")
def keys(request: HttpRequest) -> HttpResponse:
    """Show and save the keys; `reset` takes the usual ones again."""
    agent = agent_of(request)
    form = KeysForm(request.POST or None, kept=agent.keys)
    if "reset" in request.POST or form.is_valid():
        chosen = {} if "reset" in request.POST else form.chosen()
        actions.change_agent(agent, keys=chosen, actor=actor_of(request), at=clock.now())
        messages.success(request, _("Your keys are kept.") if chosen else _("The usual keys hold."))
        return redirect("workspace:keys")
    said = [str(message) for message in messages.get_messages(request)]
    context = {"form": form, "said": said, "has_own": bool(agent.keys)}
    return page(request, "workspace/keys.html", context, status=422 if form.errors else 200)


@open_to_all_agents("one's own preferences")
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Single-key shortcuts on or off, from their sheet."""
    actions.change_agent(
        agent_of(request), shortcuts="shortcuts" in request.POST, actor=actor_of(request), at=clock.now()
    )
    return HttpResponse(status=204)
