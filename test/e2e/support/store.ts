import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ID_PATTERN, layout, MANIFEST, newId } from "../../../model/layout";
import { type Manifest, parseManifest } from "../../../model/manifest";
import type { Target } from "../../../model/target";

/** The lab's bucket in a saboteur's hands: what an operator's mistake, a bad disk or an attacker could do to it. */
export interface StoreAccess {
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export class Store {
  readonly client: S3Client;

  constructor(readonly access: StoreAccess) {
    this.client = new S3Client({
      endpoint: access.endpoint,
      region: access.region,
      forcePathStyle: true,
      credentials: access,
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  async read(key: string): Promise<Buffer> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.access.bucket, Key: key }));
    if (!Body) throw new Error(`${key} has no body`);
    return Buffer.from(await Body.transformToByteArray());
  }

  async write(key: string, body: Buffer | string): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: this.access.bucket, Key: key, Body: body }));
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.access.bucket, Key: key }));
  }

  async list(prefix: string): Promise<string[]> {
    const { Contents = [] } = await this.client.send(
      new ListObjectsV2Command({ Bucket: this.access.bucket, Prefix: prefix }),
    );
    return Contents.flatMap((object) => object.Key ?? []);
  }

  /** The ids of a target's backups, manifest or not, oldest first. */
  async backupIds(target: Target): Promise<string[]> {
    const root = layout.backups("", target);
    const keys = await this.list(root);
    return [...new Set(keys.map((key) => key.slice(root.length).split("/")[0] ?? ""))]
      .filter((name) => ID_PATTERN.test(name))
      .sort();
  }

  async manifest(target: Target, id: string): Promise<Manifest> {
    const key = layout.backup("", target, id) + MANIFEST;
    return parseManifest((await this.read(key)).toString(), key);
  }

  /** The newest backup that has a manifest. */
  async newest(target: Target): Promise<Manifest> {
    const keys = await this.list(layout.backups("", target));
    const key = keys
      .filter((k) => k.endsWith(`/${MANIFEST}`))
      .sort()
      .at(-1);
    if (!key) throw new Error(`no backup of ${JSON.stringify(target)} in the store`);
    return parseManifest((await this.read(key)).toString(), key);
  }

  /**
   * A copy of `source` under a new id, its objects passed through `change` and the manifest's sizes and digests made to
   * fit: a backup that is wrong in itself, though nothing was damaged afterwards. With `takenAt` it says that it was
   * taken then, and need not be kept any longer.
   */
  async forge(
    source: Manifest,
    change: Partial<Record<keyof Manifest["artifacts"], (content: Buffer) => Buffer | Promise<Buffer>>>,
    takenAt?: Date,
  ): Promise<Manifest> {
    const id = newId(takenAt ?? new Date());
    const folder = layout.backup("", source.target, id);
    const forged = structuredClone(source);
    forged.id = id;
    if (takenAt) {
      const time = takenAt.toISOString();
      Object.assign(forged, { snapshot: { ...source.snapshot, at: time }, startedAt: time, completedAt: time });
      Object.assign(forged, { keepUntil: time, previous: undefined });
    }
    for (const name of ["database", "roles", "facts"] as const) {
      const original = await this.read(source.artifacts[name].key);
      const content = change[name] ? await change[name](original) : original;
      const key = folder + source.artifacts[name].key.split("/").at(-1);
      await this.write(key, content);
      forged.artifacts[name] = {
        key,
        bytes: content.length,
        sha256: createHash("sha256").update(content).digest("hex"),
      };
    }
    await this.write(folder + MANIFEST, JSON.stringify(forged));
    return forged;
  }
}
