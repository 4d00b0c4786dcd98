import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, firstSaid, known, map, orElse, type Reading, readBoolean, readString, unknown } from "../../known";
import { endpointLocation } from "../../stack/endpoint";
import type { Backup, Store } from "../../stack/facts";
import { kubernetesServer, type StackView, serverText } from "../../stack/view";
import { objectStore, unknownStore } from "../shared/backup-stores";
import { keptInBucket } from "../shared/bucket-retention";
import { foreignBackup, type Said } from "../shared/foreign-backup";
import { type OperatorSettings, operatorSettings, setting } from "./operator";
import { type Environment, environmentOf, type Variable } from "./spilo-environment";

/**
 * Backups of a Zalando `postgresql`: base backups with WAL, which Spilo takes when its environment says where to, and
 * dumps by a CronJob, when the cluster asks for them. Both have the cluster's URN.
 */
export function zalandoBackups(resource: PolicyResource, view: StackView): Backup[] {
  const operator = operatorSettings(view);
  const physical = walBackup(resource, operator, view);
  // An operator that is elsewhere may archive WAL or not. A guess proves nothing: then the database has no such backup.
  const guessed = operator === undefined && physical?.continuous.state === "unknown";
  const logical = logicalBackup(resource, operator, view);
  return [guessed ? undefined : physical, logical].filter((backup) => backup !== undefined);
}

function zalandoBackup(resource: PolicyResource, view: StackView, kind: string, said: Said): Backup {
  const server = kubernetesServer(resource);
  return foreignBackup(resource, "postgresql", [], view, {
    id: `${serverText(server)} (${kind} of postgresql ${resource.name})`,
    server,
    database: known("*"),
    databaseUrns: [resource.urn],
    ...said,
  });
}

/** Variables that switch the WAL archive on (zalando/spilo, ENVIRONMENT.rst), and the kind of store that each means. */
const PLACES: Record<string, Store["kind"]> = {
  WAL_S3_BUCKET: "s3",
  WALE_S3_PREFIX: "s3",
  WALG_S3_PREFIX: "s3",
  WAL_GS_BUCKET: "gcs",
  WALE_GS_PREFIX: "gcs",
  WALG_GS_PREFIX: "gcs",
  WALG_AZ_PREFIX: "azure",
  WALG_SSH_PREFIX: "other",
  WAL_SWIFT_BUCKET: "other",
  WALE_SWIFT_PREFIX: "other",
};
const isEmpty = (reading: Reading<string>) => reading.state === "known" && reading.value === "";

function walBackup(
  resource: PolicyResource,
  operator: OperatorSettings | undefined,
  view: StackView,
): Backup | undefined {
  const environment = environmentOf(resource, operator, view);
  const place = environment.variables.find(({ name, value }) => name in PLACES && !isEmpty(value));
  const { doubt } = environment;
  if (!place && doubt === undefined) return undefined;
  const stores = place ? [walStore(place, environment, view)] : [unknownStore(doubt ?? "")];
  const schedule = variableValue("BACKUP_SCHEDULE", environment);
  // The default differs from image to image: 2, then 5.
  const count = map(variableValue("BACKUP_NUM_TO_RETAIN", environment), digits);
  return zalandoBackup(resource, view, "WAL archive", {
    what: "the WAL archive of a Zalando postgresql",
    method: "physical",
    certain: place !== undefined && place.value.state !== "unknown",
    // The default of Spilo, whose cron runs in the pod.
    schedules: [{ expression: orElse(schedule, known("00 01 * * *")), fields: 5, timeZone: ABSENT }],
    continuous: place ? known(true) : unknown(doubt ?? ""),
    retention: { count, seconds: ABSENT, elsewhere: false },
    stores,
    plainText: environment.plainText,
  });
}

/** A variable's value. It is unknown where the variable comes from a Secret, and where there may be more than is seen. */
function variableValue(name: string, { variables, doubt }: Environment): Reading<string> {
  const found = variables.find((variable) => variable.name === name);
  if (found) return orElse(found.value, unknown(`the value of ${name}`));
  return doubt === undefined ? ABSENT : unknown(doubt);
}

const digits = (text: string) => (/^\d+$/.test(text) ? Number(text) : undefined);

