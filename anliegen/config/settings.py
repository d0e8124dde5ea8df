"""Settings: from the environment only (`environment.py`). Names and defaults stand in docs/configuration.md."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.utils.translation import gettext_lazy as _

from anliegen.config import environment
from anliegen.ground import postgres, secrets

ROOT = Path(__file__).resolve().parent.parent


def address_of(host: str, port: int) -> str:
    """Where pages are reached that nobody gave an address of their own."""
    host = host or "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


ENVIRONMENT = environment.read()
ANLIEGEN_DATA = ENVIRONMENT.data
ANLIEGEN_HOST, ANLIEGEN_PORT = ENVIRONMENT.host, ENVIRONMENT.port
ANLIEGEN_SMTP_PORT = ENVIRONMENT.smtp_port
ANLIEGEN_MAIL_FOLDERS = ENVIRONMENT.mail_folders
ANLIEGEN_SMTP_URL = ENVIRONMENT.smtp_url
ANLIEGEN_BASE_URL = (ENVIRONMENT.base_url or address_of(ANLIEGEN_HOST, ANLIEGEN_PORT)).rstrip("/")
ANLIEGEN_DEMO = ENVIRONMENT.demo
ANLIEGEN_WEB_THREADS = ENVIRONMENT.web_threads

SECRET_KEY = ENVIRONMENT.secret_key or secrets.key("secret_key").hex()
DEBUG = ENVIRONMENT.debug
_base = urlsplit(ANLIEGEN_BASE_URL)
ALLOWED_HOSTS = [_base.hostname or "localhost", "localhost", "127.0.0.1", "[::1]", ANLIEGEN_HOST]
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]
_https = _base.scheme == "https"
if _https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # This name only: what else runs below it is not ours to decide.
    SECURE_HSTS_SECONDS = 365 * 24 * 3600

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_prose_editor",
    "csp",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "anliegen.ground.journal",
    "anliegen.ground.search",
    "anliegen.ground.egress",
    "anliegen.records.accounts",
    "anliegen.records.customers",
    "anliegen.records.tickets",
    "anliegen.records.knowledge",
    "anliegen.flow.channels",
    "anliegen.flow.automation",
    "anliegen.flow.automation.rules",
    "anliegen.flow.feedback",
    "anliegen.flow.assist",
    "anliegen.flow.macros",
    "anliegen.flow.problems",
    "anliegen.oversight.compliance",
    "anliegen.oversight.portability",
    "anliegen.oversight.measurement",
    "anliegen.oversight.insights",
    "anliegen.faces.ui",
    "anliegen.faces.workspace",
    "anliegen.faces.portal",
    "anliegen.faces.api",
    "anliegen.faces.realtime",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "anliegen.faces.ui.assets.Assets",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "anliegen.faces.ui.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "anliegen.config.urls"
WSGI_APPLICATION = "anliegen.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "anliegen.faces.ui.environment.environment",
            "cache": ANLIEGEN_DATA / "cache" / "templates",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "anliegen.faces.ui.fragments.token",
                "anliegen.faces.workspace.frame.desk",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

_database_url = ENVIRONMENT.database_url
DATABASES = {"default": postgres.parse_url(_database_url) if _database_url else postgres.where(ANLIEGEN_DATA)}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Statements are prepared by the server at their third time, and planned for their values each time (decision 0013).
_options: dict[str, Any] = DATABASES["default"].setdefault("OPTIONS", {})
_options.update(server_side_binding=True, prepare_threshold=3)
_options["options"] = f"{_options.get('options', '')} -c plan_cache_mode=force_custom_plan".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Agent"
AUTHENTICATION_BACKENDS = ["anliegen.faces.workspace.login.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/workspace/login/"
LOGIN_REDIRECT_URL = "/workspace/"
LOGOUT_REDIRECT_URL = "/workspace/login/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "anliegen.faces.workspace.login.Adapter"
# A whole house comes from one IP at eight o'clock, and an attempt counts until it succeeded. For one address: login.py.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "100/m/ip"}
ACCOUNT_SESSION_REMEMBER = True

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "anliegen.faces.ui.errors.csrf_failure"

# Attempts to log in count in a table, so that limits hold over any number of web processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rate_limits",
        # Beyond this rows are dropped, so it must be more than all senders of an hour.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ANLIEGEN_DATA / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty, see `faces/ui/assets.py`, but it must be there
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],  # a mail as it was designed
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["anliegen.ground.jobs"]

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer()
        if ENVIRONMENT.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False),
    ],
    logger_factory=structlog.PrintLoggerFactory(),
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"calm": {"()": "anliegen.ground.calm.Calm"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["calm"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"procrastinate": {"level": "WARNING"}},
}
