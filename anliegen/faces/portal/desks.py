"""To whom a concern can be addressed: the mailboxes, as far as they differ for a customer."""

from dataclasses import dataclass

from anliegen.records.accounts.models import Brand, Mailbox
from anliegen.records.accounts.queries import default_brand


@dataclass(frozen=True)
class Desk:
    """One choice of the contact form. `key` names its mailbox."""

    key: str
    label: str
    hint: str
    mailbox: Mailbox


def desks() -> list[Desk]:
    """One per brand and team: two mailboxes of the same team are the same desk, the brand's own address first. None
    where there is nothing to choose.

    The one of the default brand without a team is none: whoever is not sure comes there anyhow.
    """
    boxes = Mailbox.objects.active().select_related("brand", "team").order_by("-brand__is_default", "brand__name", "pk")
    found: dict[tuple[int, int | None], Mailbox] = {}
    for box in boxes:
        place = (box.brand_id, box.team_id)
        if place not in found or box.address.lower() == box.brand.email.lower():
            found[place] = box
    several_brands = len({brand for brand, _team in found}) > 1
    unsure = _for_the_unsure(default_brand()) if found else None
    if unsure is not None and unsure.team_id is None:
        del found[unsure.brand_id, None]
    elif len(found) < 2:
        return []
    return [_desk(box, several_brands) for box in found.values()]


def where_to(key: str) -> tuple[Brand, Mailbox | None]:
    """Brand and mailbox of a choice; of none, or of one that is gone, the default brand's own."""
    chosen = next((desk.mailbox for desk in desks() if desk.key == key), None)
    if chosen is not None:
        return chosen.brand, chosen
    brand = default_brand()
    return brand, _for_the_unsure(brand)


def _for_the_unsure(brand: Brand) -> Mailbox | None:
    boxes = list(Mailbox.objects.active().select_related("team").filter(brand=brand).order_by("pk"))
    own = next((box for box in boxes if box.address.lower() == brand.email.lower()), None)
    return own or (boxes[0] if boxes else None)


def _desk(box: Mailbox, with_brand: bool) -> Desk:
    name = box.team.name if box.team is not None else box.brand.name
    label = f"{name} ({box.brand.name})" if with_brand and name != box.brand.name else name
    return Desk(str(box.pk), label, box.team.description if box.team is not None else "", box)
