import { CNPG_POSTGRES } from "./images";

/** A cluster with its store and its schedule, as one would keep them in a file. */
export const MANIFESTS = `
apiVersion: barmancloud.cnpg.io/v1
kind: ObjectStore
metadata: { name: orders-store, namespace: shop }
spec:
  retentionPolicy: 30d
  configuration:
    destinationPath: s3://acme-postgres-backups/orders
    endpointURL: https://s3.eu-central-003.backblazeb2.com
    s3Credentials:
      accessKeyId: { name: backup-store, key: id }
      secretAccessKey: { name: backup-store, key: secret }
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: orders, namespace: shop }
spec:
  instances: 3
  imageName: ${CNPG_POSTGRES}
  storage: { size: 40Gi }
  plugins:
    - name: barman-cloud.cloudnative-pg.io
      isWALArchiver: true
      parameters: { barmanObjectName: orders-store }
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: { name: orders-nightly, namespace: shop }
spec:
  schedule: "0 30 2 * * *"
  cluster: { name: orders }
  method: plugin
  pluginConfiguration: { name: barman-cloud.cloudnative-pg.io }
`;
