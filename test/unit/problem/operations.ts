import { wordings as stackFile } from "../../../operations/check/stack-file.ts";
import { wordings as configuration } from "../../../operations/configuration.ts";
import { wordings as listed } from "../../../operations/listed-migrations.ts";
import { wordings as rollOut } from "../../../operations/roll-out.ts";
import { wordings as rollback } from "../../../operations/rollback-plan.ts";
import { wordings as document } from "../../../operations/stack-document.ts";
import { wordings as stack } from "../../../operations/stack.ts";
import { wordings as tool } from "../../../operations/tool.ts";
import { table } from "./table.ts";

export const operations = [
  table(stack, {
    "operation.refused": [{ message: "It is not up." }, "It is not up."],
    "stack.unreadable": [
      { stack: "live", reason: "no stack named 'live' found", fix: "Name one of: dev." },
      `The outputs of stack live could not be read: no stack named 'live' found
    → Name one of: dev.`,
    ],
    "stack.not-up": [
      { stack: "live" },
      `Stack live is not up, or was brought up by an older version.
    → Run: npm run -s pulumi -- up -s live`,
    ],
    "stack.no-service": [
      { stack: "live", service: "worker", services: ["backend", "nginx"] },
      `Stack live has no service worker.
    → Name one of: backend, nginx.`,
    ],
  }),
  table(configuration, {
    "stack.unreadable-configuration": [
      { stack: "live", reason: "incorrect passphrase" },
      `The configuration of stack live could not be read: incorrect passphrase
    → See which stacks there are: npm run -s pulumi -- stack ls`,
    ],
  }),
  table(stackFile, {
    "project.no-name": ["Pulumi.yaml has no name; add a line such as `name: socle`."],
    "check.no-stack-file": [
      { path: "Pulumi.live.yaml" },
      "There is no Pulumi.live.yaml. Name a stack that has one: npm run check -- --stack production.",
    ],
    "check.not-yaml": [
      { path: "Pulumi.live.yaml", reason: "unexpected end" },
      "Pulumi.live.yaml is no YAML file: unexpected end",
    ],
  }),
  table(document, {
    "stack-file.missing": [
      { file: "Pulumi.live.yaml", stack: "live" },
      `There is no Pulumi.live.yaml: the settings of stack live are not here.
    → Run this in the clone that has it.`,
    ],
    "stack-file.not-yaml": [
      { file: "Pulumi.live.yaml", reason: "unexpected end" },
      "Pulumi.live.yaml is no YAML file: unexpected end",
    ],
  }),
  table(listed, {
    "migrations.no-plan-command": [
      `The application has no command \`plan\`.
    → Set application.commands.plan, see docs/migrations.md.`,
    ],
  }),
  table(rollOut, {
    "roll-out.unattended": [
      `Nobody can be asked here, and nothing was changed.
    → Add --yes to go on without.`,
    ],
    "roll-out.plan-refused": [
      { file: "Pulumi.live.yaml" },
      "The plan was refused, as said above; Pulumi.live.yaml is as it was.",
    ],
    "roll-out.declined": [{ file: "Pulumi.live.yaml" }, "Nothing was changed; Pulumi.live.yaml is as it was."],
    "roll-out.failed": [
      { stack: "live", file: "Pulumi.live.yaml", fixes: ["Then go on.", "Or go back."] },
      `pulumi up did not end well, as said above; where a step failed, what served before goes on serving.
Pulumi.live.yaml holds the new settings.
    → See what runs: socle status --stack live
    → Then go on.
    → Or go back.`,
    ],
  }),
  table(rollback, {
    "rollback.no-release": ["No release is recorded yet: there is nothing to go back to."],
    "rollback.first-release": [
      { number: 3 },
      "Release 3 is the first that is recorded: there is nothing to go back to.",
    ],
    "rollback.no-such-release": [
      { wanted: "site:9", releases: [1, 2, 3] },
      `No release that succeeded is called site:9.
    → Name one of: 1, 2, 3; socle releases lists them.`,
    ],
  }),
  table(tool, {
    "tool.missing": [
      { name: "sslyze", kit: "python" },
      `sslyze is not installed.
    → Run: toolchain/setup.sh --only=python-tools`,
    ],
    "tool.not-started": [
      { program: "docker", reason: "spawnSync docker ENOENT" },
      "docker could not be started: spawnSync docker ENOENT",
    ],
  }),
];
