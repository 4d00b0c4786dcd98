import type { PolicyResource } from "@pulumi/policy";
import { goSeconds } from "../../../model/go-duration";
import {
  ABSENT,
  known,
  map,
  type Reading,
  readKeys,
  readList,
  readNumber,
  readPartly,
  readString,
  unknown,
} from "../../known";
import { endpointLocation } from "../../stack/endpoint";
import type { Backup, Database, Store } from "../../stack/facts";
import { kubernetesName, kubernetesNamespace, type StackView } from "../../stack/view";
import { objectStore, SNAPSHOTS, unknownStore } from "../shared/backup-stores";
import { databaseOfClaim } from "../shared/covered-databases";
import { namesPostgres } from "../shared/dump-words";
import { foreignBackup } from "../shared/foreign-backup";

/**
 * Longhorn's RecurringJob (k8s/pkg/apis/longhorn/v1beta2/recurringjob.go): snapshots, or backups to Longhorn's backup
 * target. Volumes ask for it by labels of their claims, so it is a database's backup when a claim of its has the label.
 */
export function longhornBackup(resource: PolicyResource, view: StackView): Backup[] {
  const { props } = resource;
  const task = readString(props, "spec", "task");
  // The other tasks clean up, trim, or save Longhorn's own settings.
  if (task.state === "known" && !/^(snapshot|backup)(-force-create)?$/.test(task.value)) return [];
  const labels = labelsOf(resource);
  const databases = view.databases.filter((database) => asks(database, labels, view));
  const named = namesPostgres([
    resource.name,
    readPartly(props, "metadata", "name"),
    readList(props, "spec", "groups"),
  ]);
  if (databases.length === 0 && !named) return [];
  const backs = task.state === "known" && task.value.startsWith("backup");
  return [
    foreignBackup(resource, `Longhorn RecurringJob ${resource.name}`, databases, view, {
      what: "a Longhorn RecurringJob",
      method: "snapshot",
      certain: task.state === "known",
      schedules: [{ expression: readString(props, "spec", "cron"), fields: "any", timeZone: ABSENT }],
      deadlineSeconds: map(readNumber(props, "spec", "activeDeadlineSeconds"), (seconds) => seconds || undefined),
      retention: retentionOf(props),
      stores: [backs ? backupTarget(resource, view) : task.state === "known" ? SNAPSHOTS : unknownStore("spec.task")],
    }),
  ];
}

/** Without a policy it counts; by age it looks at nothing else. */
function retentionOf(props: unknown): Backup["retention"] {
  const policy = readString(props, "spec", "retentionPolicy");
  const count = readNumber(props, "spec", "retain");
  const seconds = map(readString(props, "spec", "retainAge"), goSeconds);
  if (policy.state === "unknown") return { count: policy, seconds: policy, elsewhere: false };
  const byAge = policy.state === "known" && policy.value === "age-based";
  return { count: byAge ? ABSENT : count, seconds: byAge ? seconds : ABSENT, elsewhere: false };
}

/** Labels that let a volume take part: by the job's name, or by a group of the job's. */
function labelsOf(resource: PolicyResource): string[] {
  const text = (reading: Reading<string>) => (reading.state === "known" ? reading.value : []);
  const jobs = [kubernetesName(resource)].flatMap(text).map((name) => `recurring-job.longhorn.io/${name}`);
  const groups = readList(resource.props, "spec", "groups").filter((group) => typeof group === "string");
  return [...jobs, ...groups.map((group) => `recurring-job-group.longhorn.io/${group}`)];
}

/** Where a database's claims get their labels from: its own resource hands them down, or the claim is in the stack. */
const HANDED_DOWN = [
  ["metadata", "labels"],
  ["spec", "inheritedMetadata", "labels"],
  ["spec", "metadata", "labels"],
];

function asks(database: Database, labels: string[], view: StackView): boolean {
  const has = (owner: unknown, path: string[]) => {
    const given = readKeys(owner, ...path);
    return labels.some((label) => given.includes(label) && isEnabled(readPartly(owner, ...path, label)));
  };
  const own = view.resources.filter(({ urn }) => urn === database.urn);
  if (own.some(({ props }) => HANDED_DOWN.some((path) => has(props, path)))) return true;
  return view
    .ofKind("core", "PersistentVolumeClaim")
    .filter((claim) => has(claim.props, ["metadata", "labels"]))
    .some((claim) => databaseOfClaim(kubernetesNamespace(claim), kubernetesName(claim), view)?.urn === database.urn);
}

const isEnabled = (value: unknown) => value === "enabled";

/** The target of all backups, as a BackupTarget of this stack says it: `s3://bucket@region/`, `nfs://server:/path`. */
const TARGET = /^(s3|nfs|azblob|cifs):\/\/([^@/:]+)/;

function backupTarget(resource: PolicyResource, view: StackView): Store {
  const namespace = kubernetesNamespace(resource);
  const target = view
    .ofKind("longhorn.io", "BackupTarget")
    .find((candidate) => sameOrUnknown(kubernetesNamespace(candidate), namespace));
  if (!target) return unknownStore("Longhorn's backup target, which this stack does not declare");
  const url = readString(target.props, "spec", "backupTargetURL");
  if (url.state === "unknown") return unknownStore(url.path);
  const [, scheme, place = ""] = (url.state === "known" && TARGET.exec(url.value)) || [];
  const store = (kind: Store["kind"], location: Store["location"], bucket: Reading<string> = ABSENT) =>
    objectStore({ kind, bucket, location }, target, "spec", view);
  if (scheme === "nfs" || scheme === "cifs") return store("nfs", endpointLocation(known(place)));
  if (scheme === "azblob") return store("azure", known("outside"), known(place));
  // The Secret of the target may send it to another endpoint than Amazon's (AWS_ENDPOINTS).
  return scheme === "s3"
    ? store("s3", unknown("the endpoint in the Secret of Longhorn's backup target"), known(place))
    : unknownStore("Longhorn's backup target");
}

function sameOrUnknown(a: Reading<string>, b: Reading<string>): boolean {
  return a.state !== "known" || b.state !== "known" || a.value === b.value;
}
