import assert from "node:assert/strict";
import { backupImage, isControllerImage, isServerImage } from "../../../../../policies/recognizers/shared/images";

describe("what an image is for, by its path", () => {
  const servers = [
    "postgres",
    "postgres:17.6-alpine",
    "docker.io/library/postgres@sha256:0",
    "registry.acme.test:5000/mirror/library/postgres:17",
    "registry.redhat.io/rhel9/postgresql-16:latest",
    "quay.io/sclorg/postgresql-16-c9s",
    "tensorchord/pgvecto-rs:pg16-v0.3.0",
    "tensorchord/vchord-postgres:pg17",
    "percona/percona-distribution-postgresql:17.5",
    "timescale/timescaledb-ha:pg17",
    "timescale/timescaledb:latest-pg17",
    "citusdata/citus:13",
    "paradedb/paradedb:latest",
    "pgvector/pgvector:pg17",
    "postgis/postgis:17-3.5",
    "bitnami/postgresql-repmgr:17",
    "zulip/zulip-postgresql:14",
    "ghcr.io/immich-app/postgres:14-vectorchord0.4.3",
    "registry.developers.crunchydata.com/crunchydata/crunchy-postgres:ubi9-17.6",
    "ghcr.io/zalando/spilo-17:4.0-p2",
    "ghcr.io/cloudnative-pg/postgresql:17.6",
  ];
  for (const image of servers)
    it(`is a server's: ${image}`, () => {
      assert.equal(isServerImage(image), true);
      assert.equal(backupImage(image), undefined);
    });

  const others = [
    "prometheuscommunity/postgres-exporter:v0.17",
    "bitnami/postgres-exporter",
    "pgbouncer/pgbouncer",
    "bitnami/pgpool:4",
    "postgrest/postgrest",
    "supabase/postgres-meta",
    "ghcr.io/zalando/postgres-operator:v1.14",
    "prodrigestivill/postgres-backup-local",
    "acme/postgres-client:17",
    "acme/postgresql-migrations:3",
    "dpage/pgadmin4",
    "mysql:9",
    "postgres.acme.test/shop/web:1",
  ];
  for (const image of others) it(`is none's: ${image}`, () => assert.equal(isServerImage(image), false));

  const backups = [
    "prodrigestivill/postgres-backup-local:17",
    "eeshugerman/postgres-backup-s3:16",
    "jkaninda/pg-bkup",
    "kartoza/pg-backup:16",
    "registry.opensource.zalan.do/acid/postgres-logical-backup",
    "ghcr.io/zalando/postgres-operator/logical-backup:v1.14",
    "databasus/databasus:v2",
    "rostislavdugin/postgresus",
    "eduardolat/pgbackweb",
    "pgbackrest/pgbackrest:2.58",
    "x/wal-g:3",
    "acme/pg_dump-s3:1",
    "acme/pgdump:1",
  ];
  for (const image of backups) it(`backs up PostgreSQL: ${image}`, () => assert.equal(backupImage(image), "postgres"));

  const generic = [
    "offen/docker-volume-backup:v2",
    "tiredofit/db-backup",
    "huacnlee/gobackup",
    "ghcr.io/borgmatic-collective/borgmatic",
    "registry.opensource.zalan.do/acid/logical-backup",
    "acme/orders-backup:7",
  ];
  for (const image of generic)
    it(`backs up whatever it is told to: ${image}`, () => assert.equal(backupImage(image), "any"));

  const none = [
    "ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.7",
    "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.7",
    "woblerr/pgbackrest_exporter:0.20",
    "gobackup/gobackup-operator:0.1",
    "acme/backup-monitor:1",
    "acme/backup-api",
    "backup.acme.test/shop/web",
    "postgres:17",
  ];
  for (const image of none) it(`backs up nothing: ${image}`, () => assert.equal(backupImage(image), undefined));

  it("is an operator's by its last word but one, and no server's", () => {
    assert.equal(isControllerImage("ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.7"), true);
    assert.equal(isControllerImage("postgres:17"), false);
  });
});
