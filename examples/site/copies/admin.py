"""The operator's view of the data."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from copies.models import Copy, LedgerEntry, Trace
from copies.tasks import process_copy


@admin.register(Copy)
class CopyAdmin(admin.ModelAdmin):
    list_display = ("title", "owner", "state", "pages", "size", "uploaded_at")
    list_filter = ("state",)
    list_select_related = ("owner",)
    search_fields = ("title", "original_name", "owner__username", "sha256")
    readonly_fields = ("state", "size", "pages", "sha256", "reason", "uploaded_at", "processed_at")
    actions = ("queue_again",)

    @admin.action(description="Queue waiting copies again")
    def queue_again(self, request: HttpRequest, chosen: QuerySet[Copy]) -> None:
        waiting = list(chosen.filter(state=Copy.State.QUEUED))
        for copy in waiting:
            process_copy.delay(str(copy.id))
        self.message_user(request, f"{len(waiting)} queued.", messages.SUCCESS)


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Trace)
class TraceAdmin(ReadOnlyAdmin):
    list_display = ("written_at", "worker", "task_id")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("number", "written_at", "runs", "done")
    list_select_related = ("effect",)

    @admin.display(boolean=True)
    def done(self, entry: LedgerEntry) -> bool:
        return hasattr(entry, "effect")
