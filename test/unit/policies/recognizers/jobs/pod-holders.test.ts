import assert from "node:assert/strict";
import { known } from "../../../../../policies/known";
import { indexStack } from "../../../../../policies/stack/index-stack";
import { type resource, UNKNOWN_STRING } from "../../stack";
import { custom } from "../support/operators";

const dump = { name: "main", image: "postgres:17", command: ["sh", "-c", "pg_dump -Fc app > /b/x"] };
const loop = { ...dump, command: ["sh", "-c", "while true; do pg_dump app > /b/x; sleep 86400; done"] };
const template = (container: unknown) => ({ template: { spec: { containers: [container] } } });
const found = (...resources: ReturnType<typeof resource>[]) => indexStack(resources).backups;
const only = (...resources: ReturnType<typeof resource>[]) => {
  const [one, ...more] = found(...resources);
  assert.ok(one && more.length === 0, `${more.length + (one ? 1 : 0)} backups`);
  return one;
};

describe("whatever runs pods", () => {
  const services: [string, string, string][] = [
    ["apps/v1:Deployment", "Deployment", "a Deployment"],
    ["apps/v1:StatefulSet", "StatefulSet", "a StatefulSet"],
    ["apps/v1:DaemonSet", "DaemonSet", "a DaemonSet"],
    ["apps/v1:ReplicaSet", "ReplicaSet", "a ReplicaSet"],
    ["core/v1:ReplicationController", "ReplicationController", "a ReplicationController"],
    ["serving.knative.dev/v1:Service", "Service", "a Knative Service"],
    ["apps.openshift.io/v1:DeploymentConfig", "DeploymentConfig", "a DeploymentConfig"],
    ["argoproj.io/v1alpha1:Rollout", "Rollout", "an Argo Rollout"],
    ["apps.kruise.io/v1alpha1:CloneSet", "CloneSet", "an OpenKruise workload"],
  ];
  for (const [token, kind, what] of services)
    it(`takes backups as ${what}, and may be a server`, () => {
      const backup = only(custom(token, "dumps", template(loop)));
      assert.deepEqual([backup.what, backup.id], [`${what} that runs pg_dump`, `app/dumps (${kind} dumps)`]);
      const { databases, backups } = indexStack([custom(token, "pg", template({ image: "postgres:17" }))]);
      assert.deepEqual([databases.map((one) => one.what), backups], [[`${what} that runs PostgreSQL`], []]);
    });

  it("takes backups as a bare Pod: once, or again and again", () => {
    for (const restartPolicy of ["Never", "OnFailure", "Always", undefined]) {
      const pod = custom("core/v1:Pod", "dumps", { restartPolicy, containers: [loop] });
      assert.equal(only(pod).what, "a Pod that runs pg_dump");
    }
    const server = custom("core/v1:Pod", "pg", { containers: [{ image: "postgres:17" }] });
    assert.equal(indexStack([server]).databases.length, 1);
    // A pod of a test starts a server, and ends.
    const test = custom("core/v1:Pod", "pg", { restartPolicy: "Never", containers: [{ image: "postgres:17" }] });
    assert.equal(indexStack([test]).databases.length, 0);
  });

  it("takes none while it has no replicas, and may while nobody knows how many", () => {
    const scaled = (replicas: unknown) => only(custom("apps/v1:Deployment", "dumps", { replicas, ...template(loop) }));
    assert.deepEqual([scaled(0).doesNotCount, scaled(0).schedules], ["it has no replicas", []]);
    assert.equal(scaled(1).doesNotCount, undefined);
    assert.equal(scaled(UNKNOWN_STRING).certain, false);
  });

  it("takes backups as an Argo CronWorkflow: in a container, a script, or a set of them, by its schedules", () => {
    const workflow = (one: object, more: object = {}) =>
      custom("argoproj.io/v1alpha1:CronWorkflow", "nightly", {
        schedule: "0 2 * * *",
        timezone: "Europe/Zurich",
        workflowSpec: { templates: [{ name: "other", container: { image: "alpine:3", command: ["true"] } }, one] },
        ...more,
      });
    for (const one of [
      { container: dump },
      { script: { image: "postgres:17", command: ["bash"], source: "pg_dump app > /b/x\n" } },
      { containerSet: { containers: [dump] } },
    ]) {
      const backup = only(workflow(one));
      assert.deepEqual([backup.what, backup.certain], ["an Argo CronWorkflow that runs pg_dump", true]);
      const at = { expression: known("0 2 * * *"), fields: "any", timeZone: known("Europe/Zurich") };
      assert.deepEqual(backup.schedules, [at]);
    }
    const several = only(
      workflow({ container: dump }, { schedule: undefined, schedules: ["0 2 * * *", "0 14 * * *"] }),
    );
    assert.equal(several.schedules.length, 2);
    assert.equal(only(workflow({ container: dump }, { suspend: true })).doesNotCount, "it is suspended");
    const python = { script: { image: "python:3", command: ["python3"], source: "run(['pg_dump'])" } };
    assert.equal(only(workflow(python)).certain, false);
    assert.deepEqual(found(workflow({ script: { image: "python:3", command: ["python3"], source: "print(1)" } })), []);
    assert.equal(only(workflow({ script: { image: "postgres:17", source: UNKNOWN_STRING } })).certain, false);
  });

  it("takes backups as a WorkflowTemplate, when a CronWorkflow runs it", () => {
    const shared = custom("argoproj.io/v1alpha1:WorkflowTemplate", "dump", { templates: [{ container: dump }] });
    const cron = custom("argoproj.io/v1alpha1:CronWorkflow", "nightly", {
      schedule: "0 2 * * *",
      workflowSpec: { workflowTemplateRef: { name: "dump" } },
    });
    assert.deepEqual(
      only(shared, cron).schedules.map(({ expression }) => expression),
      [known("0 2 * * *")],
    );
    assert.deepEqual(only(shared).schedules, []);
  });

  it("takes backups in the steps of Tekton's tasks, wherever they stand", () => {
    const steps = [{ name: "dump", image: "postgres:17", script: "#!/usr/bin/env bash\npg_dump app > /b/x\n" }];
    const shapes: [string, object][] = [
      ["tekton.dev/v1:Task", { steps }],
      ["tekton.dev/v1:TaskRun", { taskSpec: { steps } }],
      ["tekton.dev/v1:Pipeline", { tasks: [{ name: "d", taskSpec: { steps } }] }],
      ["tekton.dev/v1:PipelineRun", { pipelineSpec: { tasks: [{ taskSpec: { steps } }] } }],
      [
        "triggers.tekton.dev/v1beta1:TriggerTemplate",
        { resourcetemplates: [{ kind: "TaskRun", spec: { taskSpec: { steps } } }] },
      ],
    ];
    for (const [token, spec] of shapes)
      assert.match(only(custom(token, "dump", spec)).what, /^a Tekton \w+ that runs pg_dump$/);
    const argv = [{ image: "postgres:17", command: ["pg_dump"], args: ["app"] }];
    assert.equal(only(custom("tekton.dev/v1:Task", "dump", { steps: argv })).certain, true);
    assert.deepEqual(
      found(custom("tekton.dev/v1:Task", "build", { steps: [{ image: "golang", script: "go build" }] })),
      [],
    );
  });
});

