"""Every page of the workspace as the browser opens it; `house/test_every_page.py` compares them with the routes."""

WORKSPACE = (
    "/workspace/?view=team",
    "/workspace/?view=team&order=waiting",
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
    "/dev/mail",
    "/dev/mail/{mail}",
    "/api/v1/docs",
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
    *("mailboxes/{box}/sources/{source}/", "connections/", "connections/new/", "connections/calls/", "intake/"),
    *("intake/{line}/", "intake/{rejected}/", "intake/brakes/", "intake/brakes/{brake}/", "guard/", "rejections/"),
    *("recourses/", "recourses/new/", "recourses/new/?from=energie", "recourses/{recourse}/"),
    *("rejections/new/", "rejections/{rule}/", "journal/", "journal/{event}/"),
    *("targets/", "targets/new/", "targets/{target}/", "deadlines/", "deadlines/new/", "deadlines/{deadline}/"),
)

# Opened by tests of their own: they look different from within.
APART = ("/workspace/login/", "/workspace/invitation/{secret}/")
