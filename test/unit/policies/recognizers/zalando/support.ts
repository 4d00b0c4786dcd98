import type { PolicyResource } from "@pulumi/policy";
import { zalando } from "../../../../../policies/recognizers/zalando/zalando";
import type { Bucket } from "../../../../../policies/stack/facts";
import { custom, factsOf, only } from "../support/operators";

/** Zalando's resources, and what its recognizer makes of them. */

export const ELSEWHERE = "the operator's settings, which this stack does not declare";

export const cluster = (spec: object = {}, more: Parameters<typeof custom>[3] = {}, name = "orders") =>
  custom("acid.zalan.do/v1:postgresql", name, { teamId: "shop", numberOfInstances: 3, ...spec }, more);
export const operator = (configuration: unknown, from: PolicyResource[] = []) =>
  custom("acid.zalan.do/v1:OperatorConfiguration", "operator", undefined, { configuration, from });
export const configMap = (name: string, data: unknown, namespace = "operators") =>
  custom("core/v1:ConfigMap", name, undefined, { metadata: { namespace }, data });

export const databaseOf = (...resources: PolicyResource[]) => only(factsOf(zalando, resources).databases);
export const backupsOf = (resources: PolicyResource[], buckets: Bucket[] = []) =>
  factsOf(zalando, resources, buckets).backups;
export const backupOf = (resources: PolicyResource[], buckets: Bucket[] = []) => only(backupsOf(resources, buckets));
export const storeOf = (resources: PolicyResource[], buckets: Bucket[] = []) =>
  only(backupOf(resources, buckets).stores);
