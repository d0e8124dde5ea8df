from django.test import Client

from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent


def test_preferences_hold_at_once(miras: Client, mira: Agent, admin: Agent) -> None:
    response = miras.post("/workspace/profile/", {"language": "en", "theme": "dark"}, follow=True)
    html = response.content.decode()
    assert '<html lang="en"' in html
    assert 'data-theme="dark"' in html
    assert 'data-shortcuts="off"' in html
    assert "Your preferences are kept." in html
    mira.refresh_from_db()
    assert (mira.language, mira.theme, mira.shortcuts) == ("en", "dark", False)
    assert Event.objects.get(verb="agent.changed").data == {"fields": ["language", "shortcuts", "theme"]}


def test_a_new_password_needs_the_old_one(miras: Client, mira: Agent) -> None:
    given = {"old_password": "falsch", "new_password1": "ein-ganz-neues-wort", "new_password2": "ein-ganz-neues-wort"}
    assert miras.post("/workspace/profile/password/", given).status_code == 422
    mira.refresh_from_db()
    assert mira.check_password("richtig-langes-wort")


def test_a_new_password_keeps_this_session_and_ends_the_others(miras: Client, mira: Agent) -> None:
    elsewhere = Client()
    elsewhere.force_login(mira)
    given = {
        "old_password": "richtig-langes-wort",
        "new_password1": "ein-ganz-neues-wort",
        "new_password2": "ein-ganz-neues-wort",
    }
    assert miras.post("/workspace/profile/password/", given).status_code == 302
    mira.refresh_from_db()
    assert mira.check_password("ein-ganz-neues-wort")
    assert Event.objects.filter(verb="agent.password_set").count() == 1
    assert miras.get("/workspace/").status_code == 200
    assert elsewhere.get("/workspace/").status_code == 302
