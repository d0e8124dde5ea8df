"""A dossier as a sheet of paper has it: headings, facts and paragraphs, in words. For the PDF and for the printer."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anliegen.faces.ui.dates import exact
from anliegen.faces.ui.drawing import language
from anliegen.faces.ui.numbers import size
from anliegen.faces.workspace.tickets import foreign
from anliegen.oversight.compliance.names import RULES
from anliegen.records.tickets.models import CHANNELS, MESSAGE_STATES, PRIORITIES, PROMISE_STATES, STATUSES

Json = dict[str, Any]


def sheet(whole: Json) -> Json:
    """Texts alone, so that whoever draws it needs no word of ours and interprets none of theirs."""
    ticket = whole["ticket"]
    title = f"#{ticket['number']} {ticket['subject'] or _('(no subject)')}"
    return {
        "title": title,
        "lang": (language() or "en").partition("-")[0],
        "number": ticket["number"],
        "made": _("Made on %(when)s by %(name)s") % {"when": _said(whole["made_at"]), "name": whole["made_by"]},
        "day": whole["made_at"][:10],
        "scope": _("With internal notes: not for the customer.")
        if whole["with_notes"]
        else _("Without internal notes."),
        "facts": _facts(whole),
        "talk_title": _("Messages and notes") if whole["with_notes"] else _("Messages"),
        "talk": _talk(whole),
        "promises_title": _("Promises"),
        "promises": [_promise(one) for one in whole["promises"]],
        "decisions_title": _("Automated decisions"),
        "decisions": [_decision(one) for one in whole["decisions"]],
        "events_title": _("Course of events"),
        "events": [{"at": _said(one["at"]), "text": one["sentence"]} for one in _in_time(whole["events"])],
        "note_label": _("Internal note"),
        "files_label": _("Attachments"),
        "foot": _(
            "Each file is named with its SHA-256 checksum. The JSON of the concern holds more than is shown here."
        ),
        "page": _("Page"),
        "of": _("of"),
    }


def _facts(whole: Json) -> list[tuple[str, str]]:
    ticket, customer = whole["ticket"], whole["customer"]
    name = customer.get("name") or _("Customer %(number)s") % {"number": customer["number"]}
    facts = [
        (_("Customer"), name),
        (_("Addresses"), ", ".join(one["value"] for one in customer.get("addresses", []))),
        (_("Organisation"), customer.get("organisation") or ""),
        (_("Status"), str(dict(STATUSES)[ticket["status"]])),
        (_("Priority"), str(dict(PRIORITIES)[ticket["priority"]])),
        (_("Came by"), str(dict(CHANNELS)[ticket["channel"]])),
        (_("Topic"), ticket["topic"] or ""),
        (_("Tags"), ", ".join(ticket["tags"])),
        (_("Team"), ticket["team"] or ""),
        (_("Assigned to"), ticket["assignee"] or ""),
        (_("Answers for it"), ticket["responsible"] or ""),
        (_("Opened"), _said(ticket["opened_at"])),
        (_("First answer"), _said(ticket["first_answered_at"])),
        (_("Promised for"), _said(ticket["promised_for"])),
        (_("Resolved"), _said(ticket["resolved_at"])),
        (_("Closed"), _said(ticket["closed_at"])),
    ]
    return [(label, value) for label, value in facts if value]


def _talk(whole: Json) -> list[Json]:
    """Messages and notes in the order of time."""
    drawn = [one | {"drawn": _letter(one)} for one in whole["messages"]]
    drawn += [one | {"drawn": _note(one)} for one in whole["notes"]]
    return [one["drawn"] for one in _in_time(drawn)]


def _in_time(rows: list[Json]) -> list[Json]:
    """In the order in which a person tells it; the journal's own may differ, and stands in the JSON."""
    return sorted(rows, key=lambda one: datetime.fromisoformat(one["at"]))


