import type { Manifest } from "../model/manifest";

/**
 * What many backups have in common, held once: of 100,000 manifests nearly all name the same server, tools and restore
 * path. Strings that were cut out of a listing are copied, as they would keep the whole page of it in memory.
 */
export class Shared {
  private readonly objects = new Map<string, unknown>();
  private readonly lists = new Map<string, readonly string[]>();

  copied(text: string): string {
    return Buffer.from(text).toString();
  }

  list(names: string[]): readonly string[] {
    const key = names.join("\n");
    const known = this.lists.get(key);
    if (known) return known;
    const list = names.map((name) => this.copied(name));
    this.lists.set(this.copied(key), list);
    return list;
  }

  parts(manifest: Manifest): Manifest {
    const { restorePath, server, tools, target, excluded } = manifest;
    return {
      ...manifest,
      restorePath: this.object(restorePath),
      // Its size differs from backup to backup.
      server: { ...this.object({ ...server, databaseBytes: 0 }), databaseBytes: server.databaseBytes },
      tools: this.object(tools),
      target: this.object(target),
      ...(excluded ? { excluded: this.object(excluded) } : {}),
    };
  }

  private object<T>(value: T): T {
    const key = JSON.stringify(value);
    const known = this.objects.get(key) as T | undefined;
    if (known === undefined) this.objects.set(key, value);
    return known ?? value;
  }
}
