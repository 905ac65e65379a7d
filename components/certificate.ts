/** The site's certificate: a self-signed one, so that Nginx starts at once; then one from an ACME server, kept by Certbot. */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";

import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import type { Model } from "../config/environment.ts";
import { container } from "./container.ts";
import type { DockerHost } from "./docker-host.ts";
import { healthGate } from "./health-gate.ts";
import { type Image, pulledImage } from "./image.ts";
import type { Networks } from "./network.ts";
import { type Nginx, webUser } from "./nginx.ts";
import { task } from "./remote-task.ts";
import { volume } from "./volume.ts";
import { volumeFiles } from "./volume-files.ts";

export interface CertificateArgs {
  site: Model["site"];
  certbot: Model["certbot"];
  image: string;
  host: DockerHost;
  networks: Networks;
  nginx: Nginx;
}

const program = readFileSync(new URL("../host/certbot/certificate.py", import.meta.url), "utf8");
/** Ten years: the self-signed certificate proves nothing, so that its renewal would bring nothing. */
const selfSignedHours = 87_600;

export class Certificate extends pulumi.ComponentResource {
  /** Volume with site.pem, the chain and key that Nginx serves. */
  readonly volume: pulumi.Output<string>;
  /** Done when Nginx has something to start with. */
  readonly ready: pulumi.Resource[];
  private readonly args: CertificateArgs;

  constructor(name: string, args: CertificateArgs, options?: pulumi.ComponentResourceOptions) {
    const { site, host, nginx } = args;
    super("socle:index:Certificate", name, {}, { ...options, provider: host.provider });
    this.args = args;
    const parent = { parent: this };
    const key = new tls.PrivateKey(`${name}-self-signed-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, parent);
    const selfSigned = new tls.SelfSignedCert(
      `${name}-self-signed`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: site.domains[0] },
        dnsNames: site.domains.filter((domain) => isIP(domain) === 0),
        ipAddresses: site.domains.filter((domain) => isIP(domain) !== 0),
        allowedUses: ["digital_signature", "server_auth"],
        validityPeriodHours: selfSignedHours,
      },
      parent,
    );
    this.volume = volume(`${name}-files`, host, { purpose: "certificates" }, parent).name;
    const files = volumeFiles(
      `${name}-self-signed-file`,
      {
        host,
        volume: this.volume,
        image: nginx.image,
        owner: webUser,
        // One that an ACME server signed is never overwritten.
        onlyMissing: site.tls.mode === "acme",
        files: [
          { name: "site.pem", mode: "0400", content: pulumi.interpolate`${selfSigned.certPem}${key.privateKeyPem}` },
        ],
      },
      parent,
    );
    this.ready = [files];
  }

  /** Has an ACME server sign a certificate, once Nginx can answer its challenges, and keeps it valid. */
  keepSigned(
    name: string,
    { nginx }: { nginx: pulumi.Resource },
  ): { containerName: pulumi.Output<string>; image: Image } | undefined {
    const { site, certbot, host, networks } = this.args;
    if (site.tls.mode !== "acme") {
      this.registerOutputs({});
      return undefined;
    }
    const parent = { parent: this };
    const image: Image = pulledImage(`${name}-image`, host, this.args.image, this);
    const account = volume(`${name}-account`, host, { purpose: "letsencrypt" }, parent).name;
    const authority = site.tls.caCertificate;
    const owner = task(
      `${name}-volume-owner`,
      host.connection,
      { script: "volume-owner.sh", arguments: [image.imageId, webUser, account] },
      parent,
    );
    const trusted = authority
      ? [
          volumeFiles(
            `${name}-authority`,
            {
              host,
              volume: this.volume,
              image: this.args.nginx.image,
              owner: webUser,
              files: [{ name: "acme-ca.pem", mode: "0444", content: authority }],
            },
            // One writer of a volume at a time.
            { ...parent, dependsOn: this.ready },
          ),
        ]
      : [];
    const certbotContainer = container(
      name,
      {
        stack: host.stack,
        service: "certbot",
        overlap: false,
        image,
        reference: image.reference,
        entrypoint: ["python3", "-c", program],
        user: webUser,
        variables: {
          DOMAINS: site.domains.join(","),
          DIRECTORY: site.tls.directory,
          EMAIL: site.tls.email ?? "",
          ...(authority ? { REQUESTS_CA_BUNDLE: "/etc/certificates/acme-ca.pem" } : {}),
        },
        networks: [{ name: networks.edge }],
        mounts: [
          { volume: this.volume, path: "/etc/certificates" },
          { volume: account, path: "/etc/letsencrypt" },
          { volume: this.args.nginx.challenges, path: "/srv/challenges" },
        ],
        temporary: { "/tmp": "uid=101,gid=101,mode=0700,size=32m" },
        health: {
          command: ["/bin/sh", "-c", "find /tmp/heartbeat -mmin -5 | grep -q ."],
          timeout: 5,
          startPeriod: 300,
        },
        memory: certbot.memory,
        cpus: 0.5,
        stopGrace: 30,
      },
      { ...parent, dependsOn: [nginx, owner, ...trusted] },
    );
    task(
      `${name}-issued`,
      host.connection,
      {
        script: "certbot/wait.sh",
        arguments: {
          container: `${host.stack}-certbot`,
          nginx: `${host.stack}-nginx`,
          seconds: 90,
          domains: site.domains.join(","),
          directory: site.tls.directory,
        },
      },
      {
        ...parent,
        dependsOn: [healthGate(name, host, { container: certbotContainer, seconds: 180 }, parent)],
      },
    );
    this.registerOutputs({});
    return { containerName: certbotContainer.name, image };
  }
}
