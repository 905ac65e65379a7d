import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { directives, everywhere, http, wordsOf } from "../../../policies/nginx-text.ts";

describe("Nginx's configuration, read", () => {
  it("has directives, blocks, quotes and comments", () => {
    const text = `
      user www; # not; a { directive }
      http {
        add_header X-A "a; {b} # \\"c\\"" always;
        map $uri $x { default ''; "" 'it''s'; ~^/a{2}/ b; }
        server { location ~* \\.(?:css|js)$ { return 404; } }
      }`;
    assert.deepEqual(directives(text)[0], { name: "user", words: ["www"] });
    assert.deepEqual(wordsOf(http(text), "add_header"), ["X-A", 'a; {b} # \\"c\\"', "always"]);
    const [map] = everywhere(http(text), "map");
    assert.deepEqual(map?.body?.slice(0, 1), [{ name: "default", words: [""] }]);
    const [answer] = everywhere(directives(text), "return");
    assert.deepEqual([answer?.words, answer?.within], [["404"], ["http", "server", "location"]]);
  });

  it("is refused where a block is not closed, or closed too often", () => {
    assert.throws(() => directives("http { server { }"), SyntaxError);
    assert.throws(() => directives("http { } }"), SyntaxError);
  });

  it("tells a directive that stands once from one that is repeated or missing", () => {
    const block = directives("a 1; b 2; b 3;");
    assert.deepEqual([wordsOf(block, "a"), wordsOf(block, "b"), wordsOf(block, "c")], [["1"], undefined, undefined]);
  });
});
