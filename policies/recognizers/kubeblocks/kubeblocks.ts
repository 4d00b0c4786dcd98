import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  firstSaid,
  isNo,
  known,
  map,
  orElse,
  type Reading,
  readBoolean,
  readList,
  readNumber,
  readString,
} from "../../known";
import type { Backup, Database } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import { kubernetesServer, type StackView, serverText } from "../../stack/view";
import { elsewhereStore } from "../shared/backup-stores";
import { foreignBackup } from "../shared/foreign-backup";
import { clusterDatabase } from "../shared/operator-cluster";

/**
 * KubeBlocks' Cluster (apps.kubeblocks.io, apis/apps/v1) where its definition or a component's is PostgreSQL's, and the
 * backups that it takes of itself (spec.backup), which go to a BackupRepo of the whole Kubernetes cluster.
 */
export const kubeBlocks: Recognizer = {
  types: /^kubernetes:apps\.kubeblocks\.io\/[^:]+:Cluster(?:Patch)?$/,
  databases: (resource, view) => (isPostgres(resource) ? [database(resource, view)] : []),
  backups: (resource, view) => (isPostgres(resource) ? ownBackup(resource, view) : []),
};

function isPostgres({ props }: PolicyResource): boolean {
  const components = readList(props, "spec", "componentSpecs").flatMap((component) => [
    readString(component, "componentDef"),
    readString(component, "componentDefRef"),
    readString(component, "name"),
  ]);
  const definition = firstSaid([
    readString(props, "spec", "clusterDef"),
    readString(props, "spec", "clusterDefinitionRef"),
  ]);
  return [definition, ...components].some((reading) => reading.state === "known" && /postgres/i.test(reading.value));
}

function database(resource: PolicyResource, view: StackView): Database {
  const [component] = readList(resource.props, "spec", "componentSpecs");
  return clusterDatabase(resource, view, {
    what: "a KubeBlocks Cluster of PostgreSQL",
    product: "KubeBlocks",
    availability: {
      instances: readNumber(component, "replicas"),
      spread: map(readString(component, "schedulingPolicy", "podAntiAffinity"), (type) => type === "Required"),
      synchronous: ABSENT,
    },
    dropsWal: known(false),
  });
}

function ownBackup(resource: PolicyResource, view: StackView): Backup[] {
  const { props } = resource;
  const at = (key: string) => readString(props, "spec", "backup", key);
  const enabled = readBoolean(props, "spec", "backup", "enabled");
  if (isNo(enabled)) return [];
  const server = kubernetesServer(resource);
  const expression = at("cronExpression");
  const method = at("method");
  return [
    foreignBackup(resource, "Cluster", [], view, {
      what: "the backups of a KubeBlocks Cluster",
      id: `${serverText(server)} (Cluster ${resource.name})`,
      server,
      database: known("*"),
      databaseUrns: [resource.urn],
      method: method.state === "known" && /snapshot/.test(method.value) ? "snapshot" : "physical",
      certain: enabled.state === "known",
      schedules: expression.state === "absent" ? [] : [{ expression, fields: "cronjob", timeZone: ABSENT }],
      continuous: orElse(readBoolean(props, "spec", "backup", "pitrEnabled"), known(false)),
      // The CRD's default.
      retention: { count: ABSENT, seconds: seconds(orElse(at("retentionPeriod"), known("7d"))), elsewhere: false },
      stores: [elsewhereStore("the BackupRepo")],
    }),
  ];
}

const UNITS: Record<string, number> = { y: 365 * 86_400, mo: 30 * 86_400, w: 7 * 86_400, d: 86_400, h: 3600, m: 60 };

/** `7d`, `1mo`, `12h`, and several of them in a row. */
function seconds(period: Reading<string>): Reading<number> {
  return map(period, (text) => {
    const parts = [...text.matchAll(/(\d{1,6})(mo|[ywdhm])/g)];
    if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) return undefined;
    return parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
  });
}
