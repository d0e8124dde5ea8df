"""Routes of the workspace."""

from django.urls import include, path

from anliegen.faces.workspace import inbox, login, new, people, profile, search, undelivered
from anliegen.faces.workspace.settings import invitation
from anliegen.faces.workspace.tickets import (
    changes,
    embedded,
    ending,
    files,
    joining,
    leaving,
    look,
    page,
    resolving,
    senders,
    talk,
)

app_name = "workspace"
urlpatterns = [
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("", inbox.inbox, name="inbox"),
    path("news/", inbox.news, name="news"),
    path("search/", search.search, name="search"),
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password, name="password"),
    path("tickets/new/", new.new, name="new"),
    path("tickets/<int:number>/", page.ticket, name="ticket"),
    path("tickets/<int:number>/reply/", talk.reply, name="reply"),
    path("tickets/<int:number>/ending/", ending.ending, name="ending"),
    path("tickets/<int:number>/note/", talk.note, name="note"),
    path("tickets/<int:number>/change/", changes.change, name="change"),
    path("tickets/<int:number>/resolve/", resolving.resolve, name="resolve"),
    path("tickets/<int:number>/assign/", changes.assign, name="assign"),
    path("tickets/<int:number>/person/", people.change, name="person"),
    path("organisations/", people.organisations, name="organisations"),
    path("tickets/<int:number>/status-page/", people.status_page, name="status-page"),
    path("tickets/<int:number>/organisation/", people.organisation, name="organisation"),
    path("tickets/<int:number>/join/<int:other>/", joining.join, name="join"),
    path("tickets/<int:number>/apart/<int:other>/", joining.apart, name="apart"),
    path("tickets/<int:number>/part/", joining.part, name="part"),
    path("messages/<int:message>/split/", joining.split, name="split"),
    path("messages/<int:message>/undo/", talk.undo, name="undo"),
    path("messages/<int:message>/later/", leaving.later, name="later"),
    path("messages/<int:message>/now/", leaving.now, name="now"),
    path("messages/<int:message>/again/", leaving.again, name="again"),
    path("messages/<int:message>/once-more/", leaving.once_more, name="once-more"),
    path("messages/<int:message>/settle/", leaving.settle, name="settle"),
    path("undelivered/", undelivered.undelivered, name="undelivered"),
    path("undelivered/count/", undelivered.count, name="undelivered-count"),
    path("messages/<int:message>/vouch/", senders.vouch, name="vouch"),
    path("messages/<int:pk>/open/", look.open_again, name="open-again"),
    path("messages/<int:pk>/look/", look.look, name="look"),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
    path("attachments/<int:pk>/mail/", embedded.mail, name="embedded"),
    path("attachments/<int:pk>/mail/<int:place>/", embedded.part, name="embedded-part"),
    path("attachments/<int:pk>/picture/", files.picture, name="picture"),
    path("intake/<int:pk>/source/", files.source, name="source"),
    path("invitation/<str:secret>/", invitation.accept, name="invitation"),
    path("settings/", include("anliegen.faces.workspace.settings.urls")),
]
