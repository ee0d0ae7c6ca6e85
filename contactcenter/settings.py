"""Settings for every kind of process, all from the environment.

The demo (`script/demo`) and the tests start embedded engines and set the same variables; nothing here
knows which of them it is. docs/production.md lists the variables.
"""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

SECRET_KEY = env.str("SECRET_KEY")
# Encrypts stored secrets (Twilio tokens, webhook secrets). Falls back to a key derived from SECRET_KEY.
ENCRYPTION_KEY = env.str("ENCRYPTION_KEY", default="")
DEBUG = env.bool("DEBUG", default=False)
# What outsiders call us: Twilio signs this address, e-mails and webhooks carry it. No trailing slash.
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
BEHIND_TLS = PUBLIC_BASE_URL.startswith("https://")
# Pages of the built-in telephone (demo only); empty hides the link.
PHONE_PAGE_URL = env.str("PHONE_PAGE_URL", default="")
# A demo's file of logins, offered at the front door; empty everywhere else.
DEMO_FILE = env.str("DEMO_FILE", default="")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "lucide",
    "axes",
    "oauth2_provider",
    "rest_framework",
    "drf_standardized_errors",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "channels",
    "foundation",
    "accounts",
    "customers",
    "cases",
    "knowledge",
    "routing",
    "ivr",
    "partners",
    "analytics",
    "desk",
    "contactcenter.apps.ContactCenterConfig",
]

MIDDLEWARE = [
    "foundation.middleware.RequestLogMiddleware",
    "foundation.middleware.MachineDoorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.MemberMiddleware",
    "axes.middleware.AxesMiddleware",
]

# Doors of the carrier: every request is signed, none comes from a browser.
MACHINE_PREFIXES = ("/twilio/",)

ROOT_URLCONF = "contactcenter.urls"
WSGI_APPLICATION = "contactcenter.wsgi.application"
ASGI_APPLICATION = "contactcenter.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "lucide.templatetags.lucide"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context_processors.member",
                "desk.context_processors.live",
            ],
        },
    }
]

# --- Data -----------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL")
# The owner of the tables; only migrations are its business (docs/production.md).
OWNER_DATABASE_URL = env.str("OWNER_DATABASE_URL", default=DATABASE_URL)


def _database(url: str) -> dict[str, Any]:
    database: dict[str, Any] = {
        **env.db_url_config(url),
        "ENGINE": "foundation.postgres",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("BEHIND_POOLER", default=False),
    }
    database["OPTIONS"] = {"connect_timeout": 3, **database.get("OPTIONS", {})}
    return database


OWNER_DATABASE = _database(OWNER_DATABASE_URL)
AS_OWNER = env.bool("BOTHHANDS_AS_OWNER", default=False)
DATABASES = {"default": OWNER_DATABASE if AS_OWNER else _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "bothhands",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}
# Channels carries consumers and their tests; broadcasts go by foundation.live's hub (docs/decisions/0005).
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}

# --- Celery ---------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "background"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_keepalive": True}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- People and sessions --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
# Two demos on one host share cookies across ports unless their names differ.
SESSION_COOKIE_NAME = env.str("SESSION_COOKIE_NAME", default="bothhands_session")
CSRF_COOKIE_NAME = env.str("CSRF_COOKIE_NAME", default="bothhands_csrf")
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "foundation.client_address.client_address"
# How many proxies before us add to X-Forwarded-For; nginx as configured here replaces the header: one.
PROXY_COUNT = env.int("PROXY_COUNT", default=1)

# --- Security headers -----------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
X_FRAME_OPTIONS = "DENY"
_TWILIO_VOICE = ["https://*.twilio.com", "wss://*.twilio.com"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_TWILIO_VOICE],
        "media-src": [SELF, *_TWILIO_VOICE[:1]],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "microphone": ["self"],
    "camera": [],
    "geolocation": [],
    "payment": [],
    "usb": [],
}

# --- Phone ----------------------------------------------------------------------------------------------
# Another carrier speaking Twilio's protocol may stand here (the demo's simulator does).
TWILIO_API_URL = env.str("TWILIO_API_URL", default="https://api.twilio.com").rstrip("/")
TWILIO_TIMEOUT_SECONDS = env.float("TWILIO_TIMEOUT_SECONDS", default=4.0)
# The script that provides `Twilio.Device` in the agent's browser.
TWILIO_VOICE_SDK_URL = env.str("TWILIO_VOICE_SDK_URL", default="/static/vendor/twilio.min.js")

# --- API ------------------------------------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "partners.ApiClient"
OAUTH2_PROVIDER = {
    "SCOPES": {
        "customers:read": "Read customers, their facts and timeline, within the contract",
        "customers:write": "Write facts and notes",
        "cases:read": "Read cases and promises",
        "cases:write": "Open cases, acknowledge and fulfil promises",
        "seats:read": "Read the asks for more seats and what you delivered",
        "seats:write": "Answer asks for more seats",
        "events:read": "Read the change feed",
        "webhooks:manage": "Set up webhooks and see what became of them",
        "routing:setup": "Read and change how contacts are routed (the company's own systems only)",
    },
    "SCOPES_BACKEND_CLASS": "partners.scopes.ClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # Client credentials only: no other grant has an endpoint.
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    # Tokens are stored as checksums; nobody who reads the table can use them.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=1_200)  # per API client
TOKEN_REQUESTS_PER_MINUTE = env.int("TOKEN_REQUESTS_PER_MINUTE", default=120)  # per client and address
# How long those who only read the routing set-up may keep it; the owner of the order reads it at once.
ROUTING_SETUP_KEPT_SECONDS = env.float("ROUTING_SETUP_KEPT_SECONDS", default=2.0)
# Exact host:port texts whose webhooks may go to a private network, and without TLS (demo and tests).
WEBHOOK_ALLOW_PRIVATE_HOSTS: list[str] = env.list("WEBHOOK_ALLOW_PRIVATE_HOSTS", default=[])
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["partners.authentication.PartnerTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["partners.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["partners.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "partners.openapi.PartnerSchema",
    "EXCEPTION_HANDLER": "partners.refusals.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Bothhands partner API",
    "DESCRIPTION": "For the systems of companies that serve customers together: one record, many hands. "
    "Get a token with your client credentials, read what your contract shares, write what you learn and do, "
    "and follow what happens by webhook or change feed.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PATH_CONVERTER_OVERRIDES": {"row": {"type": "integer", "minimum": 0, "maximum": 999999999999999999}},
    "ENUM_NAME_OVERRIDES": {
        "Hand": "accounts.actors.Hand",
        "Confidence": "customers.models.Confidence",
        "CaseState": "cases.models.Case.State",
        "PromiseState": "cases.models.Promise.State",
        "InteractionState": "customers.models.Interaction.State",
        "SubscriptionState": "customers.models.Subscription.State",
        "EndpointState": "partners.models.WebhookEndpoint.State",
        "InteractionChannel": "customers.models.Interaction.Channel",
        "ContactChannel": "customers.consent.models.Channel",
        "MessageState": "partners.models.WebhookMessage.State",
    },
}

# --- Files, time, logs ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool("HASHED_STATIC_FILES", default=False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not env.bool("HASHED_STATIC_FILES", default=False)
COTTON_DIR = "cotton"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "foundation.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
TESTING = env.bool("BOTHHANDS_TESTING", default=False)
