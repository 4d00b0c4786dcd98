import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import { LogicalBackup, RestoreDrill } from "../../../components";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import { type DrillDescriptor, drillDescriptorSchema } from "../../../model/descriptor";
import { drillJobSchema } from "../../../model/job-config";
import { fingerprint } from "../../../model/restore-path";
import { plainPaths, type RunOptions, refusal, run, SIGNING_KEY } from "./declare";
import { backup, drill, PATH } from "./examples";
import { restrictedProblems } from "./pod-security";

const CRON_JOB = "kubernetes:batch/v1:CronJob";
const JOB = "kubernetes:batch/v1:Job";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";

const declare = (changes = {}, options: RunOptions = {}) =>
  run(() => new RestoreDrill("shop-drill", drill(changes)), options);
const refused = (changes: object, name = "shop-drill") => refusal(() => new RestoreDrill(name, drill(changes)));
const problem = (text: string) => `RestoreDrill "shop-drill" cannot be used as declared:\n  - ${text}`;
const podOf = async (changes = {}) =>
  (await declare(changes)).get(CRON_JOB, "shop-drill-schedule").inputs.spec.jobTemplate.spec.template.spec;
const descriptorOf = async (changes = {}, options: RunOptions = {}): Promise<DrillDescriptor> => {
  const { registered } = await declare(changes, { preview: true, ...options });
  return drillDescriptorSchema.parse(
    (registered["restorable:index:RestoreDrill shop-drill"] as { descriptor: unknown }).descriptor,
  );
};

interface Container {
  name: string;
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[];
}

/** Where a container has something, of which part of which volume, and whether only to read. */
function shown({ name, mountPath, subPath, readOnly }: Container["volumeMounts"][number]): string {
  return `${mountPath}${subPath ? ` of ${name}/${subPath}` : ""}${readOnly ? " (read-only)" : ""}`;
}

