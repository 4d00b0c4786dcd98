import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, type Reading } from "../../known";
import type { Backup, Database, ServerId } from "../../stack/facts";
import { type StackView, serverText } from "../../stack/view";

/** What clouds' database services have in common: they run the server, and back it up where it runs. */
export interface Service {
  product: string;
  what: string;
  /** In place of a Kubernetes namespace. */
  cloud: string;
  name: Reading<string>;
}

export function serverOf({ cloud, name }: Service): ServerId {
  return { namespace: known(cloud), name };
}

type Said = Pick<Database, "availability" | "deletionProtection">;

export function serviceDatabase(resource: PolicyResource, view: StackView, service: Service, said: Said): Database {
  return {
    urn: resource.urn,
    name: resource.name,
    what: service.what,
    origin: view.origin(resource),
    id: serverOf(service),
    product: service.product,
    // Neither service takes a snapshot of its own accord when it goes.
    finalSnapshot: ABSENT,
    protect: resource.opts.protect,
    dropsWal: known(false),
    images: [],
    plainText: [],
    ...said,
  };
}

/** Encrypted, and kept by the service outside the server, in its region at least. */
export function serviceBackup(
  resource: PolicyResource,
  view: StackView,
  service: Service,
  said: Pick<Backup, "certain" | "continuous" | "retention">,
): Backup {
  const { urn, name } = resource;
  const server = serverOf(service);
  return {
    urn,
    name,
    what: `the automated backups of ${service.what}`,
    origin: view.origin(resource),
    id: `${serverText(server)} (automated backups${service.name.state === "known" ? "" : ` of ${name}`})`,
    server,
    database: known("*"),
    databaseUrns: [urn],
    method: "managed",
    schedules: [{ expression: known("rate(1 day)"), fields: "aws", timeZone: known("UTC") }],
    deadlineSeconds: ABSENT,
    stores: [{ kind: "other", location: known("outside"), bucket: ABSENT, bucketUrns: [], encrypted: known(true) }],
    images: [],
    plainText: [],
    ...said,
  };
}
