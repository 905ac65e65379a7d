"""Creates the superuser, or sets the password of the one that is there. Run by `manage.py shell`."""
import os

from django.contrib.auth import get_user_model

model = get_user_model()
name = os.environ["SUPERUSER_NAME"]
user = model._default_manager.filter(**{model.USERNAME_FIELD: name}).first()
if user is None:
    fields = {field: os.environ["SUPERUSER_EMAIL"] for field in model.REQUIRED_FIELDS if "email" in field}
    model._default_manager.create_superuser(
        **{model.USERNAME_FIELD: name}, **fields, password=os.environ["SUPERUSER_PASSWORD"]
    )
    print(f"superuser {name}: created")
else:
    user.set_password(os.environ["SUPERUSER_PASSWORD"])
    user.is_staff = user.is_superuser = user.is_active = True
    user.save()
    print(f"superuser {name}: password set")
