// The task that makes the superuser and sets its password, inside the application's image.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { describe, it } from "mocha";

import { scripts } from "./machine.ts";

const asked = `
import django, os, pathlib, sys
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
)
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command

call_command("migrate", verbosity=0)
program = compile(pathlib.Path("/program/superuser.py").read_text(), "superuser.py", "exec")

def told(password):
    os.environ.update(SUPERUSER_NAME="root", SUPERUSER_EMAIL="root@site.test", SUPERUSER_PASSWORD=password)
    exec(program, {})
    user = get_user_model().objects.get()
    powers = user.is_superuser and user.is_staff and user.is_active
    print([user.username, user.email, powers, *(user.check_password(word) for word in ["first", "second"])])

told("first")
get_user_model().objects.update(is_superuser=False, is_staff=False, is_active=False)
told("second")
`;

describe("the superuser", function () {
  this.timeout(300_000);

  it("is created once; later its password is set, and what it may do is given back", () => {
    const { status, stdout, stderr } = spawnSync(
      "docker",
      [
        ...["run", "--rm", "--interactive", "--network=none", "--volume", `${join(scripts, "django")}:/program:ro`],
        ...["--entrypoint=python", "socle-example-site:dev", "-"],
      ],
      { input: asked, encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    assert.equal(
      stdout,
      "superuser root: created\n['root', 'root@site.test', True, True, False]\n" +
        "superuser root: password set\n['root', 'root@site.test', True, False, True]\n",
    );
  });
});
