import { custom } from "./custom";

/** K8up's Schedule `shop/<name>`: restic each night into a bucket far away, two weeks kept. */
export function schedule(name: string, backup: object = {}) {
  const key = (secret: string, name: string) => ({ name: secret, key: name });
  return custom("k8up.io/v1/Schedule", `shop/${name}`, {
    backend: {
      repoPasswordSecretRef: key("restic-repository", "password"),
      s3: {
        endpoint: "https://s3.eu-central-003.backblazeb2.com",
        bucket: "acme-k8up",
        accessKeyIDSecretRef: key("backup-store", "id"),
        secretAccessKeySecretRef: key("backup-store", "secret"),
      },
    },
    backup: { schedule: "0 3 * * *", failedJobsHistoryLimit: 3, successfulJobsHistoryLimit: 3, ...backup },
    check: { schedule: "0 5 * * 0" },
    prune: { schedule: "0 6 * * 0", retention: { keepLast: 14, keepDaily: 14 } },
  });
}
