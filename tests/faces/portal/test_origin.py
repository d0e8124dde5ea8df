"""The browser says where a form comes from."""

import pytest
from django.test import RequestFactory

from anliegen.faces.portal import origin


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, True),
        ({}, True),
    ],
)
def test_a_form_of_another_page_is_known(headers: dict[str, str], is_ours: bool) -> None:
    assert origin.is_ours(RequestFactory().post("/", headers=headers)) is is_ours
