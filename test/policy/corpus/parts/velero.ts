import { custom } from "./custom";

/** Velero's Schedule `velero/<name>`: each night, kept for a month, in a bucket of its default location. */
export function schedule(name: string, template: object) {
  custom("velero.io/v1/BackupStorageLocation", "velero/far-away", {
    provider: "aws",
    default: true,
    objectStorage: { bucket: "acme-velero" },
    config: { region: "eu-central-1" },
  });
  return custom("velero.io/v1/Schedule", `velero/${name}`, {
    schedule: "0 1 * * *",
    template: { ttl: "720h0m0s", storageLocation: "far-away", ...template },
  });
}
