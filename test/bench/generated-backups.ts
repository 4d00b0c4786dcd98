import { markerText } from "../../catalog/ownership";
import { CHECKLIST_POINTS } from "../../model/checklist";
import { layout, MANIFEST } from "../../model/layout";
import { ARTIFACT_NAMES, type Manifest } from "../../model/manifest";
import { fingerprint, type RestorePath } from "../../model/restore-path";
import { OWNER_FILE } from "../../model/storage-identity";
import { targetId } from "../../model/target";
import type { ListedObject } from "../../store/store";

export const OWNER = { environment: "production", stack: "orders-production" };
export const TARGET = { namespace: "app", cluster: "orders", database: "shop" };

const HOUR = 3_600_000;
const NAMES = { database: "database.dump", roles: "roles.sql", facts: "facts.json" } as const;
const BODY = "abc";

const restorePath: RestorePath = {
  version: 1,
  engine: "cloudnative-pg",
  postgresMajor: 17,
  backup: { method: "logical", format: "custom", compression: "zstd", encryption: "none" },
  storage: { kind: "nfs", copy: "primary" },
  restore: { procedure: "pg_restore" },
  checklist: CHECKLIST_POINTS,
  applicationChecks: "a".repeat(64),
  images: { server: "registry.example.com/postgresql:17.6", agent: "registry.example.com/agent:0.1.0" },
};
const PATH = fingerprint(restorePath);

/**
 * `size` hourly backups, the last one an hour ago, and a storage of them that holds nothing: what it is asked for it
 * makes up, and it forgets what is removed.
 */
export class GeneratedBackups {
  readonly place = "generated backups";
  readonly end = new Date(Math.floor(Date.now() / HOUR) * HOUR);

  constructor(private readonly size: number) {}

  id(index: number): string {
    const stamp = this.time(index).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
    return `${stamp}-0000`;
  }

  folder(index: number): string {
    return layout.backup("", TARGET, this.id(index));
  }

  /** Keys and texts, in the order of the keys. */
  objects(index: number): [string, string][] {
    const manifest = JSON.stringify(this.manifest(index));
    const others = Object.values(NAMES).map((name): [string, string] => [this.folder(index) + name, BODY]);
    return [...others, [this.folder(index) + MANIFEST, manifest] as [string, string]].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
  }

  async *list(prefix: string): AsyncGenerator<ListedObject[]> {
    if (prefix !== layout.backups("", TARGET)) return;
    for (let from = 0; from < this.size; from += 250) {
      const page: ListedObject[] = [];
      for (let index = from; index < Math.min(from + 250, this.size); index++)
        for (const [key, text] of this.objects(index))
          page.push({ key, bytes: text.length, modified: this.time(index) });
      yield page;
    }
  }

  /** The marker's text. */
  marker(): string {
    return markerText({
      ...{ version: 1, id: "6f1c2a5e-9a64-4d5b-8f0e-2d3c4b5a6978", target: targetId(TARGET), ...OWNER },
      ...{ createdAt: "2020-01-01T00:00:00Z", adopted: [] },
    });
  }

  async readTextIfThere(key: string): Promise<string | undefined> {
    if (key.endsWith(OWNER_FILE)) return this.marker();
    const id = key.split("/").at(-2) ?? "";
    const [, year, month, day, hour] = /^(\d{4})(\d\d)(\d\d)T(\d\d)/.exec(id) ?? [];
    const at = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
    return JSON.stringify(this.manifest(this.size - (this.end.getTime() - at) / HOUR));
  }

  async remove(): Promise<void> {}

  private time(index: number): Date {
    return new Date(this.end.getTime() - (this.size - index) * HOUR);
  }

  private manifest(index: number): Manifest {
    const at = this.time(index).toISOString();
    const artifact = (name: string) => ({ key: this.folder(index) + name, bytes: BODY.length, sha256: "b".repeat(64) });
    return {
      version: 1,
      id: this.id(index),
      ...OWNER,
      target: TARGET,
      restorePath,
      fingerprint: PATH,
      server: {
        version: "17.6 (Debian 17.6-1.trixie)",
        major: 17,
        bootstrapSuperuser: "postgres",
        encoding: "UTF8",
        databaseBytes: 1_000_000_000 + index,
      },
      tools: { pgDump: "17.6", agent: "0.1.0" },
      snapshot: { at, lsn: "0/1" },
      startedAt: at,
      completedAt: at,
      artifacts: Object.fromEntries(
        ARTIFACT_NAMES.map((name) => [name, artifact(NAMES[name])]),
      ) as Manifest["artifacts"],
      contents: { tables: 200, rows: 1_000_000 + index },
    };
  }
}