function walStore(place: Variable, environment: Environment, view: StackView): Store {
  const kind = PLACES[place.name] ?? "other";
  const value = orElse(place.value, unknown(`the value of ${place.name}`));
  // A bucket's name, or an address that begins with it.
  const bucket = map(value, (text) => text.replace(/^\w+:\/\//, "").split("/")[0]);
  const keys = environment.variables.some(({ name }) => /^WALG_(LIBSODIUM|PGP)_KEY(_PATH)?$/.test(name));
  return objectStore(
    {
      kind,
      bucket: kind === "s3" || kind === "gcs" ? bucket : ABSENT,
      location: locationOf(place.name, value, environment),
      encrypted: keys ? known(true) : ABSENT,
    },
    place.from,
    place.property,
    view,
  );
}

function locationOf(name: string, value: Reading<string>, environment: Environment): Store["location"] {
  if (/_SSH_/.test(name)) return endpointLocation(value);
  if (/SWIFT/.test(name)) return endpointLocation(variableValue("SWIFT_AUTHURL", environment));
  if (PLACES[name] !== "s3") return known("outside");
  const given = ["WALE_S3_ENDPOINT", "AWS_ENDPOINT"].map((variable) => variableValue(variable, environment));
  return endpointLocation(firstSaid(given));
}

/** A dump of the whole server by a CronJob that the operator makes (docs/administrator.md, "Logical backups"). */
function logicalBackup(
  resource: PolicyResource,
  operator: OperatorSettings | undefined,
  view: StackView,
): Backup | undefined {
  const { props } = resource;
  const enabled = readBoolean(props, "spec", "enableLogicalBackup");
  if (enabled.state === "absent" || (enabled.state === "known" && !enabled.value)) return undefined;
  const ofOperator = (key: string) => (operator ? setting(operator, "logical_backup", key) : ABSENT);
  const schedule = orElse(readString(props, "spec", "logicalBackupSchedule"), ofOperator("logical_backup_schedule"));
  const kept = orElse(
    readString(props, "spec", "logicalBackupRetention"),
    ofOperator("logical_backup_s3_retention_time"),
  );
  const stores = [operator ? dumpStore(operator, view) : unknownStore(SETTINGS)];
  const elsewhere = operator === undefined && kept.state === "absent";
  return zalandoBackup(resource, view, "logical backup", {
    what: "the logical backup of a Zalando postgresql",
    method: "logical",
    certain: enabled.state === "known",
    // The operator's default; it takes five fields and no macros.
    schedules: [{ expression: orElse(schedule, known("30 00 * * *")), fields: 5, timeZone: ABSENT }],
    retention: keptInBucket({ count: ABSENT, seconds: map(kept, secondsOf), elsewhere }, stores, view),
    stores,
    images: operator ? [{ path: "logical_backup_docker_image", image: ofOperator("logical_backup_docker_image") }] : [],
    plainText: DUMP_SECRETS.filter((key) => ofOperator(key).state !== "absent").map((path) => ({ path })),
  });
}

const SETTINGS = "the operator's settings, which this stack does not declare";
const DUMP_SECRETS = ["logical_backup_s3_secret_access_key", "logical_backup_azure_storage_account_key"];
const DUMP_KINDS: Record<string, Store["kind"]> = { s3: "s3", gcs: "gcs", az: "azure" };

function dumpStore(operator: OperatorSettings, view: StackView): Store {
  const of = (key: string) => setting(operator, "logical_backup", key);
  // `s3` by default. The dumps of GCS go by the same bucket's setting, those of Azure by a container's.
  const provider = orElse(of("logical_backup_provider"), known("s3"));
  if (provider.state !== "known") return unknownStore("logical_backup_provider");
  const kind = DUMP_KINDS[provider.value] ?? "other";
  const location = kind === "s3" ? endpointLocation(of("logical_backup_s3_endpoint")) : known("outside" as const);
  const bucket = kind === "azure" ? ABSENT : of("logical_backup_s3_bucket");
  const encrypted = kind === "s3" ? map(of("logical_backup_s3_sse"), () => true) : ABSENT;
  return objectStore({ kind, bucket, location, encrypted }, operator.resource, operator.property, view);
}

/** What `date` takes, as the job's script hands it on: `3 days`, `2 weeks`; months and years at their shortest. */
function secondsOf(text: string): number | undefined {
  const match = /^(\d+)\s*(day|week|month|year)s?$/i.exec(text.trim());
  const days = { day: 1, week: 7, month: 28, year: 365 }[match?.[2]?.toLowerCase() ?? ""];
  return match && days ? Number(match[1]) * days * 86_400 : undefined;
}
