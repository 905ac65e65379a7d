"""The site's addresses. In production Nginx answers /, /static/ and /media/ itself."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path, re_path
from django.views.static import serve

from core.health import health

handler404 = "core.problem.not_found"
handler500 = "core.problem.failed"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("health/", health, name="health"),
    path("api/", include("copies.urls")),
]

if settings.DEBUG:

    def page(request: HttpRequest) -> HttpResponseBase:
        return serve(request, "index.html", document_root=settings.SPA_ROOT)

    urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
    urlpatterns += static("/assets/", document_root=settings.SPA_ROOT / "assets")
    urlpatterns += [re_path(r"^(?!api/|admin/|static/|media/|assets/|health/|ws/)", page)]
