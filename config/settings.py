"""Django settings, configured by environment variables that `.env.example` documents."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from analytics.core.score_scale import Scale, total_scale
from config.logging_config import configure_structlog, logging_config
from config.version import VERSION
from infra.api.rate_limit import Rate
from infra.time_zones import is_time_zone

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
if env.bool("READ_ENV_FILE", default=True):
    env.read_env(BASE_DIR / ".env", recurse=False)

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
# Local requests are always allowed, for health checks and metrics.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[]), "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    # Before `config`, which takes their models out of the admin.
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "config",
    "infra",
    "roster",
    "analytics",
    "logger",
    "study",
    "dashboard",
    "dashboard.apps.LearnTraceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "config.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "config.middleware.InsecureLocalCookies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.middleware.PrivateResponses",
    "config.refusals.Refusals",
    "config.middleware.EscapedIds",
    "config.middleware.OptionalTrailingSlash",
    "config.middleware.RejectNullBytes",
    "config.locale_middleware.PageLanguage",
    "infra.sessions.Sessions",
    "config.middleware.EntityTags",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.PageMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.middleware.RateLimitHeaders",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Databases: SQLite unless DATABASE_URL names a PostgreSQL.

SQLITE_OPTIONS: dict[str, Any] = {
    # A writer takes the write lock at BEGIN, so it cannot fail later because another transaction
    # took the lock meanwhile.
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY;"
        " PRAGMA wal_autocheckpoint=10000;"
    ),
}
DATABASE_POOL = env.bool("DATABASE_POOL", default=True)
# Whether frequent queries are prepared statements in PostgreSQL (decision 12). This does not work
# with a pooler that shares connections between transactions, as pgbouncer may.
DATABASE_PREPARE = env.bool("DATABASE_PREPARE", default=DATABASE_POOL)
# The maximum time that a request waits for a lock, and for one statement; 0 is no limit.
# PostgreSQL cancels longer statements, and the client gets a 503 with Retry-After.
REQUEST_LOCK_TIMEOUT = env.timedelta("REQUEST_LOCK_TIMEOUT", default=timedelta(seconds=5))
REQUEST_STATEMENT_TIMEOUT = env.timedelta(
    "REQUEST_STATEMENT_TIMEOUT", default=timedelta(seconds=30)
)
# The time during which a pool retries to connect, less and less often. It is short, so that the
# next request soon finds a server that is available again.
RECONNECT_SECONDS = 5
SERVER_THREADS = env.int("SERVER_THREADS", default=8)
# The maximum time for the head of a request, also between two requests of a connection; the maximum
# pause of a client within a body or a response, and the maximum time for a body.
HEAD_TIMEOUT = env.timedelta("HEAD_TIMEOUT", default=timedelta(seconds=30))
CLIENT_SILENCE = env.timedelta("CLIENT_SILENCE", default=timedelta(seconds=10))
BODY_TIMEOUT = env.timedelta("BODY_TIMEOUT", default=timedelta(seconds=60))
# Whether simultaneous requests of different learners share a transaction (decision 26).
GROUP_COMMIT = env.bool("GROUP_COMMIT", default=True)

_database: dict[str, Any] = dict(
    env.dj_db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR}/var/learntrace.sqlite3")
)
ON_SQLITE = _database["ENGINE"] == "django.db.backends.sqlite3"
if ON_SQLITE:
    _database["ENGINE"] = "infra.db.sqlite"
    _database["OPTIONS"] = {**SQLITE_OPTIONS, **_database.get("OPTIONS", {})}
    _database["CONN_MAX_AGE"] = None
    # Other users of this machine must not read learners' records.
    Path(_database["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
elif DATABASE_POOL:
    # One connection per thread, also that of large requests, and one more for health checks.
    _limits = {
        "lock_timeout": REQUEST_LOCK_TIMEOUT,
        "statement_timeout": REQUEST_STATEMENT_TIMEOUT,
        # Release the locks of a server that vanished in the middle of a transaction.
        "idle_in_transaction_session_timeout": timedelta(minutes=1),
    }
    _database["OPTIONS"] = {
        "pool": {
            "min_size": 1,
            "max_size": SERVER_THREADS + 2,
            "timeout": RECONNECT_SECONDS,
            "reconnect_timeout": RECONNECT_SECONDS,
        },
        "options": " ".join(
            f"-c {name}={limit // timedelta(milliseconds=1)}" for name, limit in _limits.items()
        ),
        **_database.get("OPTIONS", {}),
    }
    _database["CONN_MAX_AGE"] = 0
if DATABASE_PREPARE and not ON_SQLITE:
    _database["OPTIONS"] = {"prepare_threshold": 0, **_database.get("OPTIONS", {})}
DATABASES = {"default": _database}

CACHES = {"default": env.dj_cache_url("CACHE_URL", default="locmem://learntrace")}
if CACHES["default"]["BACKEND"].endswith("LocMemCache"):
    # One small entry per caller, for the throttles.
    CACHES["default"]["BACKEND"] = "infra.api.local_cache.LocalCache"
    CACHES["default"].setdefault("OPTIONS", {})["MAX_ENTRIES"] = 50_000
elif CACHES["default"]["BACKEND"].endswith("RedisCache"):
    # An unavailable cache must not delay responses.
    CACHES["default"]["OPTIONS"] = {
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        **CACHES["default"].get("OPTIONS", {}),
    }

# Authentication and throttling.

AUTH_USER_MODEL = "roster.User"
# Usernames are unique per facility; RosterBackend decides between people with the same one.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "roster.authentication.RosterBackend",
]
PASSWORD_HASHERS = ["infra.password_hashers.QueuedArgon2PasswordHasher"]
# The maximum time that a login waits for a slot to hash its password, before a 503.
PASSWORD_PATIENCE = timedelta(seconds=5)
# The path of the lock files that limit the hashing of all processes together.
HASHING_LOCK = BASE_DIR / "var" / "hashing"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [{"NAME": "infra.password_length.MaximumLengthValidator"}]
# The failed logins after which a username has to wait, and the longest wait (decision 31).
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=10)
AXES_COOLOFF_TIME = env.timedelta("LOGIN_LOCKOUT", default=timedelta(minutes=15))
AXES_HANDLER = "roster.logins.LockoutHandler"
AXES_CLIENT_IP_CALLABLE = "infra.api.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "config.exceptions.lockout_response"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
OTP_TOTP_ISSUER = "LearnTrace"
# The number of proxies in front that set X-Forwarded-For; 0 trusts only the connection.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# The facility of guests, by UUID or partner id; empty: the only one.
DEFAULT_FACILITY = env.str("DEFAULT_FACILITY", default="")
# The time zone of the days of facilities that set none of their own.
FACILITY_TIME_ZONE = env.str("FACILITY_TIME_ZONE", default="UTC")
if not is_time_zone(FACILITY_TIME_ZONE):
    raise ImproperlyConfigured(
        f"FACILITY_TIME_ZONE={FACILITY_TIME_ZONE} is not a time zone of the IANA database."
    )

# Limits of requests and of bytes per caller, and of logins and failed logins per address; None: no
# limit.
THROTTLES = {
    "key": Rate.parse(env.str("THROTTLE_KEY", default="60000/minute")),
    "user": Rate.parse(env.str("THROTTLE_USER", default="1200/minute")),
    "guest": Rate.parse(env.str("THROTTLE_GUEST", default="1200/minute")),
    "login": Rate.parse(env.str("THROTTLE_LOGIN", default="600/minute")),
    "key_bytes": Rate.parse(env.str("QUOTA_KEY", default="32GiB/hour")),
    "user_bytes": Rate.parse(env.str("QUOTA_USER", default="128MiB/day")),
    "guest_bytes": Rate.parse(env.str("QUOTA_GUEST", default="256MiB/hour")),
    "learner_bytes": Rate.parse(env.str("QUOTA_LEARNER", default="256MiB/day")),
    "user_names": Rate.parse(env.str("THROTTLE_NEW_NAMES", default="1000/day")),
    "password_reset": Rate.parse(env.str("THROTTLE_PASSWORD_RESETS", default="10/hour")),
    "login_failure": Rate.parse(env.str("THROTTLE_LOGIN_FAILURES", default="100/hour")),
}
# The folder whose disk is guarded, and the free bytes below which nothing is recorded.
FREE_SPACE_FOLDER: Path | None = env.path(
    "FREE_SPACE_FOLDER", default=Path(_database["NAME"]).parent if ON_SQLITE else None
)
MIN_FREE_SPACE = env.int("MIN_FREE_SPACE", default=256) * 1024 * 1024

# Sections of the test whose scores are predicted, each with its scale, and the target of the total.
SCORE_SECTIONS = {
    name: Scale.parse(scale)
    for name, scale in env.dict(
        "SCORE_SECTIONS", default={"math": "200-800", "rw": "200-800"}
    ).items()
}
TARGET_SCORE = env.float("TARGET_SCORE", default=None)
if TARGET_SCORE and not total_scale(SCORE_SECTIONS.values()).is_valid_target(TARGET_SCORE):
    raise ImproperlyConfigured(
        f"TARGET_SCORE={TARGET_SCORE:g} is not a possible total of SCORE_SECTIONS."
    )

COOKIES_SECURE = env.bool("COOKIES_SECURE", default=True)
SESSION_ENGINE = "infra.sessions"
# The sessions of learners end with the browser; those of staff, and on shared computers, after a
# time, and after a pause.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
STAFF_SESSION_LENGTH = env.timedelta("STAFF_SESSION_LENGTH", default=timedelta(hours=12))
STAFF_SESSION_IDLE = env.timedelta("STAFF_SESSION_IDLE", default=timedelta(minutes=60))
SESSION_COOKIE_SECURE = COOKIES_SECURE
CSRF_COOKIE_SECURE = COOKIES_SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_HEADERS = (*default_headers, "idempotency-key", "x-api-key", "x-request-id")
CORS_EXPOSE_HEADERS = [
    "ETag", "Idempotent-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy",
    "Retry-After", "X-Request-ID",
]  # fmt: skip
CORS_URLS_REGEX = r"^/(api|v3)/"

HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)/?$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    # The last three do not fall back to default-src.
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# REST framework and OpenAPI.

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "roster.authentication.KeyAuthentication",
        "roster.authentication.LoginAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "roster.permissions.HasScope",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["infra.api.throttling.CallerThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["infra.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["infra.api.parsers.JsonBodyParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "infra.api.renderers.FixedRendererNegotiation",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "infra.api.pagination.ListPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.exceptions.handle_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
MAX_BODY_BYTES = 1024 * 1024
MAX_BULK_BYTES = 16 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

SPECTACULAR_SETTINGS = {
    "TITLE": "LearnTrace",
    "DESCRIPTION": "Learning records: learners' activity and progress, with access control.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "analytics.serializers.batch.STATUSES",
    },
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"id": str},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.describe_callers",
        "config.openapi.describe_retries",
        "config.openapi.describe_entity_tags",
        "config.openapi.describe_wrapped_lists",
        "config.openapi.describe_errors",
        "config.openapi.describe_rate_limits",
    ],
}

# Jobs.

# The retention of guests' sessions after their start; a guest can continue one for 24 hours.
GUEST_SESSIONS_KEPT = max(
    env.timedelta("GUEST_SESSIONS_KEPT", default=timedelta(hours=24)), timedelta(hours=24)
)

# The maximum bytes of guests' sessions; the oldest of more are deleted.
GUEST_BYTES_KEPT = env.int("GUEST_MEBIBYTES_KEPT", default=2048) * 1024 * 1024

# The folder of large exports, kept for a day; servers with the same database must share it.
EXPORTS_FOLDER = env.path("EXPORTS_FOLDER", default=BASE_DIR / "var" / "exports")

# E-mail: the weekly digests of coaches.

# The address of this server in links of e-mails.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8080").rstrip("/")
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="learntrace@localhost")
_email = env.dj_email_url("EMAIL_URL", default="console:")
if "EMAIL_BACKEND" not in _email:
    raise ImproperlyConfigured("EMAIL_URL has an unknown scheme; see .env.example.")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _email["EMAIL_FILE_PATH"]
EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"], _email["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"], _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL, EMAIL_USE_TLS = _email["EMAIL_USE_SSL"], _email["EMAIL_USE_TLS"]
EMAIL_IS_SET = bool(env.str("EMAIL_URL", default=""))
# Seconds for which a link to set a new password is valid.
PASSWORD_RESET_TIMEOUT = 3600
# A mail server that does not answer delays the other jobs by this time.
EMAIL_TIMEOUT = _email["EMAIL_TIMEOUT"] or 10

# Time, languages, static files and logs.

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
LANGUAGE_COOKIE_SECURE = COOKIES_SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# The client's address in the log of requests: full, truncated or none.
LOG_CLIENT_ADDRESS = env.str(
    "LOG_CLIENT_ADDRESS", default="full", validate=validate.OneOf(["full", "truncated", "none"])
)
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = logging_config(LOG_LEVEL)
configure_structlog(LOG_LEVEL)
