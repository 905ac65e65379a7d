/** `socle nginx`: its configuration, tested and loaded anew. */
import type { Command } from "commander";

import { session } from "../session.ts";
import { Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";

const file = "/etc/socle/current/nginx.conf";

export function addNginx(program: Command): void {
  const nginx = program.command("nginx").description("Nginx's configuration as it is loaded");
  const command = (name: string, description: string, words: string[]): void => {
    withStack(nginx.command(name).description(description), { json: false }).action(async ({ stack }: StackOptions) => {
      await session(Stack.read(stack), "nginx", words);
    });
  };
  command("test", "nginx -t: whether Nginx finds its configuration fit", ["nginx", "-t", "-c", file]);
  command("show", "print the configuration", ["cat", file]);
  // A broken one is never loaded: Nginx goes on with what it has, and this says so.
  command("reload", "test it, and load it anew without dropping a connection", [
    ...["sh", "-c", `nginx -t -q -c ${file} && exec nginx -s reload -c ${file}`],
  ]);
}
