"""Every page of the workspace as the browser opens it; `house/test_every_page.py` compares them with the routes."""

WORKSPACE = (
    "/workspace/?view=team",
    "/workspace/?view=team&order=waiting",
    "/workspace/?view=open&tag=umzug&waits=24h",
    "/workspace/filter/?view=open",
    "/workspace/views/",
    "/workspace/views/new/?tag=umzug",
    "/workspace/views/{saved}/",
    "/workspace/",
    "/workspace/tickets/{ticket}/",
    "/workspace/tickets/{ticket}/resolve/",
    "/workspace/tickets/{ticket}/snooze/",
    "/workspace/tickets/{ticket}/document/",
    "/workspace/tickets/{ticket}/due/",
    "/workspace/search/?q=Abschlag",
    "/workspace/search/?q=Abschlag+status:offen+team:mars+farbe:rot",
    "/workspace/export/?view=team",
    "/workspace/tickets/new/",
    "/workspace/profile/",
    "/workspace/profile/keys/",
    "/workspace/tickets/{ticket}/macros/",
    "/workspace/tickets/{ticket}/macros/{macro}/",
    "/workspace/profile/notices/",
    "/workspace/notices/",
    "/workspace/tickets/{ticket}/handover/",
    "/workspace/tickets/{ticket}/handover/{handover}/back/",
    "/workspace/undelivered/",
    "/workspace/promises/",
    "/workspace/promises/{promise}/",
    "/workspace/promises/{promise}/tell/",
    "/workspace/tickets/{ticket}/promises/",
    "/workspace/tickets/{ticket}/decline/",
    "/workspace/drafts/",
    "/dev/mail",
    "/dev/mail/{mail}",
    "/api/v1/docs",
)

# Of customers, and what is given to them.
CUSTOMERS = (
    "/workspace/people/",
    "/workspace/people/?what=organisations",
    "/workspace/people/{person}/",
    "/workspace/people/{person}/told/fact/new/",
    "/workspace/people/{person}/told/moment/new/",
    "/workspace/told/fact/{fact}/",
    "/workspace/people/{person}/same/{twin}/",
    "/workspace/merges/{merge}/",
    "/workspace/organisations/{organisation}/",
    "/workspace/concessions/",
    "/workspace/tickets/{ticket}/concessions/",
)

SETTINGS = (
    *("", "operator/", "brands/", "brands/new/", "brands/{brand}/", "calendars/", "calendars/new/"),
    *("calendars/{calendar}/", "teams/", "teams/new/", "teams/{team}/", "agents/", "agents/new/", "agents/{agent}/"),
    *("turns/", "roles/", "roles/new/", "roles/{role}/", "tokens/", "tokens/new/", "keys/", "keys/import/"),
    *(
        "mailboxes/",
        "mailboxes/new/",
        "mailboxes/{box}/",
        "mailboxes/{box}/sources/new/",
        "mailboxes/{box}/sources/new/?way=microsoft",
    ),
    *("mailboxes/{box}/sources/new/?way=folder", "mailboxes/{box}/sources/{undecided}/"),
    *("blocks/", "blocks/new/", "blocks/{block}/", "blocks/import/", "macros/", "macros/new/", "macros/{macro}/"),
    *("mailboxes/{box}/sources/{source}/", "connections/", "connections/new/", "connections/calls/", "intake/"),
    *("intake/{line}/", "intake/{rejected}/", "intake/brakes/", "intake/brakes/{brake}/", "guard/", "rejections/"),
    *("recourses/", "recourses/new/", "recourses/new/?from=energie", "recourses/{recourse}/"),
    *("rejections/new/", "rejections/{rule}/", "journal/", "journal/{event}/"),
    *("targets/", "targets/new/", "targets/{target}/", "deadlines/", "deadlines/new/", "deadlines/{deadline}/"),
    *("leeway/", "leeway/{role}/", "leeway/kinds/new/", "leeway/kinds/{kind}/"),
    *("categories/", "categories/new/", "categories/{category}/"),
)

# Opened by tests of their own: they look different from within.
APART = ("/workspace/login/", "/workspace/invitation/{secret}/")
