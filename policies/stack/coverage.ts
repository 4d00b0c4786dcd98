import type { DrillDescriptor, ExternalDrillDescriptor } from "../../model/descriptor";
import { targetId } from "../../model/target";
import { known } from "../known";
import type { OwnBackupDescriptor } from "./declared";
import { mayRestoreCopyOf } from "./drilled-copy";
import { type Declarations, readsFrom } from "./drilled-storage";
import type { Backup, RestoreTest } from "./facts";
import type { StackIndex } from "./index-stack";
import { sameServer } from "./view";

/** What belongs to which backup. */

/** What restores a backup, and counts. */
export interface Coverage {
  drills: DrillDescriptor[];
  tests: RestoreTest[];
}

export function coverageOf(backup: Backup, stack: StackIndex): Coverage {
  const { ownBackups, drills, restoreTests } = stack;
  const descriptors = drills.flatMap(({ descriptor }) => descriptor ?? []);
  const own = ownBackups.find(({ urn }) => urn === backup.urn);
  if (own) {
    const { descriptor } = own;
    return { drills: descriptor ? descriptors.filter((d) => coversOwn(d, descriptor, own.urn, stack)) : [], tests: [] };
  }
  return {
    drills: descriptors.filter(
      (drill) => drill.kind === "external-drill" && coversForeign(drill, backup) && mayRestoreCopyOf(drill, backup),
    ),
    // A test restores what one backup made: another backup of the same database is not what it restored.
    tests: restoreTests.filter((test) => test.doesNotCount === undefined && test.covers.includes(backup.urn)),
  };
}

/**
 * What of `backup` nothing restores: each of its databases that no external drill covers, or the backup when it has
 * none. A drill is of one server: one that covers the backup of several proves the one that it names as its target.
 */
export function uncovered(backup: Backup, index: StackIndex): string[] {
  const { drills, tests } = coverageOf(backup, index);
  if (tests.length > 0) return [];
  const { databaseUrns, urn } = backup;
  const external = drills.flatMap((drill) => (drill.kind === "external-drill" ? drill : []));
  if (databaseUrns.length <= 1)
    return external.some(({ covers }) => [urn, ...databaseUrns].some((one) => covers.includes(one)))
      ? []
      : [databaseUrns[0] ?? urn];
  const ids = new Map(index.databases.map((database) => [database.urn, database.id]));
  const restores = ({ covers, target }: ExternalDrillDescriptor, database: string) => {
    const id = ids.get(database);
    const drilled = { namespace: known(target.namespace), name: known(target.cluster) };
    return covers.includes(database) || (covers.includes(urn) && id !== undefined && sameServer(id, drilled));
  };
  return databaseUrns.filter((database) => !external.some((drill) => restores(drill, database)));
}

/** What a drill that restores backups of a method proves: a dump that was restored says nothing of the base backups. */
const PROVEN_BY: Record<Backup["method"], ExternalDrillDescriptor["restorePath"]["backup"]["method"][]> = {
  logical: ["logical"],
  physical: ["physical"],
  snapshot: ["snapshot"],
  volume: ["snapshot", "physical"],
  managed: ["snapshot", "physical"],
  unknown: ["logical", "physical", "snapshot"],
};

/** Named itself or by one of its databases, and restored by the method by which it is made. */
function coversForeign({ covers, restorePath }: ExternalDrillDescriptor, backup: Backup): boolean {
  const subjects = [backup.urn, ...backup.databaseUrns];
  return covers.some((urn) => subjects.includes(urn)) && PROVEN_BY[backup.method].includes(restorePath.backup.method);
}

/**
 * Exact identity: a drill of `app` says nothing about `app_audit`, one of staging nothing about production, one of
 * another restore path nothing about what this backup makes, and one of another storage nothing about what lies in this.
 */
export function coversOwn(
  drill: DrillDescriptor,
  backup: OwnBackupDescriptor,
  urn: string,
  stack: Declarations,
): boolean {
  return isOfSamePath(drill, backup, urn) && (drill.kind === "external-drill" || readsFrom(drill, backup, stack));
}

/** The same, from whatever storage the drill restores. */
export function isOfSamePath(drill: DrillDescriptor, backup: OwnBackupDescriptor, urn: string): boolean {
  if (drill.environment !== backup.environment) return false;
  if (drill.kind === "external-drill") return drill.covers.includes(urn);
  return targetId(drill.target) === targetId(backup.target) && drill.fingerprint === backup.fingerprint;
}

/** Whether two backups are for sure of the same server, and of nothing that only one of them is of. */
export function sameSubject(a: Backup, b: Backup): boolean {
  const sharesServer =
    a.databaseUrns.some((urn) => b.databaseUrns.includes(urn)) ||
    (a.server !== undefined && b.server !== undefined && sameServer(a.server, b.server));
  const [one, other] = [a.database, b.database];
  const apart =
    one.state === "known" &&
    other.state === "known" &&
    one.value !== other.value &&
    one.value !== "*" &&
    other.value !== "*";
  return sharesServer && !apart;
}
