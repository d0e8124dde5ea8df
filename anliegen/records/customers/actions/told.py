"""Facts and moments: noted with reason, consent and a day on which they go; removed on that day, or before."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.utils import timezone

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.ground.journal.verbs import Verb
from anliegen.records.customers import special, verbs
from anliegen.records.customers.models import Category, Fact, Moment, Person

LONGEST = timedelta(days=3650)
CAN_BE_PUT_BACK = timedelta(hours=1)
FLAGS = ("yes", "no")

T = TypeVar("T", bound=Fact | Moment)


class NoDayToGo(Exception):
    """What is kept of a person goes some day: after today, and within LONGEST."""


class NoValue(Exception):
    """The value is none of its kind: a number, a day (2026-11-22), yes or no."""


class NeedsExplicitConsent(Exception):
    """It is of a special category (Art. 9 GDPR): `kinds` as codes of special.py. Kept only with explicit consent."""

    def __init__(self, kinds: list[str]) -> None:
        super().__init__(", ".join(kinds))
        self.kinds = kinds


def note_fact(
    person: Person,
    *,
    said: str,
    reason: str,
    consent_way: str,
    consented_on: date,
    expires_on: date,
    category: Category | None = None,
    kind: str = "text",
    value: str = "",
    is_explicit: bool = False,
    is_harmless: bool = False,
    source: str = "",
    actor: Actor,
    at: datetime,
) -> Fact:
    """Keep what somebody told us. `is_harmless`: a person read the warning of a special category and says it is none.

    Raises NoDayToGo, NoValue, NeedsExplicitConsent.
    """
    actor.insist_on_a_person()
    _insist_on_a_day(expires_on, at)
    kinds = special.kinds_in(said, category_is_special=category is not None and category.is_special)
    if kinds and not is_explicit and not (is_harmless and kinds != [special.BY_CATEGORY]):
        raise NeedsExplicitConsent(kinds)
    with unit():
        fact = Fact.objects.create(
            person=person,
            category=category,
            said=said,
            kind=kind,
            value=_value(kind, value),
            reason=reason,
            consent_way=consent_way,
            consented_on=consented_on,
            is_special=bool(kinds) and is_explicit,
            is_explicit=is_explicit,
            expires_on=expires_on,
            source=source,
            noted_by=actor.ref,
            noted_at=at,
        )
        record(verbs.FACT_NOTED, person, actor=actor, at=at, fact=ref(fact), special=fact.is_special)
    return fact


def change_fact(fact: Fact, *, actor: Actor, at: datetime, is_harmless: bool = False, **fields: Any) -> Fact:
    """Correct words, value, reason, category or the day; only what differs. Raises as `note_fact` does."""
    actor.insist_on_a_person()
    return _change(fact, verbs.FACT_CHANGED, "fact", actor, at, fields, is_harmless)


def note_moment(
    person: Person, *, kind: str, words: str, expires_on: date, source: str = "", actor: Actor, at: datetime
) -> Moment:
    """Let everybody know who answers. Raises NoDayToGo."""
    actor.insist_on_a_person()
    _insist_on_a_day(expires_on, at)
    with unit():
        moment = Moment.objects.create(
            person=person,
            kind=kind,
            words=words,
            expires_on=expires_on,
            source=source,
            noted_by=actor.ref,
            noted_at=at,
        )
        record(verbs.MOMENT_NOTED, person, actor=actor, at=at, moment=ref(moment), kind=kind)
    return moment


def change_moment(moment: Moment, *, actor: Actor, at: datetime, **fields: Any) -> Moment:
    """Another kind, other words, another day. Raises NoDayToGo."""
    actor.insist_on_a_person()
    return _change(moment, verbs.MOMENT_CHANGED, "moment", actor, at, fields, True)


def renew(told: T, *, expires_on: date, actor: Actor, at: datetime) -> T:
    """It stays for longer: the person confirmed it. Raises NoDayToGo."""
    actor.insist_on_a_person()
    _insist_on_a_day(expires_on, at)
    with unit():
        told = _locked(told)
        if told.expires_on == expires_on:
            return told
        told.expires_on = expires_on
        fields = ["expires_on"]
        if isinstance(told, Fact):
            told.renewed_at = at
            fields.append("renewed_at")
        told.save(update_fields=fields)
        _tell(verbs.FACT_RENEWED if isinstance(told, Fact) else verbs.MOMENT_RENEWED, told, actor, at)
    return told


def remove(told: T, *, actor: Actor, at: datetime) -> T:
    """It is gone for everybody at once, and for good after CAN_BE_PUT_BACK."""
    actor.insist_on_a_person()
    with unit():
        told = _locked(told)
        if told.removed_at is not None:
            return told
        told.removed_at = at
        told.save(update_fields=["removed_at"])
        _tell(verbs.FACT_REMOVED if isinstance(told, Fact) else verbs.MOMENT_REMOVED, told, actor, at)
    return told


def restore(told: T, *, actor: Actor, at: datetime) -> T:
    """Put back what was just removed. Raises the model's DoesNotExist when it is gone for good."""
    actor.insist_on_a_person()
    with unit():
        told = _locked(told)
        if told.removed_at is None:
            return told
        told.removed_at = None
        told.save(update_fields=["removed_at"])
        _tell(verbs.FACT_RESTORED if isinstance(told, Fact) else verbs.MOMENT_RESTORED, told, actor, at)
    return told


