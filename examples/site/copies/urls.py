from django.urls import path, re_path

from copies.views.copy import copies, copy
from copies.views.ledger import ledger
from copies.views.session import session
from copies.views.slow import slow
from copies.views.trace import latest_trace

urlpatterns = [
    path("session/", session, name="session"),
    path("copies/", copies, name="copies"),
    path("copies/<uuid:copy_id>/", copy, name="copy"),
    re_path(r"^traces/latest/?$", latest_trace, name="latest-trace"),
    path("ledger/", ledger, name="ledger"),
    path("slow/", slow, name="slow"),
]
