import type { BackupDescriptor, RestoreDrillDescriptor } from "../../../model/descriptor";
import { CONFIG_FILE } from "../../../model/job-config";
import { accessVolume, type Expected, ofBackup, ofDrill } from "../../../policies/children/expected";

/** A resource that a stand-in of one of our components declares. */
export interface DeclaredChild {
  kind: "CronJob" | "ConfigMap";
  name: string;
  props: object;
}

/** The children that make `descriptor` true, as the component itself would declare them. */
export function childrenOf(name: string, descriptor: BackupDescriptor | RestoreDrillDescriptor): DeclaredChild[] {
  const expected = descriptor.kind === "backup" ? ofBackup(descriptor) : ofDrill(descriptor, name);
  const storage = descriptor.kind === "backup" ? accessVolume(descriptor.writer) : undefined;
  const { schedule = "0 0 1 1 *", timeZone, suspend } = expected;
  const file = CONFIG_FILE.split("/").pop();
  const volumes = [
    { name: "config", configMap: { name: `${name}-config`, items: [{ key: "config.json", path: file }] } },
    ...(storage ? [{ name: "storage", secret: { secretName: storage.name } }] : []),
  ];
  const containers = Object.entries(expected.containers).flatMap(([called, { optional, ...container }]) =>
    optional ? [] : { name: called, ...container },
  );
  const template = { spec: { restartPolicy: "Never", containers, volumes } };
  return [
    {
      kind: "CronJob",
      name,
      props: { metadata: { name }, spec: { schedule, timeZone, suspend, jobTemplate: { spec: { template } } } },
    },
    {
      kind: "ConfigMap",
      name: `${name}-config`,
      props: { metadata: { name: `${name}-config` }, data: { "config.json": JSON.stringify(configOf(expected)) } },
    },
  ];
}

/** The config with `expected`'s values at their dotted paths. */
function configOf({ config }: Expected): object {
  const whole: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(config)) {
    if (value === undefined) continue;
    const keys = path.split(".");
    const last = keys.pop() as string;
    let at = whole;
    for (const key of keys) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return whole;
}
