import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { useEvidenceReader } from "../../../../components";
import type { DrillDescriptor } from "../../../../model/descriptor";
import { fingerprint } from "../../../../model/restore-path";
import { aDrill, aTestimony, forged, HOUR, type Keys, newKeys, sealed } from "../../support/evidence";
import type { CorpusStack, Differences, Drilled, Help } from "./stack";

/** What the runner tells the program, as JSON in the variable CORPUS. */
export interface Assignment {
  /** The stack's file. */
  file: string;
  /** A folder of this preview's own. */
  folder: string;
  /** The key that drills sign with; its public half is in the gate's configuration. */
  keys: Keys;
}

/** Declares the stack of `assignment`. */
export function declareStack({ file, folder, keys }: Assignment): void {
  const { default: stack } = require(file) as { default: CorpusStack };
  stack.declare(helpFor(stack, folder, keys));
}

/**
 * The evidence that `stack` will show, signed, in its folder: it is declared once without an engine. A pipeline hands the
 * same to the gate, which must not depend on what a program brings.
 */
export function rehearsed(stack: CorpusStack, { folder, keys }: Omit<Assignment, "file">): string[] {
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
    call: () => ({ result: [] }),
  };
  pulumi.runtime.setMocks(mocks, "shop", stack.environment, true);
  stack.declare(helpFor(stack, folder, keys));
  return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
}

function helpFor({ environment }: CorpusStack, folder: string, keys: Keys): Help {
  let files = 0;
  let found: string[] = [];
  const read = (source: string, path: string) => ({ source, envelope: readFileSync(path, "utf8") });
  // Our drills ask the cluster, and there is none.
  useEvidenceReader(async ({ namespace, configMap, files: given }) => ({
    evidence: [
      ...(configMap ? found.map((path) => read(`ConfigMap ${namespace}/${configMap}`, path)) : []),
      ...given.map((path) => read(`file ${path}`, path)),
    ],
    evidenceProblems: [],
  }));
  return {
    environment,
    evidence(drill, differences = {}) {
      const path = join(folder, `evidence-${files++}.dsse.json`);
      // What was signed in the rehearsal is what is shown.
      if (!existsSync(path)) writeFileSync(path, envelope(environment, drill, differences, keys));
      return path;
    },
    inCluster(...paths) {
      found = [...found, ...paths];
    },
    notYet: (name): pulumi.Output<string> =>
      new k8s.core.v1.ConfigMap(name, { metadata: { name, namespace: "default" } }).id,
  };
}

function envelope(
  here: string,
  { target, restorePath, objectives, storage }: Drilled,
  differs: Differences,
  keys: Keys,
) {
  const environment = differs.environment ?? here;
  const drill = {
    ...aDrill(environment, { target: { ...target, cluster: differs.cluster ?? target.cluster }, objectives }),
    restorePath: differs.restorePath ?? restorePath,
  } as DrillDescriptor;
  const good = aTestimony(drill, new Date(), (differs.endedHoursAgo ?? 1) * HOUR);
  const { checklist } = drill.restorePath;
  // A recovery that took long was of a backup, and in a drill, from before it.
  const earlier = (time: string) => new Date(Date.parse(time) - (differs.recoverySeconds ?? 0) * 1000).toISOString();
  const { backup } = good;
  const testimony = {
    ...good,
    drill: { ...good.drill, startedAt: earlier(good.drill.startedAt) },
    ...(backup
      ? { backup: { ...backup, snapshotAt: earlier(backup.snapshotAt), completedAt: earlier(backup.completedAt) } }
      : {}),
    ...(storage ? { storage } : {}),
    fingerprint: fingerprint(drill.restorePath),
    checks: good.checks.filter(({ point }) => checklist.includes(point)),
    measured: { ...good.measured, rtoSeconds: differs.recoverySeconds ?? good.measured.rtoSeconds },
  };
  if (differs.edited)
    return forged(sealed({ ...testimony, passed: false }, keys), (text) =>
      text.replace('"passed":false', '"passed":true'),
    );
  const said = differs.failure === undefined ? testimony : { ...testimony, passed: false, failures: [differs.failure] };
  return sealed(said, differs.signedByAStranger ? newKeys() : keys);
}
