"""Settings of the site. Everything that differs between places comes from the environment (docs/settings.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from duban.config import environment

HERE = Path(__file__).resolve().parent
DATA = environment.data_folder()

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret_key(DATA)
ALLOWED_HOSTS = environment.words("HOSTS", "localhost,127.0.0.1,[::1]")
HTTPS = environment.flag("HTTPS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    "django_q",
    "duban.config",
    "duban.audit",
    "duban.organisations",
    "duban.auditing",
    # Before allauth, so that its pages come in our templates.
    "duban.accounts",
    "duban.plans",
    "duban.dispatch",
    "duban.supervision",
    "duban.assessment",
    "duban.bulletins",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "duban.config.proxies.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "duban.audit.middleware.OriginMiddleware",
    "duban.accounts.middleware.FirstRunMiddleware",
    "duban.accounts.middleware.IdleMiddleware",
    "duban.accounts.middleware.DutiesMiddleware",
    "duban.config.refusing.RefusalMiddleware",
    # Last, so that it sees every sign-in attempt.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "duban.config.urls"
WSGI_APPLICATION = "duban.config.wsgi.application"
ASGI_APPLICATION = "duban.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "duban.config.frame.frame",
            ],
        },
    }
]

FORM_RENDERER = "duban.config.forms.Renderer"

DATABASES = {
    "default": dj_database_url.parse(
        environment.text("DATABASE_URL", f"sqlite:///{DATA / 'duban.sqlite3'}"),
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Readers do not wait for the writer; a writer waits for its turn instead of failing.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
elif environment.flag("DATABASE_PREPARED", True):
    # The same statements come again and again; PostgreSQL then plans each once for a connection. Not behind a pooler that
    # gives every transaction another connection.
    DATABASES["default"]["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 2}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
# 2026年3月5日, as offices write it.
FORMAT_MODULE_PATH = ["duban.config.formats"]

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [HERE / "static"]
MEDIA_ROOT = DATA / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "duban.config.storage.StaticFiles"},
}
# Uploaded papers are never served from their folder: a view hands them out as attachments.
FILE_UPLOAD_PERMISSIONS = 0o600
UPLOAD_LIMIT = environment.number("UPLOAD_MEGABYTES", 50) * 1024 * 1024
EVIDENCE_LIMIT = environment.number("EVIDENCE_MEGABYTES", 20) * 1024 * 1024
# host:port of a ClamAV daemon that looks at every upload; empty: none.
CLAMAV = environment.text("CLAMAV")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

AUTH_USER_MODEL = "organisations.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "duban.accounts.passwords.SimilarityValidator"},
    {
        "NAME": "duban.accounts.passwords.LengthValidator",
        "OPTIONS": {"min_length": environment.number("PASSWORD_LENGTH", 8)},
    },
    {"NAME": "duban.accounts.passwords.CommonValidator"},
    {"NAME": "duban.accounts.passwords.NumericValidator"},
    {
        "NAME": "duban.accounts.passwords.CharacterClassesValidator",
        "OPTIONS": {"wanted": environment.number("PASSWORD_CLASSES", 3)},
    },
]
# Days after which a password must be changed; 0 is never.
PASSWORD_DAYS = environment.number("PASSWORD_DAYS", 0)
# Roles that must set up a second factor.
TWO_FACTOR_ROLES = frozenset(environment.words("TWO_FACTOR_ROLES", ""))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# GB/T 22239: time-out of an idle session; the number is a setting.
SESSION_IDLE = environment.number("SESSION_MINUTES", 120) * 60
# The row outlives the time-out, so that whoever comes back is told what happened. The cookie ends with the browser.
SESSION_COOKIE_AGE = max(2 * SESSION_IDLE, 86_400)
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = environment.words("ORIGINS", "")

# GB/T 22239: lockout after failed sign-ins; the numbers are settings.
AXES_FAILURE_LIMIT = environment.number("LOCKOUT_FAILURES", 5)
AXES_COOLOFF_TIME = timedelta(minutes=environment.number("LOCKOUT_MINUTES", 30))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# The time that the page names holds: trying again does not push it out.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_USERNAME_CALLABLE = "duban.accounts.lockout.username_of"
AXES_LOCKOUT_CALLABLE = "duban.accounts.lockout.locked_out"
AXES_VERBOSE = False

# Accounts are handed out; nothing is mailed, because an office's network is closed.
ACCOUNT_ADAPTER = "duban.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_FORMS = {"login": "duban.accounts.forms.SignInForm", "change_password": "duban.accounts.forms.PasswordForm"}
# A whole office may sign in from one address at half past eight; failures are axes' matter.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip"}
MFA_FORMS = {
    "authenticate": "duban.accounts.forms.SecondFactorForm",
    "reauthenticate": "duban.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "duban.accounts.forms.BindAppForm",
}
MFA_ADAPTER = "duban.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A clock may be half a minute off in a network without a time server.
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers themselves allow keys without HTTPS on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# The reverse proxies whose word on a client's address is taken.
PROXIES = environment.words("PROXIES", "")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        # Voice notes: those of the site, and those that wait on the phone.
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # The pages on the spot open without network.
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# The word of the office in the numbers of orders: 督办〔2026〕17号.
ORDER_WORD = environment.text("ORDER_WORD", "督办")
# A folder with the fonts that printed papers are set in; empty: those of the system.
FONTS = environment.text("FONTS")

# Reminders go out of the site only where one of these says how. The addresses are those of apprise; {phone}, {email} and
# {name} stand for the person's.
EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_PORT = environment.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "duban@localhost")
REMINDER_URLS = {
    "wecom": environment.text("WECOM"),
    "dingtalk": environment.text("DINGTALK"),
    "feishu": environment.text("FEISHU"),
    "sms": environment.text("SMS"),
}
# Hours of the day between which nothing goes out; the same twice: no quiet hours.
QUIET_FROM = environment.number("QUIET_FROM", 20)
QUIET_UNTIL = environment.number("QUIET_UNTIL", 8)

WEB_WORKERS = environment.number("WEB_WORKERS", 2)
WEB_THREADS = environment.number("WEB_THREADS", 4)

# Jobs: the database is the broker, so that a job commits with the row that asked for it.
Q_CLUSTER = {
    "name": "duban",
    "orm": "default",
    "broker_class": "duban.plans.broker.Broker",
    "workers": environment.number("JOB_WORKERS", 2),
    # A job that ended in an error, or in nothing because its worker was killed, is begun again so many seconds after it
    # was begun, and at most so often in all; then it waits on its page for somebody to decide. No job takes as long as
    # that: it is stopped before.
    "timeout": 600,
    "retry": 720,
    "max_attempts": 3,
    "ack_failures": False,
    # What is taken from the queue and waits for a worker counts as begun: take little.
    "queue_limit": 1,
    "poll": 0.5,
    "catch_up": False,
    "save_limit": 1000,
    "log_level": "WARNING",
    # Without a worker process the work is done at once, where it was asked for.
    "sync": environment.text("JOBS", "worker") == "inline",
}
