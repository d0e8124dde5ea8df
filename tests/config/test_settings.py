"""What the environment makes of the settings. Each case has a process of its own, since settings are read once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ASK = """
import django
django.setup()
from django.test import Client
answer = Client().get("/static/ui/favicon.svg", HTTP_HOST="service.example.org", HTTP_X_FORWARDED_PROTO="https")
print(answer.status_code, answer.headers.get("Strict-Transport-Security"))
"""

ADDRESS = "import django; django.setup(); from django.conf import settings; print(settings.ANLIEGEN_BASE_URL)"


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:8971"), ("::1", "http://[::1]:8971"), ("", "http://127.0.0.1:8971")],
)
def test_links_name_the_port_that_is_listened_on_unless_told_otherwise(host: str, address: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "ANLIEGEN_HOST": host,
        "ANLIEGEN_PORT": "8971",
        "ANLIEGEN_BASE_URL": "",
        "ANLIEGEN_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "anliegen.config.settings",
    }
    asked = subprocess.run([sys.executable, "-c", ADDRESS], env=environment, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == address


@pytest.mark.parametrize(
    ("base_url", "told"),
    [("https://service.example.org", "200 max-age=31536000"), ("http://service.example.org", "200 None")],
)
def test_browsers_are_told_to_use_tls_only_where_people_come_by_tls(base_url: str, told: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "ANLIEGEN_BASE_URL": base_url,
        "ANLIEGEN_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "anliegen.config.settings",
    }
    asked = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == told


@pytest.mark.django_db
def test_prepared_statements_are_planned_for_their_values_each_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_custom_plan",)
