"""Numbered writes for load tests: acknowledged means recorded in the database and queued in the broker."""

from django.db.models import Count, Max, Min, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from copies.access import operator_only
from copies.body import NotAnObject, json_object
from copies.models import LedgerEntry
from copies.tasks import carry_out
from core.problem import problem

LONGEST_WORK = 60
LARGEST = 2**63 - 1
PAGE = 1000


def _write(request: HttpRequest) -> HttpResponse:
    try:
        body = json_object(request)
    except NotAnObject:
        return problem(400, 'Send a JSON object such as {"id": 1}.')
    number, work = body.get("id"), body.get("work_seconds", 0)
    if type(number) is not int or not 0 <= number <= LARGEST:
        return problem(400, f"id must be a whole number from 0 to {LARGEST}.")
    if type(work) not in (int, float) or not 0 <= work <= LONGEST_WORK:
        return problem(400, f"work_seconds must be a number from 0 to {LONGEST_WORK}.")
    entry, created = LedgerEntry.objects.get_or_create(number=number)
    done = not created and hasattr(entry, "effect")
    if not done:
        try:
            carry_out.delay(number, work)
        except OperationalError:
            return problem(503, "Recorded but not queued: the broker is away. Send it again.", id=number, recorded=True)
    body = {"id": number, "recorded": True, "created": created, "queued": not done, "done": done}
    return JsonResponse(body, status=201 if created else 200)


def _counts() -> dict[str, int | None]:
    counts = LedgerEntry.objects.aggregate(
        recorded=Count("number"),
        done=Count("effect"),
        runs=Sum("runs", default=0),
        lowest=Min("number"),
        highest=Max("number"),
    )
    return {**counts, "pending": counts["recorded"] - counts["done"]}


def _page(after: int) -> dict[str, object]:
    """The next entries behind a number, each with the runs of its task and whether it had its effect."""
    rows = LedgerEntry.objects.filter(number__gt=after).values_list("number", "runs", "effect__id")[: PAGE + 1]
    entries = [{"id": number, "runs": runs, "done": effect is not None} for number, runs, effect in rows]
    more = len(entries) > PAGE
    return {"entries": entries[:PAGE], "next_after": entries[PAGE - 1]["id"] if more else None}


@never_cache
@require_http_methods(["GET", "POST"])
@operator_only
def ledger(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _write(request)
    if "after" not in request.GET:
        return JsonResponse(_counts())
    try:
        after = int(request.GET["after"])
    except ValueError:
        return problem(400, "after must be a whole number; -1 starts at the first entry.")
    return JsonResponse({**_counts(), **_page(after)})
