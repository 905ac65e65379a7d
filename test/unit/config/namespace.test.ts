// Settings that stand under a name which nobody reads.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { readConfiguration } from "../../../config/load.ts";

const dev = {
  "socle:tier": "dev",
  "socle:host": '{"type":"local"}',
  "socle:site": '{"domains":["localhost"],"tls":{"mode":"selfSigned"}}',
  "socle:application": '{"image":"site:dev"}',
};

const refusal = (extra: Record<string, string>): string => {
  try {
    readConfiguration("socle", "dev", { ...dev, ...extra }, []);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("a setting of another namespace", () => {
  it("is refused, with the nearest namespace that is read", () => {
    assert.match(refusal({ "scole:tier": "dev" }), /scole:tier: there is no such setting\n.*Did you mean `socle`\?/);
  });

  it("is refused where it would configure a provider that the stack does not use", () => {
    assert.match(refusal({ "docker:host": "tcp://203.0.113.1:2375" }), /docker:host: there is no such setting/);
  });

  it("is refused where its name is one that every object has", () => {
    assert.match(refusal({ "socle:constructor": "{}" }), /constructor: there is no such setting/);
  });

  it("is the engine's own business under pulumi:", () => {
    assert.equal(refusal({ "pulumi:tags": "{}" }), "");
  });
});
