"""Make the superuser named in the environment, or bring it up to date. Safe to run at every deployment."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.environment import Environment


class Command(BaseCommand):
    help = "Create or update the superuser of DJANGO_SUPERUSER_USERNAME, _EMAIL and _PASSWORD."

    def handle(self, **_: object) -> None:
        env = Environment()
        username = env.text("DJANGO_SUPERUSER_USERNAME")
        password = env.text("DJANGO_SUPERUSER_PASSWORD")
        if not username or not password:
            raise CommandError("Set DJANGO_SUPERUSER_USERNAME and DJANGO_SUPERUSER_PASSWORD.")
        with transaction.atomic():
            user, created = get_user_model().objects.select_for_update().get_or_create(username=username)
            before = (user.email, user.is_staff, user.is_superuser, user.is_active)
            user.email = env.text("DJANGO_SUPERUSER_EMAIL", user.email)
            user.is_staff = user.is_superuser = user.is_active = True
            # Setting the same password anew would sign the superuser out everywhere.
            same = user.check_password(password)
            if not same:
                user.set_password(password)
            changed = not same or before != (user.email, True, True, True)
            if changed:
                user.save()
        outcome = "created" if created else "updated" if changed else "unchanged"
        self.stdout.write(f"superuser {username}: {outcome}")
