/** Settings of what visitors see: domains, certificate, headers, limits. */
import { z } from "zod";

import { domain, origin, path, positive } from "./terms.ts";

const tls = z.strictObject({
  mode: z
    .enum(["acme", "selfSigned", "off"])
    .default("acme")
    .describe(
      "`acme`: a certificate from an ACME server such as Let's Encrypt, renewed by itself; until it is there a self-signed one serves. `selfSigned`: only that one, for local work. `off`: refused, the site is always served over HTTPS.",
    ),
  directory: z
    .url({ protocol: /^https$/ })
    .default("https://acme-v02.api.letsencrypt.org/directory")
    .describe("Directory URL of the ACME server (RFC 8555).")
    .meta({ title: "a URL that starts with https://", mend: "Write the https URL of the ACME server's directory." }),
  email: z.email().optional().describe("Address that the ACME server may write to about the certificate."),
  caCertificate: z
    .string()
    .regex(/^-----BEGIN CERTIFICATE-----\n/)
    .optional()
    .describe(
      "Certificate (PEM) of the authority that signs the ACME server's own address, when that is a private one.",
    )
    .meta({
      title: "a certificate in PEM form",
      mend: "Paste the certificate as a YAML block, from its BEGIN line to its END line.",
    }),
});

export const site = z
  .strictObject({
    domains: z.array(domain).min(1).describe("Domains of the site, the main one first. All are in the certificate."),
    ports: z
      .strictObject({
        http: positive(65535).default(80).describe("Published port for plain HTTP (redirects, ACME challenges)."),
        https: positive(65535).default(443).describe("Published port for HTTPS."),
      })
      .prefault({})
      .describe("Published ports. Others than 80 and 443 are for the `dev` tier only."),
    tls: tls.prefault({}).describe("The certificate."),
    allowedHosts: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("ALLOWED_HOSTS of the application. Default: the domains.")
      .meta({
        mend: "List the names that the application answers to, or leave the setting out: the domains are used.",
      }),
    csrfOrigins: z
      .array(origin)
      .min(1)
      .optional()
      .describe("CSRF_TRUSTED_ORIGINS of the application. Default: https:// and each domain."),
    corsOrigins: z
      .array(origin)
      .optional()
      .describe("CORS_ALLOWED_ORIGINS of the application. Default: https:// and each domain."),
    contentSecurityPolicy: z
      .string()
      // In one line of printable ASCII; quotes, dollars, braces and backslashes mean something to Nginx.
      .regex(/^(?!.*;\s*$)[ !#%-[\]-z|~]*frame-ancestors[ !#%-[\]-z|~]*$/)
      .default(
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
      )
      .describe("Content-Security-Policy header of every answer (W3C CSP Level 3).")
      .meta({
        title: "a policy in one line with frame-ancestors in it",
        mend: 'Write the policy in one line, with a frame-ancestors directive, without any of " $ { } \\ and without a semicolon at its end.',
      }),
    maxBodySize: positive(10_240).default(50).describe("Largest request body, in MiB; above it Nginx answers 413."),
    rateLimit: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe("Limit requests to the sign-in paths, and hand RATELIMIT_ENABLE to the application."),
        perMinute: positive(6000)
          .default(20)
          .describe("Requests a minute that one address may send to the sign-in paths; above it Nginx answers 429."),
        burst: positive(1000).default(10).describe("Requests above the rate that are let through at once."),
        paths: z
          .array(path)
          .default(["/admin/login/", "/api/session/", "/api/login/", "/api/auth/"])
          .describe("Sign-in paths, matched by their beginning."),
      })
      .prefault({})
      .describe("Protection of the sign-in pages against guessing."),
    apiPath: z
      .array(
        z
          .string()
          .regex(/^\/[A-Za-z0-9._~/-]+\/$/)
          .meta({
            title: "a path between slashes, such as /api/",
            mend: "Write a path that starts and ends with a slash.",
          }),
      )
      .default(["/api/"])
      .describe(
        "Paths that go to the application besides /admin/, /ws/ and the health path; where there is no frontend everything goes to it.",
      ),
  })
  .describe("What visitors see: domains, certificate, headers, limits.")
  .meta({ mend: "Add the section `socle:site` with at least `domains`, the list of the site's domain names." });
