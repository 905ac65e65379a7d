import assert from "node:assert/strict";

import fc from "fast-check";
import { describe, it } from "mocha";

import { commandsOf } from "../../../config/preset.ts";
import { fixed, stack } from "./arbitrary.ts";
import { changed, dev, read, type Sections } from "./stack.ts";

const commands = (changes: Record<string, unknown>): ReturnType<typeof commandsOf> =>
  commandsOf(read(changed(dev(), changes)).settings);

describe("the preset django", () => {
  it("serves with gunicorn", () => {
    assert.deepEqual(commands({}).serve, [
      "gunicorn",
      "core.wsgi:application",
      "--bind=0.0.0.0:8000",
      "--workers=4",
      "--timeout=60",
      "--graceful-timeout=70",
      "--worker-tmp-dir=/dev/shm",
      "--forwarded-allow-ips=*",
      "--access-logfile=-",
    ]);
  });

  it("serves with uvicorn", () => {
    assert.deepEqual(
      commands({ "application.server": "uvicorn", "application.port": 9000, "application.workers": 2 }).serve,
      [
        "uvicorn",
        "core.asgi:application",
        "--host=0.0.0.0",
        "--port=9000",
        "--workers=2",
        "--timeout-graceful-shutdown=70",
        "--proxy-headers",
        "--forwarded-allow-ips=*",
      ],
    );
  });

  it("serves with daphne", () => {
    assert.deepEqual(
      commands({ "application.server": "daphne", "application.module": "shop.asgi:application" }).serve,
      ["daphne", "--bind=0.0.0.0", "--port=8000", "--proxy-headers", "shop.asgi:application"],
    );
  });

  it("runs worker, beat and the tasks of a release", () => {
    const found = commands({ "worker.app": "shop", "worker.queues": ["celery", "mail"], "worker.concurrency": 3 });
    assert.deepEqual(found.worker.slice(3, 7), ["/tmp/worker-alive", "--app", "shop", "worker"]);
    for (const word of ["--concurrency=3", "--queues=celery,mail"]) assert.ok(found.worker.includes(word), word);
    assert.deepEqual(found.beat.slice(0, 4), ["celery", "--app", "shop", "beat"]);
    assert.deepEqual(found.workerHealth.slice(3), ["worker-health", "/tmp/worker-alive"]);
    assert.deepEqual(found.migrate, ["python", "manage.py", "migrate", "--noinput"]);
    assert.deepEqual(found.collectstatic?.slice(0, 4), ["python", "manage.py", "collectstatic", "--noinput"]);
    assert.deepEqual(found.superuser?.slice(0, 4), ["python", "manage.py", "shell", "-c"]);
  });

  it("collects static files and asks for what is pending in one start, where both commands are its own", () => {
    const { prepare = [], plan = [] } = commands({});
    assert.deepEqual(prepare.slice(0, 4), plan.slice(0, 4));
    assert.match(prepare.at(-1) ?? "", /call_command\("collectstatic"/);
    assert.ok(prepare.at(-1)?.endsWith(plan.at(-1) ?? "?"));
    for (const name of ["plan", "collectstatic"])
      assert.equal(commands({ "application.commands": { [name]: ["make", name] } }).prepare, undefined);
  });

  it("asks for health as a visitor of the main domain does", () => {
    const { health } = commands({ "site.domains": ["www.localhost", "localhost"], "application.healthPath": "/up/" });
    assert.deepEqual(health.slice(-2), ["http://127.0.0.1:8000/up/", "www.localhost"]);
  });

  it("takes a command that is given instead of its own, and keeps the others", () => {
    const own = ["python", "manage.py", "migrate", "--database=other"];
    const found = commands({ "application.commands": { migrate: own }, "beat.command": ["./beat"] });
    assert.deepEqual([found.migrate, found.beat], [own, ["./beat"]]);
    assert.equal(found.serve[0], "gunicorn");
  });
});

describe("the preset mikroorm", () => {
  it("has the commands of migrations, and leaves the others to be given", () => {
    const found = commands({ "application.preset": "mikroorm", "application.commands": given, ...alone });
    assert.deepEqual(found.migrate, ["npx", "--no-install", "mikro-orm", "migration:up"]);
    for (const name of ["plan", "pending", "step", "reverse"] as const) {
      assert.deepEqual(found[name]?.slice(0, 3), ["node", "--input-type=module", "-e"], name);
      assert.ok(found[name].includes(name), name);
    }
    assert.deepEqual([found.serve, found.collectstatic], [given.serve, undefined]);
  });
});

/** What every service of another preset than django gives. */
const given = { serve: ["node", "server.js"], health: ["node", "health.js"] };
const alone = { "worker.enabled": false, "beat.enabled": false };

describe("any preset", () => {
  it("has a command for everything that runs, and passes the given ones on as they are", () => {
    fc.assert(
      fc.property(stack, (sections) => {
        const { settings } = read(sections);
        const found = commandsOf(settings);
        const { commands: given } = sections.application as { commands: Record<string, string[]> };
        const { worker, beat } = sections as Record<string, Record<string, string[]>>;
        for (const [name, command] of Object.entries(given))
          assert.deepEqual(found[name as keyof typeof found], command);
        assert.deepEqual(
          [found.worker, found.workerHealth, found.beat, found.beatHealth],
          [worker?.command, worker?.health, beat?.command, beat?.health],
        );
        if (settings.application.preset === "custom") assert.equal(found.collectstatic, undefined);
      }),
      fixed(100),
    );
  });

  it("graces end before the kill", () => {
    const grace = fc
      .integer({ min: 1, max: 3595 })
      .chain((timeout) =>
        fc.record({ timeout: fc.constant(timeout), stopGrace: fc.integer({ min: timeout + 5, max: 3600 }) }),
      );
    fc.assert(
      fc.property(grace, fc.constantFrom("gunicorn", "uvicorn"), ({ timeout, stopGrace }, server) => {
        const { serve } = commands({
          "application.timeout": timeout,
          "application.stopGrace": stopGrace,
          "application.server": server,
        });
        const graceful = Number(serve.find((word) => word.includes("graceful"))?.split("=")[1]);
        assert.ok(graceful >= timeout && graceful < stopGrace, serve.join(" "));
      }),
      fixed(100),
    );
  });

  it("custom has nothing that was not given", () => {
    const sections: Sections = changed(dev(), {
      "application.preset": "custom",
      "application.commands": { serve: ["node", "server.js"], health: ["node", "health.js"] },
      "worker.enabled": false,
      "beat.enabled": false,
    });
    assert.deepEqual(commandsOf(read(sections).settings), {
      serve: ["node", "server.js"],
      health: ["node", "health.js"],
      worker: [],
      workerHealth: [],
      beat: [],
      beatHealth: [],
    });
  });
});