def expire(*, actor: Actor, at: datetime) -> int:
    """Delete what has had its day; return how many."""
    today = timezone.localtime(at).date()
    gone = 0
    for model, verb in ((Fact, verbs.FACT_EXPIRED), (Moment, verbs.MOMENT_EXPIRED)):
        for told in model._default_manager.filter(expires_on__lte=today).order_by("pk").iterator():
            with unit():
                reference = ref(told)
                if not model._default_manager.filter(pk=told.pk, expires_on__lte=today).delete()[0]:
                    continue  # somebody renewed or removed it in this very moment
                named = {str(model._meta.model_name): reference}
                record(verb, f"person:{told.person_id}", actor=actor, at=at, **named)
                gone += 1
    return gone


def purge_removed(*, at: datetime) -> int:
    """Delete for good what was removed a while ago; its removal is in the journal already."""
    old = at - CAN_BE_PUT_BACK
    return sum(model._default_manager.filter(removed_at__lte=old).delete()[0] for model in (Fact, Moment))


def _change(told: T, verb: Verb, name: str, actor: Actor, at: datetime, fields: dict[str, Any], is_harmless: bool) -> T:
    with unit():
        told = _locked(told)
        if "value" in fields or "kind" in fields:
            kind = fields.setdefault("kind", getattr(told, "kind", "text"))
            fields["value"] = _value(kind, fields.get("value", getattr(told, "value", "")))
        changed: list[str] = sorted(field for field, wanted in fields.items() if getattr(told, field) != wanted)
        if not changed:
            return told
        if "expires_on" in changed:
            _insist_on_a_day(fields["expires_on"], at)
        for field in changed:
            setattr(told, field, fields[field])
        if isinstance(told, Fact):
            _insist_on_consent(told, is_harmless)
            changed_columns = [*changed, "is_special"]
        else:
            changed_columns = changed
        told.save(update_fields=changed_columns)
        record(verb, f"person:{told.person_id}", actor=actor, at=at, fields=changed, **{name: ref(told)})
    return told


def _insist_on_consent(fact: Fact, is_harmless: bool) -> None:
    by_category = fact.category is not None and fact.category.is_special
    kinds = special.kinds_in(fact.said, category_is_special=by_category)
    if kinds and not fact.is_explicit and not (is_harmless and not by_category):
        raise NeedsExplicitConsent(kinds)
    fact.is_special = bool(kinds) and fact.is_explicit


def _insist_on_a_day(expires_on: date, at: datetime) -> None:
    today = timezone.localtime(at).date()
    if not today < expires_on <= today + LONGEST:
        raise NoDayToGo


def _value(kind: str, value: str) -> str:
    """The value in its one form. Raises NoValue."""
    value = value.strip()
    try:
        match kind:
            case "text":
                return ""
            case "number":
                number = Decimal(value.replace(",", "."))
                if not number.is_finite() or abs(number) >= 10**15:
                    raise NoValue
                return format(number.normalize(), "f")
            case "date":
                return date.fromisoformat(value).isoformat()
    except (InvalidOperation, ValueError):
        raise NoValue from None
    if value not in FLAGS:
        raise NoValue
    return value


def _locked(told: T) -> T:
    return type(told)._default_manager.select_for_update(of=("self",)).get(pk=told.pk)  # type: ignore[return-value]


def _tell(verb: Verb, told: Fact | Moment, actor: Actor, at: datetime) -> None:
    named = {str(told._meta.model_name): ref(told)}
    record(verb, f"person:{told.person_id}", actor=actor, at=at, **named)