describe("RestoreDrill", () => {
  it("declares evidence, its rights, config, key, CronJob, the deployment's Job and what starts drills, and nothing else", async () => {
    assert.deepEqual((await declare()).list(), [
      "kubernetes:apps/v1:Deployment shop-drill-starter",
      `${CRON_JOB} shop-drill-schedule`,
      `${JOB} shop-drill-on-deployment`,
      `${CONFIG_MAP} shop-drill-config`,
      `${CONFIG_MAP} shop-drill-evidence`,
      `${CONFIG_MAP} shop-drill-requests`,
      "kubernetes:core/v1:Secret shop-drill-signing",
      "kubernetes:core/v1:ServiceAccount shop-drill",
      "kubernetes:core/v1:ServiceAccount shop-drill-starter",
      `${RBAC}:Role shop-drill-evidence`,
      `${RBAC}:Role shop-drill-requests`,
      `${RBAC}:Role shop-drill-starter`,
      `${RBAC}:RoleBinding shop-drill-evidence`,
      `${RBAC}:RoleBinding shop-drill-requests`,
      `${RBAC}:RoleBinding shop-drill-starter`,
      "restorable:index:RestoreDrill shop-drill",
    ]);
  });

  it("is a suspended template until it has a schedule of its own", async () => {
    const { spec } = (await declare()).get(CRON_JOB, "shop-drill-schedule").inputs;
    assert.equal(spec.suspend, true);
    assert.equal(spec.schedule, "0 0 1 1 *");
    assert.equal(spec.concurrencyPolicy, "Forbid");
    const weekly = (await declare({ triggers: { schedule: "30 3 * * 0", timeZone: "Europe/Zurich" } })).get(
      CRON_JOB,
      "shop-drill-schedule",
    );
    assert.equal(weekly.inputs.spec.suspend, false);
    assert.equal(weekly.inputs.spec.schedule, "30 3 * * 0");
    assert.equal(weekly.inputs.spec.timeZone, "Europe/Zurich");
  });

  it("runs the source's image as a native sidecar beside the agent, both as restricted as Pod Security knows", async () => {
    const pod = await podOf();
    assert.deepEqual(restrictedProblems(pod), []);
    const [server] = pod.initContainers;
    const [agent] = pod.containers;
    assert.equal(server.image, PATH.serverImage);
    assert.equal(server.restartPolicy, "Always");
    assert.deepEqual(server.command.slice(0, 2), ["/bin/sh", "-c"]);
    assert.equal(agent.image, PATH.agentImage);
    assert.deepEqual(agent.args, ["drill"]);
    assert.equal(pod.securityContext.runAsUser, 26);
    // Long enough to say in signed evidence that it was stopped.
    assert.equal(pod.terminationGracePeriodSeconds, 60);
  });

  it("gives each container what it needs, and none what another writes to", async () => {
    const command = { name: "own", command: ["/bin/check"] };
    const pod = await podOf({ restorePath: { ...PATH, applicationChecks: [command] } });
    assert.deepEqual(restrictedProblems(pod), []);
    assert.equal(pod.automountServiceAccountToken, false);
    const containers: Container[] = [...pod.initContainers, ...pod.containers];
    const mounts = Object.fromEntries(containers.map(({ name, volumeMounts }) => [name, volumeMounts.map(shown)]));
    assert.deepEqual(mounts, {
      server: [...["/drill/start (read-only)", "/drill/server", "/drill/data of drill/data"], ...["/tmp", "/dev/shm"]],
      commands: [...["/etc/restorable (read-only)", "/drill/server (read-only)", "/drill/commands", "/tmp"]],
      drill: [
        ...["/etc/restorable (read-only)", "/drill/start", "/drill/server (read-only)"],
        ...["/drill/artifacts of drill/artifacts", "/drill/signer (read-only)", "/drill/commands (read-only)"],
        ...["/var/run/restorable/storage (read-only)", "/tmp"],
      ],
      signer: [
        ...["/etc/restorable (read-only)", "/drill/signer", "/var/run/restorable/evidence (read-only)"],
        ...["/var/run/restorable/signing (read-only)", "/tmp"],
        "/var/run/secrets/kubernetes.io/serviceaccount (read-only)",
      ],
    });
  });

  it("runs the temporary server as another user than all who read what is secret", async () => {
    const pod = await podOf();
    const users = [...pod.initContainers, ...pod.containers].map(({ name, securityContext }) => [
      name,
      securityContext.runAsUser ?? pod.securityContext.runAsUser,
    ]);
    assert.deepEqual(users, [
      ["server", 65534],
      ["drill", 26],
      ["signer", 26],
    ]);
  });

  it("has the cloud's webhooks give no identity to the containers that run what others wrote", async () => {
    const { spec } = (await declare()).get(CRON_JOB, "shop-drill-schedule").inputs;
    const { annotations } = spec.jobTemplate.spec.template.metadata;
    assert.equal(annotations["eks.amazonaws.com/skip-containers"], "server,commands");
  });

  it("has a container for commands only where a check is one", async () => {
    const names = async (changes = {}) => (await podOf(changes)).initContainers.map(({ name }: Container) => name);
    assert.deepEqual(await names(), ["server"]);
  });

  it("mounts every volume it declares, and declares every one it mounts", async () => {
    const pod = await podOf();
    const mounted = [...pod.initContainers, ...pod.containers].flatMap((c) =>
      c.volumeMounts.map((m: { name: string }) => m.name),
    );
    assert.deepEqual([...new Set(mounted)].sort(), pod.volumes.map((v: { name: string }) => v.name).sort());
  });

  it("restores on the node's disk within a limit, or in a volume that lives as long as the drill", async () => {
    const volume = async (temporaryStorage?: object) =>
      (await podOf({ temporaryStorage })).volumes.find(({ name }: { name: string }) => name === "drill");
    assert.deepEqual(await volume(), { name: "drill", emptyDir: { sizeLimit: "10Gi" } });
    const { ephemeral } = await volume({ size: "40Gi", storageClass: "fast" });
    assert.deepEqual(ephemeral.volumeClaimTemplate.spec, {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "fast",
      resources: { requests: { storage: "40Gi" } },
    });
  });

  it("is never tried again until it passes by luck", async () => {
    const { spec } = (await declare()).get(JOB, "shop-drill-on-deployment").inputs;
    assert.equal(spec.backoffLimit, 0);
    assert.equal(spec.activeDeadlineSeconds, 3600);
  });

  it("may read and change its own evidence, see when its pod was made, and nothing else", async () => {
    const { inputs } = (await declare()).get(`${RBAC}:Role`, "shop-drill-evidence");
    assert.deepEqual(inputs.rules, [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["shop-drill-evidence"], verbs: ["get", "patch"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    ]);
  });

  it("measures the RTO as production would have it when it is told to, and says so to the agent and in no other way", async () => {
    const told = async (changes: object) =>
      JSON.parse((await declare(changes)).get(CONFIG_MAP, "shop-drill-config").inputs.data["config.json"]).durability;
    assert.deepEqual([await told({}), await told({ durability: "on" })], ["off", "on"]);
    // Evidence of the softer drill proves the same path.
    assert.equal((await descriptorOf({ durability: "on" })).fingerprint, (await descriptorOf()).fingerprint);
    assert.equal(
      await refused({ durability: "on", serverParameters: { fsync: "off", work_mem: "64MB" } }),
      problem('serverParameters: gives fsync, and so does durability: "on"; leave one of the two out'),
    );
  });

  it("is run again when its node is drained under it, and for nothing else", async () => {
    const { inputs } = (await declare()).get(CRON_JOB, "shop-drill-schedule");
    const { backoffLimit, podFailurePolicy, template } = inputs.spec.jobTemplate.spec;
    assert.equal(backoffLimit, 0);
    assert.deepEqual(podFailurePolicy, {
      rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
    });
    // What Kubernetes asks of a pod whose failures have a policy; and time enough to say that it was stopped.
    assert.deepEqual([template.spec.restartPolicy, template.spec.terminationGracePeriodSeconds], ["Never", 60]);
  });

  it("tells the agent how much its node's disk may hold for it, and leaves a volume to its own size", async () => {
    const told = async (temporaryStorage?: object) =>
      JSON.parse((await declare({ temporaryStorage })).get(CONFIG_MAP, "shop-drill-config").inputs.data["config.json"])
        .temporaryBytes;
    assert.equal(await told(), 10 * 2 ** 30);
    assert.equal(await told({ size: "50Gi" }), 50 * 2 ** 30);
    assert.equal(await told({ size: "50Gi", storageClass: "fast" }), undefined);
  });

  it("tells the signer its pod's name and the agent its node's address, and leaves both to Kubernetes", async () => {
    const { containers } = await podOf();
    const env = (container: string) =>
      Object.fromEntries(
        containers
          .find(({ name }: Container) => name === container)
          .env.map((v: { name: string; valueFrom?: { fieldRef: { fieldPath: string } } }) => [
            v.name,
            v.valueFrom?.fieldRef.fieldPath,
          ]),
      );
    assert.equal(env("drill").RESTORABLE_NODE_ADDRESS, "status.hostIP");
    assert.equal(env("signer").RESTORABLE_POD_NAME, "metadata.name");
  });

  it("tells the agent what the application sets in its sessions, and how to probe it, and refuses what is neither", async () => {
    const how = { applicationSettings: { "app.tenant_id": "7" }, probe: { read: "SELECT api.ping()" } };
    const text = (await declare(how)).get(CONFIG_MAP, "shop-drill-config").inputs.data["config.json"];
    const { applicationSettings, probe } = drillJobSchema.parse(JSON.parse(text));
    assert.deepEqual({ applicationSettings, probe }, how);
    await assert.rejects(
      declare({ applicationSettings: { work_mem: "1GB" } }),
      /setting of the application's own, with a dot/,
    );
    await assert.rejects(declare({ probe: {} }), /must have read, write or both/);
  });

  it("writes config that the agent reads, with the backup's own fingerprint", async () => {
    const program = await run(() => [
      new LogicalBackup("shop-backup", backup()),
      new RestoreDrill("shop-drill", drill()),
    ]);
    const config = drillJobSchema.parse(
      JSON.parse(program.get(CONFIG_MAP, "shop-drill-config").inputs.data["config.json"]),
    );
    const backedUp = JSON.parse(program.get(CONFIG_MAP, "shop-backup-config").inputs.data["config.json"]);
    assert.equal(config.fingerprint, backedUp.fingerprint);
    assert.deepEqual(config.restorePath, backedUp.restorePath);
    assert.equal(config.fingerprint, fingerprint(config.restorePath));
    assert.deepEqual(config.applicationChecks, PATH.applicationChecks);
    assert.deepEqual(config.evidenceConfigMap, { namespace: "shop-drill", name: "shop-drill-evidence" });
    assert.deepEqual(config.objectives, { rpoSeconds: 7200, rtoSeconds: 3600 });
  });

  describe("of two copies", () => {
    const offSite = { reader: { secret: "other-reader" }, prefix: "copy/", rpo: "6h" };

    it("reads the off-site copy with keys of its own, and nothing more", async () => {
      const pod = await podOf({ offSite });
      const volume = pod.volumes.find((v: { name: string }) => v.name === "off-site");
      assert.deepEqual(volume.secret, { secretName: "other-reader", defaultMode: 0o440 });
      const mount = pod.containers[0].volumeMounts.find((m: { name: string }) => m.name === "off-site");
      assert.deepEqual(mount, { name: "off-site", mountPath: "/var/run/restorable/off-site", readOnly: true });
      assert.deepEqual(restrictedProblems(pod), []);
      const nfs = await podOf({ offSite: { reader: { kind: "nfs", claim: "others" } } });
      const claim = nfs.volumes.find((v: { name: string }) => v.name === "off-site").persistentVolumeClaim;
      assert.deepEqual(claim, { claimName: "others", readOnly: true });
    });

    it("tells agent and policy pack of the copy's path, fingerprint and objective, and looks for its evidence", async () => {
      const program = await declare({ offSite });
      const config = drillJobSchema.parse(
        JSON.parse(program.get(CONFIG_MAP, "shop-drill-config").inputs.data["config.json"]),
      );
      assert.equal(config.offSite?.prefix, "copy/");
      assert.equal(config.offSite?.rpoSeconds, 21_600);
      assert.equal(config.offSite?.restorePath.storage.copy, "off-site");
      assert.equal(config.restorePath.storage.copy, "primary");
      const asked: string[] = [];
      const descriptor = await descriptorOf(
        { offSite },
        {
          evidence: async ({ offSiteFingerprint }) => {
            asked.push(offSiteFingerprint ?? "");
            return { evidence: [], evidenceProblems: [] };
          },
        },
      );
      assert.ok(descriptor.kind === "drill" && descriptor.offSite);
      const { fingerprint: named, rpoSeconds, restorePath } = descriptor.offSite;
      assert.deepEqual([named, rpoSeconds, fingerprint(restorePath)], [config.offSite?.fingerprint, 21_600, named]);
      assert.deepEqual(asked, [named]);
    });

    it("cannot read two buckets as two roles", () => {
      const reader = (name: string) => ({
        ...{ kind: "s3", bucket: name, region: "eu-central-1" },
        roleArn: `arn:aws:iam::123456789012:role/${name}`,
      });
      const two = { reader: reader("first"), offSite: { reader: reader("other") } };
      assert.match(refused(two), /offSite\.reader\.roleArn: is another role than reader\.roleArn/);
    });

    it("holds the copy to the drill's own objective unless it has another", async () => {
      const descriptor = await descriptorOf({ offSite: { reader: { secret: "other-reader" } } });
      assert.equal(descriptor.kind === "drill" && descriptor.offSite?.rpoSeconds, 7200);
    });
  });

  it("registers a descriptor that is plain and known at preview, with the evidence that was found", async () => {
    const asked: unknown[] = [];
    const descriptor = await descriptorOf(
      { promotedEvidence: ["evidence/develop.dsse.json"] },
      {
        evidence: async (location) => {
          asked.push(location);
          return { evidence: [{ source: "file x", envelope: "{}" }], evidenceProblems: ["ConfigMap a/b: forbidden"] };
        },
      },
    );
    assert.deepEqual(asked, [
      {
        namespace: "shop-drill",
        configMap: "shop-drill-evidence",
        fingerprint: descriptor.fingerprint,
        files: ["evidence/develop.dsse.json"],
        kubeContext: undefined,
      },
    ]);
    assert.deepEqual(descriptor.evidence, [{ source: "file x", envelope: "{}" }]);
    assert.deepEqual(descriptor.evidenceProblems, ["ConfigMap a/b: forbidden"]);
    assert.deepEqual(descriptor.triggers, { afterBackup: true, onDeployment: true });
    assert.deepEqual(descriptor.checklist, CHECKLIST_POINTS);
    assert.equal(descriptor.fingerprint, fingerprint(descriptor.restorePath));
  });

  it("keeps its fingerprint when times and sizes change, and changes it with an image or a check", async () => {
    const { fingerprint: first } = await descriptorOf();
    const same = {
      objectives: { rpo: "4h", rto: "2h" },
      jobs: 8,
      triggers: { schedule: "0 4 * * *" },
      environment: "production",
      signingKey: { existingSecret: "from-vault" },
    };
    assert.equal((await descriptorOf(same)).fingerprint, first);
    const agentImage = "registry.example.com/agent:0.2.0";
    assert.notEqual((await descriptorOf({ restorePath: { ...PATH, agentImage } })).fingerprint, first);
    const applicationChecks = [{ name: "there are orders", sql: "select true" }];
    assert.notEqual((await descriptorOf({ restorePath: { ...PATH, applicationChecks } })).fingerprint, first);
  });

  it("shows its signing key nowhere but in its Secret, as a secret", async () => {
    const program = await declare();
    const body = SIGNING_KEY.split("\n")[1] as string;
    for (const { name, raw } of program.resources) assert.deepEqual(plainPaths(raw, body), [], name);
    assert.deepEqual(plainPaths(program.registered, body), []);
    assert.equal(
      program.get("kubernetes:core/v1:Secret", "shop-drill-signing").inputs.stringData["private.pem"],
      SIGNING_KEY,
    );
  });

  it("uses a signing key that is there already", async () => {
    const program = await declare({ signingKey: { existingSecret: "from-vault" } });
    assert.ok(!program.list().some((line) => line.includes("Secret")));
    const { volumes } = program.get(CRON_JOB, "shop-drill-schedule").inputs.spec.jobTemplate.spec.template.spec;
    const { secret } = volumes.find((v: { name: string }) => v.name === "signing");
    assert.equal(secret.secretName, "from-vault");
  });

  describe("signs by", () => {
    const kms = { keyId: "arn:aws:kms:eu-central-1:111122223333:key/0f0f", region: "eu-central-1" };
    const configOf = async (changes: object) =>
      drillJobSchema.parse(
        JSON.parse((await declare(changes)).get(CONFIG_MAP, "shop-drill-config").inputs.data["config.json"]),
      );

    it("and by limits for rows that are gone, switched off only in so many words", async () => {
      assert.equal((await configOf({})).shrinkage, undefined);
      assert.deepEqual((await configOf({ shrinkage: { within: "2d" } })).shrinkage, {
        ...{ check: "on", leastPercent: 50, emptiedFrom: 1000, withinSeconds: 172_800 },
      });
      assert.deepEqual((await configOf({ shrinkage: { check: "off" } })).shrinkage, { check: "off" });
      await assert.rejects(declare({ shrinkage: { leastPercent: 101 } }), /leastPercent/);
    });

    it("a key of AWS KMS, of which there is nothing to mount", async () => {
      const program = await declare({ signingKey: { kms } });
      assert.ok(!program.list().some((line) => line.includes("Secret")));
      const { volumes } = program.get(CRON_JOB, "shop-drill-schedule").inputs.spec.jobTemplate.spec.template.spec;
      assert.ok(!volumes.some(({ name }: { name: string }) => name === "signing"));
      assert.deepEqual((await configOf({ signingKey: { kms } })).signing, { kind: "kms", ...kms });
    });

    it("what the descriptor says: a key in the program, in a Secret that is there, or in a KMS", async () => {
      const of = async (signingKey: object) => {
        const descriptor = await descriptorOf({ signingKey });
        return descriptor.kind === "drill" ? descriptor.signingKey : undefined;
      };
      assert.equal(await of({ privateKey: SIGNING_KEY }), "program");
      assert.equal(await of({ existingSecret: "from-vault" }), "secret");
      assert.equal(await of({ kms }), "kms");
      assert.deepEqual((await configOf({})).signing, { kind: "key" });
    });

    it("no key of the program in production, where its authors could sign what they like", () => {
      assert.equal(
        refused({ environment: "production" }),
        problem(
          "signingKey.privateKey: is in the program, so whoever may change or run the program can sign evidence; in " +
            "production name a Secret of the drills' namespace that somebody else fills (signingKey.existingSecret), " +
            "or a key of AWS KMS (signingKey.kms)",
        ),
      );
    });

    it("one key and not two", () => {
      assert.match(refused({ signingKey: { kms, existingSecret: "from-vault" } }), /signingKey: give one of/);
      assert.match(refused({ signingKey: {} }), /signingKey: give kms or privateKey, or existingSecret/);
    });
  });

  it("says in descriptor and config who declares it, and a platform's names the stack that it drills", async () => {
    const platform = { attestation: "platform", stack: "shop-staging" };
    const descriptor = await descriptorOf(platform);
    assert.ok(descriptor.kind === "drill");
    assert.deepEqual(
      [descriptor.attestation, descriptor.declares, descriptor.stack],
      ["platform", "jobs", "shop-staging"],
    );
    const { data } = (await declare(platform)).get(CONFIG_MAP, "shop-drill-config").inputs;
    const config = drillJobSchema.parse(JSON.parse(data["config.json"]));
    assert.deepEqual([config.attestation, config.stack, config.deadlineSeconds], ["platform", "shop-staging", 3600]);
    const own = await descriptorOf();
    assert.equal(own.kind === "drill" && own.attestation, "self");
    assert.match(refused({ attestation: "platform", stack: undefined }), /stack: is missing: evidence of a platform's/);
  });

  it("refuses to drill beside the source", () => {
    assert.equal(
      refused({ drillNamespace: "shop" }),
      problem(
        'drillNamespace: "shop" is the namespace of the source database; a drill is cut off from its source by its own namespace: name another, such as "shop-drill"',
      ),
    );
  });

  it("refuses a drill that would never run", () => {
    assert.equal(
      refused({ triggers: { afterBackup: false, onDeployment: false }, requestedBy: undefined }),
      problem(
        'triggers: the drill would never run: declare afterBackup: true, onDeployment: true, or a schedule, such as "0 4 * * 0"',
      ),
    );
  });

  it("refuses six cron fields", () => {
    assert.equal(
      refused({ triggers: { schedule: "0 30 3 * * 0" } }),
      problem(
        'triggers.schedule: "0 30 3 * * 0" has 6 fields; a CronJob takes five fields (minute hour day month weekday): "0 2 * * *" (daily at 02:00)',
      ),
    );
  });

  it("refuses a signing key of another kind, and text that is none, without repeating it", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    const how = "make one with: openssl genpkey -algorithm ed25519";
    assert.equal(
      refused({ signingKey: { privateKey: rsa } }),
      problem(`signingKey.privateKey: is a key of type rsa; evidence is signed with ed25519: ${how}`),
    );
    assert.equal(
      refused({ signingKey: { privateKey: "hunter2" } }),
      problem(`signingKey.privateKey: is not a private key in PEM (PKCS #8, not encrypted): ${how}`),
    );
  });

  it("refuses a check that says neither SQL nor command, and an objective that is no duration", () => {
    assert.equal(
      refused({
        objectives: { rpo: "2h", rto: "0h" },
        restorePath: { ...PATH, applicationChecks: [{ name: "works" }] },
      }),
      problem(
        "restorePath.applicationChecks.0: give either sql or command\n" +
          '  - objectives.rto: "0h" is not a duration: write a whole number and a unit, such as 90s, 15m, 26h, 7d, 4w',
      ),
    );
  });

  it("refuses a name that Kubernetes could not give to the CronJob's Jobs", () => {
    const name = "a-drill-of-the-customer-master-data-of-the-whole-group-";
    assert.match(refused({}, name), /makes the CronJob name .* of 55 characters; Kubernetes allows 52/);
  });
});
