/** What other parts of the repository use of the lab. */
export { inLab, labEnv } from "./cluster/env";
export { type KubectlTarget, kubectl, labCluster, tryKubectl } from "./cluster/kubectl";
export { LabError } from "./errors";
export { importAgentImage } from "./images/images";
export { type ImageRefs, readImages } from "./images/import";
export { type LabStatus, labClean, labDown, labImages, labStatus, labTools, labUp } from "./lab";
export { ensurePackages } from "./packages";
export * as labPaths from "./paths";
export { applyPlatform, type PlatformImages } from "./platform/platform";
export { clusterIp, readS3Access, type S3Access, type S3Credentials } from "./platform/s3";
export { zabbixSql } from "./sample/zabbix";
