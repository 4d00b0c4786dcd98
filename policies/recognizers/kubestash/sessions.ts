import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, type Reading, readBoolean, readList, readString } from "../../known";
import type { Backup, ServerId } from "../../stack/facts";
import { kubernetesNamespace } from "../../stack/view";
import { reference } from "./references";

/** A BackupConfiguration's sessions (core.kubestash.com, apis/core/v1alpha1): each is a backup of its own. */
export interface Session {
  name: Reading<string>;
  /** The session's own declaration, read partly. */
  spec: unknown;
  method: Backup["method"];
  /** The verifiers that its repositories name, whose schedules restore and check what lies there. */
  verifiers: ServerId[];
}

/** The sessions of a BackupConfiguration that copy data: manifests alone restore none. */
export function sessionsOf(configuration: PolicyResource): Session[] {
  const own = kubernetesNamespace(configuration);
  return readList(configuration.props, "spec", "sessions").flatMap((spec): Session[] => {
    const tasks = readList(spec, "addon", "tasks").map((task) => readString(task, "name"));
    const method = methodOf(tasks);
    if (method === undefined || isSuspended(spec)) return [];
    const verifiers = [
      ...readList(spec, "repositories").map((repository) => reference(repository, ["backupVerifier"], own)),
      ...readList(spec, "verificationStrategies").map((strategy) => reference(strategy, ["verifier"], own)),
    ].filter(({ name }) => name.state !== "absent");
    return [{ name: readString(spec, "name"), spec, method, verifiers }];
  });
}

/** By the tasks of KubeDB's postgres-addon: logical-backup, physical-backup, volume-snapshot, manifest-backup, wal-backup. */
function methodOf(tasks: Reading<string>[]): Backup["method"] | undefined {
  const names = tasks.flatMap((task) => (task.state === "known" ? task.value : []));
  if (names.some((name) => name.startsWith("logical"))) return "logical";
  if (names.some((name) => name.startsWith("physical"))) return "physical";
  if (names.some((name) => name.startsWith("volume-snapshot"))) return "snapshot";
  const without =
    names.length > 0 && names.length === tasks.length && names.every((name) => /^(manifest|wal)-/.test(name));
  return without ? undefined : "unknown";
}

function isSuspended(spec: unknown): boolean {
  const suspended = readBoolean(spec, "scheduler", "suspend");
  return suspended.state === "known" && suspended.value;
}

/** The session's schedule; a session without one is started by hand. */
export function scheduleOf(spec: unknown): Backup["schedules"] {
  const expression = readString(spec, "scheduler", "schedule");
  return expression.state === "absent" ? [] : [{ expression, fields: "any", timeZone: ABSENT }];
}