def _letter(one: Json) -> Json:
    author = one["author"]
    who = author["name"] or _("Customer %(number)s") % {"number": author["number"]}
    if author["kind"] == "rule":
        who = _("Automation (%(rule)s)") % {"rule": RULES.get(author["name"], author["name"])}
    via = str(dict(CHANNELS)[one["channel"]])
    about = [_kind(author), _said(one["at"]), via, str(dict(MESSAGE_STATES)[one["state"]])]
    if sender := (one.get("from") or {}).get("address"):
        about.append(_("from %(address)s") % {"address": sender})
    if to := ", ".join(each["address"] for each in [*one.get("to", []), *one.get("cc", [])]):
        about.append(_("to %(addresses)s") % {"addresses": to})
    return {
        "who": who,
        "is_note": False,
        "about": " · ".join(about),
        "subject": one["subject"],
        "paragraphs": _paragraphs(one["text"]),
        "translations": [_translation(each) for each in one["translations"]],
        "files": [_file(file) for file in one["files"]],
    }


def _kind(author: Json) -> str:
    """Who speaks: the customer, a person of the house, a rule, or a model whose draft a person sent."""
    if author["kind"] == "person":
        return _("Customer")
    if author["model"]:
        return pgettext("actor", "AI draft, checked by a person")
    return pgettext("actor", "Person") if author["kind"] == "agent" else pgettext("actor", "Automation")


def _translation(one: Json) -> Json:
    """Never without its head: into which language, and whether a person or a model speaks here."""
    by = _("Translated by the model %(name)s, checked by nobody") % {"name": one["model"]}
    if one["kind"] == "person":
        by = _("Translated by %(name)s (person)") % {"name": one["author"]}
    into = _("Translation into %(language)s") % {"language": foreign.name_of(one["language"])}
    about = [into, by, _said(one["made_at"])]
    if one["version"] > 1:
        about.append(_("version %(number)s") % {"number": one["version"]})
    return {"about": " · ".join(about), "lang": one["language"], "paragraphs": _paragraphs(one["text"])}


def _note(one: Json) -> Json:
    return {
        "who": one["author"] or _("Automation"),
        "is_note": True,
        "about": _said(one["at"]),
        "subject": "",
        "paragraphs": _paragraphs(one["text"]),
        "translations": [],
        "files": [],
    }


def _paragraphs(text: str) -> list[list[str]]:
    """Paragraphs of lines: what the writer broke stays broken."""
    found = [part.strip("\n").split("\n") for part in text.replace("\r\n", "\n").split("\n\n")]
    return [lines for lines in found if any(line.strip() for line in lines)]


def _file(file: Json) -> Json:
    return {"name": file["filename"], "about": f"{size(file['size'])} · {file['content_type']}", "sum": file["sha256"]}


def _promise(one: Json) -> Json:
    parts = [f"{one['words'].rstrip('.')}."]
    if one["owner"]:
        parts.append(_("%(name)s sees to it.") % {"name": one["owner"]})
    if one["due_at"] != one["first_due_at"]:
        parts.append(_("Promised at first for %(when)s.") % {"when": _said(one["first_due_at"])})
    if one["reason"]:
        parts.append(one["reason"])
    about = _("Due %(when)s") % {"when": _said(one["due_at"])}
    return {"about": f"{about} · {dict(PROMISE_STATES)[one['state']]}", "text": " ".join(parts)}


def _decision(one: Json) -> Json:
    parts = [one["reason"]]
    if one["choice_in_words"]:
        parts.insert(0, one["choice_in_words"] + ".")
        parts.append(_("How sure: %(how)s.") % {"how": one["how_sure_in_words"]})
    if one["responsible"]:
        parts.append(_("%(name)s answers for it.") % {"name": one["responsible"]})
    if one["only_tried_out"]:
        parts.append(_("It was only tried out and had no effect."))
    if one["contested_at"]:
        parts.append(
            _("The customer asked for a person to check it on %(when)s.") % {"when": _said(one["contested_at"])}
        )
    if one["settled_in_words"]:
        parts.append(f"{_said(one['settled_at'])}: {one['settled_in_words']}")
    return {"at": _said(one["at"]), "who": one["author_in_words"], "text": " ".join(parts)}


def _said(at: str | None) -> str:
    if at is None:
        return ""
    moment = datetime.fromisoformat(at)
    return exact(moment, zone=moment.tzinfo) if moment.tzinfo else ""
