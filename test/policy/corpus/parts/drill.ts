import type * as pulumi from "@pulumi/pulumi";
import { ExternalRestoreDrill } from "../../../../components";
import type { ChecklistPoint } from "../../../../model/checklist";
import { parseDuration } from "../../../../model/duration";
import { type ExternalRestorePathInputs, externalRestorePath } from "../../../../model/external-restore-path";
import type { Differences, Help } from "./stack";

/** The drill of `shop/orders`, made by another tool each night. */
export interface DrillArgs {
  /** The backups or databases that it restores. */
  covers: { urn: pulumi.Input<string> }[];
  /** `namespace/cluster`. @default "shop/orders" */
  of?: `${string}/${string}`;
  path: ExternalRestorePathInputs;
  /** @default every point */
  checklist?: ChecklistPoint[];
  /** @default "2h" */
  rto?: string;
  /** @default "26h" */
  rpo?: string;
  /** How its evidence differs from that of a drill that passed an hour ago; `none`: there is none. */
  evidence?: Differences | "none";
}

/** An ExternalRestoreDrill with signed evidence. */
export function drilled(help: Help, name: string, args: DrillArgs): ExternalRestoreDrill {
  const { covers, of = "shop/orders", path, checklist, rto = "2h", rpo = "26h", evidence = {} } = args;
  const [namespace = "", cluster = ""] = of.split("/");
  const target = { namespace, cluster, database: "*" };
  const { path: restorePath } = externalRestorePath({ ...path, checklist });
  const objectives = { rpoSeconds: parseDuration(rpo), rtoSeconds: parseDuration(rto) };
  return new ExternalRestoreDrill(name, {
    environment: help.environment,
    covers: covers.map(({ urn }) => urn),
    target,
    restorePath: path,
    checklist,
    triggers: { schedule: "0 5 * * *" },
    objectives: { rpo, rto },
    evidence: evidence === "none" ? [] : [help.evidence({ target, restorePath, objectives }, evidence)],
  });
}
