// A ground with copies of its backups on an S3 server, which is reached through a proxy that fails when told to, and with a
// watch that tells a webhook.
import { after, before } from "mocha";

import type { Backup, Whereabouts } from "../../operations/backup/repository.ts";
import { docker, lines, type Result } from "./command.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { Ground } from "./ground.ts";
import { plainSite } from "./plain-site.ts";
import { Receiver } from "./receiver.ts";
import { S3Server } from "./s3-server.ts";

export class OffSiteGround {
  readonly ground: Ground;
  readonly s3: S3Server;
  readonly proxy: FaultProxy;
  readonly receiver: Receiver;

  private constructor(ground: Ground, s3: S3Server, proxy: FaultProxy, receiver: Receiver) {
    this.ground = ground;
    this.s3 = s3;
    this.proxy = proxy;
    this.receiver = receiver;
  }

  /** @param command the site's own part of a backup */
  static async create(command?: string[]): Promise<OffSiteGround> {
    const [s3, receiver] = await Promise.all([S3Server.start(), Receiver.start("0.0.0.0")]);
    const proxy = await FaultProxy.start({ host: "127.0.0.1", port: s3.port });
    try {
      const offsite = { type: "s3", endpoint: `http://${proxy.address}:${String(proxy.port)}`, bucket: s3.bucket };
      const ground = await Ground.of({
        services: ["offsite", "watch", ...(command ? ["export"] : [])],
        sections: { ...plainSite(), backup: { offsite, ...(command ? { command } : {}) } },
        credentials: { webhook: receiver.address, offsiteAccessKey: s3.accessKey, offsiteSecretKey: s3.secretKey },
      });
      await ground.sql("CREATE TABLE note AS SELECT n, md5(n::text) AS text FROM generate_series(1, 100) n");
      return new OffSiteGround(ground, s3, proxy, receiver);
    } catch (error) {
      await Promise.all([proxy.stop(), s3.stop(), receiver.stop()]);
      throw error;
    }
  }

  /** Runs a command in the container of a service. */
  inside(service: string, ...words: string[]): Promise<string> {
    return docker(["exec", this.ground.container(service), ...words]);
  }

  /** What the off-site container recorded of its `copies`, `checks` or `drills`. */
  async records(file: string): Promise<Record<string, unknown>[]> {
    return lines(await this.inside("offsite", "cat", `/offsite/${file}.jsonl`)).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
  }

  /** A message of the watch like this, once it is there. */
  told(pattern: RegExp): Promise<string> {
    return this.ground.soon(`a message like ${String(pattern)}`, ["watch"], () =>
      Promise.resolve(this.receiver.messages.map(({ text }) => text).find((text) => pattern.test(text))),
    );
  }

  /** Runs `socle` on the ground's stack. */
  socle(words: string[], check = true): Promise<Result> {
    return this.ground.operator.socle(words, { check });
  }

  /** The backups, with where each is. */
  async listed(): Promise<(Backup & Whereabouts)[]> {
    return (await this.ground.operator.json<{ backups: (Backup & Whereabouts)[] }>(["backup", "list"])).backups;
  }

  async remove(): Promise<void> {
    await Ground.removeAll();
    await Promise.all([this.proxy.stop(), this.s3.stop(), this.receiver.stop()]);
  }
}

/**
 * To be called in a `describe`: there before its first test, gone after its last.
 * @param command the site's own part of a backup
 */
export function offSiteGround(command?: string[]): () => OffSiteGround {
  let place: OffSiteGround | undefined;
  before(async () => {
    place = await OffSiteGround.create(command);
  });
  after(async () => {
    // Also one that was cut off while it came up.
    await (place?.remove() ?? Ground.removeAll());
  });
  return () => {
    if (place === undefined) throw new Error("the ground is not there");
    return place;
  };
}
