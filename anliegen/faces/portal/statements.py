"""What we have to tell everybody: how accessible this is, and what happens with their data. Made from the settings."""

from django.http import HttpResponseBase

from anliegen.faces.portal import uploads
from anliegen.faces.portal.contact import opening_of
from anliegen.faces.portal.visit import Visit, public
from anliegen.flow.channels import held
from anliegen.records.tickets.links import LASTS_AFTER_CLOSING


@public("everybody may read how accessible this is")
def accessibility(visit: Visit) -> HttpResponseBase:
    return visit.render("portal/accessibility.html", {"opening": opening_of(visit.at)})


@public("everybody may read what is done with data")
def privacy(visit: Visit) -> HttpResponseBase:
    context = {
        "link_months": LASTS_AFTER_CLOSING.days // 30,
        "held_hours": int(held.FOR.total_seconds() // 3600),
        "files": uploads.MOST,
    }
    return visit.render("portal/privacy.html", context)
