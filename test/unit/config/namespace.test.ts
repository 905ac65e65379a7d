// Settings that stand under a name which nobody reads.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { readConfiguration } from "../../../config/load.ts";
import { ConfigurationError, type Mistake } from "../../../config/mistake.ts";

const dev = {
  "socle:tier": "dev",
  "socle:host": '{"type":"local"}',
  "socle:site": '{"domains":["localhost"],"tls":{"mode":"selfSigned"}}',
  "socle:application": '{"image":"site:dev"}',
};

const refusals = (extra: Record<string, string>): Pick<Mistake, "code" | "path" | "mend">[] => {
  try {
    readConfiguration("socle", "dev", { ...dev, ...extra }, []);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.mistakes.map(({ code, path, mend }) => ({ code, path, mend }));
  }
};
const code = "config.unknown-setting";

describe("a setting of another namespace", () => {
  it("is refused, with the nearest namespace that is read", () => {
    assert.deepEqual(refusals({ "scole:tier": "dev" }), [{ code, path: "scole:tier", mend: "Did you mean `socle`?" }]);
  });

  it("is refused where it would configure a provider that the stack does not use", () => {
    const [refusal] = refusals({ "docker:host": "tcp://203.0.113.1:2375" });
    assert.deepEqual([refusal?.code, refusal?.path], [code, "docker:host"]);
  });

  it("is refused where its name is one that every object has", () => {
    const [refusal] = refusals({ "socle:constructor": "{}" });
    assert.deepEqual([refusal?.code, refusal?.path], [code, "constructor"]);
  });

  it("is the engine's own business under pulumi:", () => {
    assert.deepEqual(refusals({ "pulumi:tags": "{}" }), []);
  });
});