describe("what has the name of a backup, and takes none", () => {
  const service = (container: object) => found(custom("apps/v1:Deployment", "d", template(container)));

  it("is an operator, a plugin, or an exporter", () => {
    const barman = {
      image: "ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.7.0",
      args: ["operator", "--server-cert=/server/tls.crt", "--leader-elect"],
      env: [{ name: "SIDECAR_IMAGE", value: "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.7.0" }],
    };
    const others = [
      { image: "mirror.acme.test/barman-cloud:1", args: ["operator", "--leader-elect"] },
      { image: "acme/pgbackrest:2", args: ["--metrics-bind-address=:8080"] },
      {
        image: "percona/percona-postgresql-operator:2.7",
        env: [{ name: "RELATED_IMAGE", value: "crunchy-pgbackrest" }],
      },
      { image: "woblerr/pgbackrest_exporter:0.20" },
      { image: "pgbackrest/pgbackrest:2", args: ["pgbackrest", "server"] },
    ];
    for (const container of [barman, ...others]) assert.deepEqual(service(container), [], container.image);
  });

  it("is a server of PostgreSQL with a script that is loaded once, whatever its comments say", () => {
    const volumes = [{ name: "init", configMap: { name: "init" } }];
    const server = { image: "postgres:17", volumeMounts: [{ name: "init", mountPath: "/docker-entrypoint-initdb.d" }] };
    const data = { "load.sql": "-- Dumped by pg_dump\nSELECT 1;\n", "load.sh": "pg_dump -h old app | psql\n" };
    const init = custom("core/v1:ConfigMap", "init", undefined, { data });
    const set = custom("apps/v1:StatefulSet", "pg", { template: { spec: { containers: [server], volumes } } });
    const { databases, backups } = indexStack([init, set]);
    assert.deepEqual([databases.length, backups], [1, []]);
  });
});

describe("an image that is made for backups", () => {
  const service = (container: object, volumes: object[] = []) =>
    found(custom("apps/v1:Deployment", "d", { template: { spec: { containers: [container], volumes } } }));

  it("is one of PostgreSQL by its variables, where it backs up whatever it is told to", () => {
    for (const image of ["tiredofit/db-backup", "huacnlee/gobackup", "ghcr.io/borgmatic-collective/borgmatic:2"]) {
      const told = service({ image, env: [{ name: "DB_TYPE", value: "pgsql" }] });
      assert.deepEqual(
        told.map(({ what, certain }) => [what, certain]),
        [["a Deployment that runs a backup image", true]],
      );
      assert.deepEqual(service({ image, env: [{ name: "DB_TYPE", value: "mysql" }] }), []);
    }
  });

  it("copies a database's files by the volume that it is given", () => {
    const mounted = { image: "offen/docker-volume-backup:v2", volumeMounts: [{ name: "v", mountPath: "/backup/v" }] };
    const of = (claimName: string) => service(mounted, [{ name: "v", persistentVolumeClaim: { claimName } }]);
    for (const claim of ["pgdata", "data-postgres-0", "postgres-data", "shop-pg-data"])
      assert.deepEqual(
        of(claim).map(({ what, method }) => [what, method]),
        [["a Deployment that copies a database's files", "volume"]],
        claim,
      );
    for (const claim of ["uploads", "pgdump", "postgres-backups", "postgres-config"])
      assert.deepEqual(of(claim), [], claim);
  });

  it("may be one of somebody's own, with a database's address", () => {
    const env = [{ name: "PGHOST", value: "orders-rw" }];
    assert.deepEqual(
      service({ image: "acme/orders-backup:7", env }).map(({ certain }) => certain),
      [false],
    );
    for (const container of [
      { image: "acme/orders-backup:7" },
      { image: "acme/backup-catalogue:7", env },
      { image: "acme/web:7", env },
    ])
      assert.deepEqual(service(container), []);
  });
});
