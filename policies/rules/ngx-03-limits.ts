import { directives, http, wordsOf } from "../nginx-text.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "NGX-03",
  name: "Nginx limits bodies and shutdown, and does not tell its version",
  description: "Bodies without a limit fill the disk; old workers that never end keep old certificates alive.",
  severity: "medium",
  reference: "nginx.org: client_max_body_size, worker_shutdown_timeout, server_tokens",
  mend: "Set `site.maxBodySize` and `nginx.drain`; in host/nginx/nginx.conf, `server_tokens off;`.",
  decide: {
    nginx: ({ text }) => {
      const block = http(text);
      const positive = (words: string[] | undefined): boolean => /^[1-9]\d*[a-z]*$/i.test(words?.[0] ?? "");
      return [
        ...when(!positive(wordsOf(block, "client_max_body_size")), "is not limited", "client_max_body_size"),
        ...when(
          !positive(wordsOf(directives(text), "worker_shutdown_timeout")),
          "is not set",
          "worker_shutdown_timeout",
        ),
        ...when(wordsOf(block, "server_tokens")?.[0] !== "off", "is not off", "server_tokens"),
      ];
    },
  },
};
