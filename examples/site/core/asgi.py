"""HTTP and WebSockets: `core.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
http = get_asgi_application()  # before the imports below: they need Django's registry

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from channels.sessions import SessionMiddlewareStack  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from copies.consumer import CopiesConsumer  # noqa: E402
from core.websocket_user import UserMiddleware  # noqa: E402

# A browser sends cookies with a WebSocket from any page: only pages of the site itself may open one.
allowed_origins = [*settings.ALLOWED_HOSTS, *settings.CSRF_TRUSTED_ORIGINS]
websocket = OriginValidator(
    SessionMiddlewareStack(UserMiddleware(URLRouter([path("ws/copies/", CopiesConsumer.as_asgi())]))), allowed_origins
)

application = ProtocolTypeRouter({"http": http, "websocket": websocket})
