"""Django's settings. Everything that differs between places comes from environment variables (see README.md)."""

from pathlib import Path

import dj_database_url
import sentry_sdk

from core.broker import celery_settings
from core.environment import Environment
from core.rates import Rate

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# --- Where and which -------------------------------------------------------------------------------------------------
DJANGO_ENV = env.text("DJANGO_ENV", "production")
DEBUG = env.flag("DEBUG", False)
SOCLE_RELEASE = env.text("SOCLE_RELEASE")
if DEBUG and DJANGO_ENV == "production":
    env.refuse("DEBUG", "is true while DJANGO_ENV is production; set DEBUG=false or DJANGO_ENV=development")

# --- Secrets ---------------------------------------------------------------------------------------------------------
SECRET_KEY = env.required("SECRET_KEY", "set a random text of at least 50 characters")
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS")
ADMIN_TOKEN = env.text("ADMIN_TOKEN")

# --- Hosts and origins -----------------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env.items("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api/.*$"
for name, origins in (("CSRF_TRUSTED_ORIGINS", CSRF_TRUSTED_ORIGINS), ("CORS_ALLOWED_ORIGINS", CORS_ALLOWED_ORIGINS)):
    for origin in origins:
        if not origin.startswith(("https://", "http://")):
            env.refuse(name, f"holds {origin!r}; write each origin with its scheme, as in https://{origin}")
# The address behind Nginx is the last of X-Forwarded-For, the second last behind two proxies, and so on.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 1)

# --- TLS -------------------------------------------------------------------------------------------------------------
SSL_ENABLED = env.flag("SSL_ENABLED", not DEBUG)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", SSL_ENABLED)
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # a probe inside the private network speaks plain HTTP
SESSION_COOKIE_SECURE = env.flag("SESSION_COOKIE_SECURE", SSL_ENABLED)
CSRF_COOKIE_SECURE = env.flag("CSRF_COOKIE_SECURE", SSL_ENABLED)
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 63_072_000 if SSL_ENABLED else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", SSL_ENABLED)
SECURE_HSTS_PRELOAD = env.flag("SECURE_HSTS_PRELOAD", SSL_ENABLED)
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True  # the page gets its token from /api/session/, never from the cookie
X_FRAME_OPTIONS = "DENY"

# --- Application -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "copies",
]
if DEBUG:
    INSTALLED_APPS.insert(0, "daphne")  # `manage.py runserver` then speaks WebSocket too
MIDDLEWARE = [
    "core.release.ReleaseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.throttle.ThrottleMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
ASGI_APPLICATION = "core.asgi.application"
CSRF_FAILURE_VIEW = "core.problem.csrf_failure"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Database: DATABASE_URL, or else the DB_* parts ------------------------------------------------------------------
database_url = env.text("DATABASE_URL")
if database_url:
    try:
        database = dict(dj_database_url.parse(database_url))
    except ValueError as error:
        # The text of a URL holds the password: only the kind of the error is told.
        env.refuse("DATABASE_URL", f"is not a database URL ({type(error).__name__}); percent-encode user and password")
        database = {}
else:
    hint = "set DATABASE_URL, or DB_NAME, DB_USER, DB_PASSWORD, DB_HOST and DB_PORT"
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": env.required("DB_NAME", hint),
        "USER": env.required("DB_USER", hint),
        "PASSWORD": env.text("DB_PASSWORD"),
        "HOST": env.text("DB_HOST", "localhost"),
        "PORT": env.number("DB_PORT", 5432, least=1),
    }
# Under ASGI every request has a thread of its own: a connection that outlives its request is never used again.
database["CONN_MAX_AGE"] = env.number("DB_CONN_MAX_AGE", 0)
database["OPTIONS"] = {**database.get("OPTIONS", {}), "connect_timeout": env.number("DB_CONNECT_TIMEOUT", 5, least=1)}
DATABASES = {"default": database}

# --- Redis: broker, channel layer, cache -----------------------------------------------------------------------------
REDIS_URL = env.required("REDIS_URL", "set it as in redis://:password@redis:6379/0")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "copies"},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", REDIS_URL)
globals().update(celery_settings(env))

# --- Requests a client may make --------------------------------------------------------------------------------------
RATELIMIT_ENABLE = env.flag("RATELIMIT_ENABLE", True)
THROTTLE_ANON = Rate.parse(env, "THROTTLE_ANON", "120/minute")
THROTTLE_USER = Rate.parse(env, "THROTTLE_USER", "600/minute")
THROTTLE_SIGN_IN = Rate.parse(env, "THROTTLE_SIGN_IN", "20/minute")
MAX_UPLOAD_BYTES = env.number("MAX_UPLOAD_BYTES", 10 * 1024 * 1024, least=1)

# --- Static files and media ------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT", "/srv/static")
STATIC_MANIFEST_ROOT = env.text("STATIC_MANIFEST_ROOT", STATIC_ROOT)
MEDIA_URL = "/media/"
MEDIA_ROOT = env.text("MEDIA_ROOT", "/srv/media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.static_files.ReleaseStaticFilesStorage"},
}
SPA_ROOT = BASE_DIR / "spa"  # served by Nginx; by Django only when DEBUG is on

# --- E-mail ----------------------------------------------------------------------------------------------------------
RESEND_API_KEY = env.text("RESEND_API_KEY")
EMAIL_HOST = env.text("EMAIL_HOST", "smtp.resend.com" if RESEND_API_KEY else "")
EMAIL_PORT = env.number("EMAIL_PORT", 587, least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "resend" if RESEND_API_KEY else "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", RESEND_API_KEY)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", False)
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", bool(EMAIL_HOST) and not EMAIL_USE_SSL)
if EMAIL_USE_SSL and EMAIL_USE_TLS:
    env.refuse("EMAIL_USE_TLS", "and EMAIL_USE_SSL are both true; use TLS with port 587 or SSL with port 465")
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 10, least=1)
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND", f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "site@localhost")
NOTIFY_EMAIL = env.text("NOTIFY_EMAIL")
ADMINS = [("Operator", NOTIFY_EMAIL)] if NOTIFY_EMAIL else []

# --- What is told to operators ---------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "mail": {"class": "django.utils.log.AdminEmailHandler", "level": "ERROR"},
    },
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO").upper()},
    "loggers": {"django": {"handlers": ["stderr", "mail"] if ADMINS else ["stderr"], "propagate": False}},
}
SENTRY_DSN = env.text("SENTRY_DSN")

env.conclude()

if SENTRY_DSN:
    sentry_sdk.init(dsn=SENTRY_DSN, environment=DJANGO_ENV, release=SOCLE_RELEASE or None, send_default_pii=False)
