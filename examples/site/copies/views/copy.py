"""A user's own copies."""

import logging
from pathlib import PurePath
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from copies.access import signed_in
from copies.models import Copy
from copies.tasks import process_copy
from core.problem import problem

logger = logging.getLogger(__name__)
NEWEST = 200


def _fault(upload: UploadedFile | None) -> HttpResponse | None:
    if upload is None:
        return problem(400, "Send the PDF as multipart form data in a field named file.")
    if upload.size > settings.MAX_UPLOAD_BYTES:
        return problem(413, f"The file is larger than {settings.MAX_UPLOAD_BYTES // 1024} KiB.")
    # What a browser says about the type is the sender's word; the first bytes are the file's own.
    if upload.read(5) != b"%PDF-":
        return problem(415, "This is not a PDF.")
    upload.seek(0)
    return None


def _queue(copy: Copy) -> None:
    try:
        process_copy.delay(str(copy.id))
    except OperationalError:
        # The copy is safe; the operator sees it waiting and can queue it again in the admin.
        logger.exception("copy %s is stored but could not be queued", copy.id)


def _receive(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    fault = _fault(upload)
    if fault:
        return fault
    name = PurePath(upload.name).name[:255]
    title = request.POST.get("title", "").replace("\0", "").strip()[:255] or PurePath(name).stem
    copy = Copy.objects.create(owner=request.user, file=upload, original_name=name, title=title, size=upload.size)
    transaction.on_commit(lambda: _queue(copy))
    return JsonResponse(copy.as_json(), status=201, headers={"Location": f"/api/copies/{copy.id}/"})


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def copies(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _receive(request)
    return JsonResponse({"copies": [copy.as_json() for copy in request.user.copies.all()[:NEWEST]]})


@never_cache
@require_http_methods(["GET", "DELETE"])
@signed_in
def copy(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    found = request.user.copies.filter(pk=copy_id).first()
    if found is None:
        return problem(404, "You have no such copy.")
    if request.method == "DELETE":
        file = found.file
        found.delete()
        transaction.on_commit(lambda: file.delete(save=False))
        return HttpResponse(status=204)
    return JsonResponse(found.as_json())
