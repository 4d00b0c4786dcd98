import type { PolicyResource } from "@pulumi/policy";
import { firstSaid, type Reading, readBoolean, readList, readString, unknown } from "../../known";
import type { Backup, RestoreTest, Schedule, ServerId } from "../../stack/facts";
import {
  kubernetesNamespace,
  kubernetesServer,
  type StackView,
  sameReading,
  sameServer,
  serverText,
} from "../../stack/view";
import { checkProblem } from "./checks";
import { reference } from "./references";
import { sessionsOf } from "./sessions";

const GROUP = "core.kubestash.com";

/** What KubeStash restores: BackupVerifiers, which may check what they restore, and RestoreSessions, which do not. */

/** A BackupVerifier covers the configurations whose sessions name it. One that nobody names does nothing. */
export function verifierTest(resource: PolicyResource, view: StackView): RestoreTest[] {
  const own = kubernetesServer(resource);
  const using = configurationsWithBackups(view).filter((configuration) =>
    sessionsOf(configuration).some(({ verifiers }) => verifiers.some((verifier) => sameServer(verifier, own))),
  );
  return using.map((configuration): RestoreTest => {
    const covered = backupsOf(configuration, view);
    const problem = verifierProblem(resource, configuration, view);
    return {
      urn: resource.urn,
      name: resource.name,
      what: "a KubeStash BackupVerifier",
      origin: view.origin(resource),
      covers: [configuration.urn],
      ...(problem === undefined ? {} : { doesNotCount: problem, overSource: problem.startsWith(OVER) }),
      copies: locationOf(covered),
      schedules: schedulesOf(resource),
    };
  });
}

function configurationsWithBackups(view: StackView): PolicyResource[] {
  const urns = view.backups.map(({ urn }) => urn);
  return view.ofKind(GROUP, "BackupConfiguration").filter(({ urn }) => urns.includes(urn));
}

const backupsOf = ({ urn }: PolicyResource, view: StackView) => view.backups.filter((backup) => backup.urn === urn);

function locationOf(backups: Backup[]): RestoreTest["copies"] {
  return backups[0]?.stores[0]?.location ?? unknown("the backup's store");
}

/**
 * Why this verifier proves nothing for the configuration; undefined when it does. All sessions of a configuration share
 * its URN, so that each must have a verifier that counts.
 */
function verifierProblem(verifier: PolicyResource, configuration: PolicyResource, view: StackView): string | undefined {
  const problem = ownProblem(verifier, configuration, view);
  if (problem !== undefined) return problem;
  const counts = (other: ServerId) => {
    const found = view.named(GROUP, "BackupVerifier", other);
    return found !== undefined && ownProblem(found, configuration, view) === undefined;
  };
  const left = sessionsOf(configuration).find(({ verifiers }) => !verifiers.some(counts));
  if (!left) return undefined;
  const session = left.name.state === "known" ? `session ${left.name.value}` : "a session";
  return `${session} of the same BackupConfiguration has no verifier that counts`;
}

function ownProblem(verifier: PolicyResource, configuration: PolicyResource, view: StackView): string | undefined {
  return (
    checkProblem(verifier, view) ??
    runProblem(verifier, configuration) ??
    targetProblem(verifier, ["spec", "restoreOption", "target"], configuration)
  );
}

const OVER = "it restores over";

/** Where it restores to must be known, and must not be what was backed up. */
function targetProblem(restorer: PolicyResource, path: string[], configuration: PolicyResource): string | undefined {
  const target = reference(restorer.props, path, kubernetesNamespace(restorer));
  if (target.name.state === "absent") return "it does not say where it restores to";
  if (target.name.state === "unknown" || target.namespace.state === "unknown")
    return "where it restores to is unknown at preview";
  const source = reference(configuration.props, ["spec", "target"], kubernetesNamespace(configuration));
  return sameServer(target, source) ? `${OVER} ${serverText(source)}, which is what the backup is of` : undefined;
}

/** `spec.scheduler.schedule`; `spec.schedule` until KubeStash v2024.6.4. */
const SCHEDULES = [
  ["spec", "scheduler", "schedule"],
  ["spec", "schedule"],
];

function expressionOf({ props }: PolicyResource): Reading<string> {
  const readings = SCHEDULES.map((path) => readString(props, ...path));
  return firstSaid(readings);
}

function schedulesOf(resource: PolicyResource): Schedule[] {
  const expression = expressionOf(resource);
  return expression.state === "absent" ? [] : [{ expression, fields: "any", timeZone: { state: "absent" } }];
}

/** It runs on its own schedule, or after every so many backups, as verificationStrategies had it. */
function runProblem(verifier: PolicyResource, configuration: PolicyResource): string | undefined {
  const suspended = readBoolean(verifier.props, "spec", "scheduler", "suspend");
  const expression = expressionOf(verifier);
  if (suspended.state === "unknown" || expression.state === "unknown") return "when it runs is unknown at preview";
  if (suspended.state === "known" && suspended.value) return "it is suspended";
  const own = kubernetesServer(verifier);
  const afterBackups = readList(configuration.props, "spec", "sessions").some((session) =>
    readList(session, "verificationStrategies").some((strategy) =>
      sameServer(reference(strategy, ["verifier"], kubernetesNamespace(configuration)), own),
    ),
  );
  return afterBackups || expression.state === "known" ? undefined : "it never runs: it has no schedule";
}

/** A RestoreSession covers the configurations that write to the repository that it reads. */
export function restoreSessionTest(resource: PolicyResource, view: StackView): RestoreTest[] {
  const namespace = kubernetesNamespace(resource);
  const repository = readString(resource.props, "spec", "dataSource", "repository");
  const reading = configurationsWithBackups(view).filter(
    (configuration) =>
      sameReading(kubernetesNamespace(configuration), namespace) &&
      sessionsOf(configuration).some(({ spec }) =>
        readList(spec, "repositories").some((other) => sameReading(readString(other, "name"), repository)),
      ),
  );
  return reading.map((configuration): RestoreTest => {
    const target = targetProblem(resource, ["spec", "target"], configuration);
    return {
      urn: resource.urn,
      name: resource.name,
      what: "a KubeStash RestoreSession",
      origin: view.origin(resource),
      covers: [configuration.urn],
      doesNotCount: `it checks nothing${target === undefined ? "" : `, and ${target}`}`,
      overSource: target?.startsWith(OVER) ?? false,
      copies: locationOf(backupsOf(configuration, view)),
      schedules: [],
    };
  });
}
