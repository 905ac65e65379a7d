import { http, wordsOf } from "../nginx-text.ts";
import { type Rule, when } from "../rule.ts";

const suites = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-RSA-CHACHA20-POLY1305",
];
const curves = ["X25519MLKEM768", "X25519", "prime256v1", "secp384r1"];

export const rule: Rule = {
  id: "TLS-02",
  name: "cipher suites and curves are Mozilla's",
  description: "Six suites with forward secrecy, and curves that OpenSSL on the host knows.",
  severity: "high",
  reference: "Mozilla Server Side TLS 6.0, intermediate",
  checklist: "Security: TLS on",
  mend: "In host/nginx/nginx.conf, set `ssl_ciphers` to Mozilla's six, `ssl_prefer_server_ciphers off;`, and the curves by tls-curves.conf.",
  decide: {
    nginx: ({ text }) => {
      const block = http(text);
      const found = (wordsOf(block, "ssl_ciphers")?.[0] ?? "").split(":");
      const named = wordsOf(block, "ssl_ecdh_curve")?.[0]?.split(":");
      const included = block.some(({ name, words }) => name === "include" && words[0] === "tls-curves.conf");
      return [
        ...when(found.toSorted().join() !== suites.join(), "are not the six", "ssl_ciphers"),
        ...when(wordsOf(block, "ssl_prefer_server_ciphers")?.[0] !== "off", "is not off", "ssl_prefer_server_ciphers"),
        ...when(
          named ? named.some((curve) => !curves.includes(curve)) : !included,
          "are not Mozilla's",
          "ssl_ecdh_curve",
        ),
      ];
    },
  },
};
