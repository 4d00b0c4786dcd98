import assert from "node:assert/strict";
import {
  BackupCopy,
  BackupRetention,
  LogicalBackup,
  RestorablePostgres,
  RestoreDrill,
  S3CompatibleBackupStorage,
} from "../../../components";
import { type Program, refusal, run } from "./declare";
import { backup, copy, drill, restorable, retention, storage } from "./examples";
import { restrictedProblems } from "./pod-security";

// biome-ignore lint/suspicious/noExplicitAny: pods' specs as sent to Kubernetes.
type Pod = any;

/** The pods that a program declares, by the resource that makes them. */
function podsOf(program: Program): [string, Pod][] {
  return program.list().flatMap((id): [string, Pod][] => {
    const [type = "", name = ""] = id.split(" ");
    const spec = program.get(type, name).inputs.spec;
    const template =
      spec?.jobTemplate?.spec?.template ?? (spec?.template?.spec?.containers ? spec.template : undefined);
    return template ? [[id, template.spec]] : [];
  });
}

const containersOf = (pod: Pod): Pod[] => [...(pod.initContainers ?? []), ...pod.containers];
const users = (pod: Pod) =>
  [pod.securityContext, ...containersOf(pod).map(({ securityContext }) => securityContext)].flatMap((context) =>
    ["runAsUser", "runAsGroup", "fsGroup"].flatMap((field) => (field in context ? [context[field]] : [])),
  );

const components: [string, (pods?: object) => unknown][] = [
  ["LogicalBackup", (pods) => new LogicalBackup("x", backup({ pods }))],
  ["BackupCopy", (pods) => new BackupCopy("x", copy({ pods }))],
  ["BackupRetention", (pods) => new BackupRetention("x", retention({ pods }))],
  ["RestoreDrill", (pods) => new RestoreDrill("x", drill({ pods }))],
  [
    "S3CompatibleBackupStorage",
    (pods) => new S3CompatibleBackupStorage("x", storage({ pods, agentImage: backup().restorePath.agentImage })),
  ],
  ["RestorablePostgres", (pods) => new RestorablePostgres("x", restorable({ pods }))],
];

describe("pods as a platform asks for them", () => {
  for (const [name, declare] of components) {
    it(`${name}: leave their users to it, and meet the Pod Security Standard "restricted" all the same`, async () => {
      const pods = podsOf(await run(() => declare({ userIds: "platform" })));
      assert.ok(pods.length > 0);
      for (const [what, pod] of pods) {
        assert.deepEqual(users(pod), [], what);
        assert.deepEqual(restrictedProblems(pod), [], what);
      }
      for (const [what, pod] of podsOf(await run(() => declare()))) assert.ok(users(pod).length > 0, what);
    });

    it(`${name}: have a CPU limit in every container, never below what it requests`, async () => {
      for (const [what, pod] of podsOf(await run(() => declare({ cpuLimit: "200m" }))))
        for (const { name: container, resources } of containersOf(pod)) {
          assert.ok(resources.limits.memory && resources.requests.cpu, `${what} ${container}`);
          const wants = ["250m", "500m"].includes(resources.requests.cpu) ? resources.requests.cpu : "200m";
          assert.equal(resources.limits.cpu, wants, `${what} ${container}`);
        }
      for (const [what, pod] of podsOf(await run(() => declare())))
        for (const { resources } of containersOf(pod)) assert.equal(resources.limits.cpu, undefined, what);
    });
  }

  it("are refused what is no such thing", async () => {
    const refused = (pods: object) => refusal(() => new RestoreDrill("x", drill({ pods })));
    assert.match(await refused({ userIds: "1000" }), /pods\.userIds: /);
    assert.match(await refused({ cpuLimit: "much" }), /pods\.cpuLimit: must be cores or millicores/);
    assert.match(await refused({ runAsUser: 5 }), /pods\.runAsUser: no such setting/);
  });

  it("cannot share a volume: each namespace's user would be another there", async () => {
    const pods = { userIds: "platform" };
    const nfs = { kind: "nfs", claim: "backups" };
    assert.match(
      await refusal(() => new LogicalBackup("x", backup({ pods, storage: nfs }))),
      /pods\.userIds: is "platform", and the storage is a volume.*use a bucket/,
    );
    assert.match(
      await refusal(() => new RestoreDrill("x", drill({ pods, reader: nfs }))),
      /pods\.userIds: is "platform"/,
    );
    await run(() => new LogicalBackup("x", backup({ pods: { cpuLimit: "1" }, storage: nfs })));
  });

  it("give the temporary server's user a name, which initdb asks for, before it starts", async () => {
    const program = await run(() => new RestoreDrill("x", drill({ pods: { userIds: "platform" } })));
    const [[, pod]] = podsOf(program).filter(([id]) => id.includes("CronJob")) as [[string, Pod]];
    const [first, server] = pod.initContainers;
    assert.deepEqual([first.name, first.restartPolicy, server.name], ["passwd", undefined, "server"]);
    assert.deepEqual(first.command, ["/bin/sh", "-c", first.command[2]]);
    assert.match(
      first.command[2],
      /^echo "postgres:x:\$\(id -u\):\$\(id -g\)::\/tmp:\/sbin\/nologin" > \/passwd\/passwd$/,
    );
    const mount = server.volumeMounts.find(({ name }: { name: string }) => name === "passwd");
    assert.deepEqual(mount, { name: "passwd", mountPath: "/etc/passwd", subPath: "passwd", readOnly: true });
    const others = pod.containers.flatMap(({ volumeMounts }: Pod) => volumeMounts.map(({ name }: Pod) => name));
    assert.ok(!others.includes("passwd"));
  });
});
