import { strict as assert } from "node:assert";
import { NfsBackupStorage, type NfsBackupStorageArgs, nfsStorageAccess } from "../../../components";
import { mountOptionProblem } from "../../../components/storage/nfs/mount-options";
import { clonedSource } from "../../../components/storage/nfs/volume-source";
import { storageDescriptorSchema } from "../../../model/descriptor";
import { type RunOptions, refusal, run } from "./declare";
import { nfsStorage } from "./examples";
import { restrictedProblems } from "./pod-security";

const COMPONENT = "restorable:index:NfsBackupStorage";
const VOLUME = "kubernetes:core/v1:PersistentVolume";
const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
const JOB = "kubernetes:batch/v1:Job";

type Changes = Partial<NfsBackupStorageArgs>;
const declare = (changes: Changes = {}, options: RunOptions = {}) =>
  run(() => new NfsBackupStorage("store", nfsStorage(changes)), options);
const refused = (changes: Changes, name = "store") => refusal(() => new NfsBackupStorage(name, nfsStorage(changes)));
const problem = (text: string) => `NfsBackupStorage "store" cannot be used as declared:\n  - ${text}`;

const BY_CLASS: Changes = { server: undefined, path: undefined, storageClass: "nfs-backup" };
const BOUND = {
  capacity: { storage: "500Gi" },
  mountOptions: ["nfsvers=4.1"],
  nfs: { server: "nas.example.com", path: "/export/pvc-1" },
};
/** What the cluster says once the storage class has made the volume. */
const provisioned: RunOptions["computed"] = (type, name) =>
  name === "store-bound"
    ? { spec: { volumeName: "pvc-1" } }
    : type === VOLUME && name === "store-volume"
      ? { spec: BOUND }
      : undefined;

describe("NfsBackupStorage", () => {
  describe("of a server", () => {
    it("declares a volume and a claim for each use, and the Job that initialises it, and nothing else", async () => {
      assert.deepEqual((await declare()).list(), [
        `${JOB} store-init`,
        `${VOLUME} store-evidence`,
        `${VOLUME} store-pruner`,
        `${VOLUME} store-reader`,
        `${VOLUME} store-writer`,
        `${CLAIM} store-evidence`,
        `${CLAIM} store-pruner`,
        `${CLAIM} store-reader`,
        `${CLAIM} store-writer`,
        `${COMPONENT} store`,
      ]);
    });

    it("mounts the export so that a server that restarts is waited for, and keeps the files", async () => {
      const { metadata, spec } = (await declare()).get(VOLUME, "store-writer").inputs;
      assert.equal(metadata.name, "shop-store-writer");
      assert.deepEqual(spec, {
        mountOptions: ["nfsvers=4.1", "hard", "timeo=600", "retrans=2"],
        nfs: { server: "nas.example.com", path: "/export/backups", readOnly: false },
        capacity: { storage: "500Gi" },
        accessModes: ["ReadWriteMany"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "",
        claimRef: { name: "store-writer", namespace: "shop" },
      });
    });

    it("lets drills read through a mount that is read-only whatever a pod says of it", async () => {
      const program = await declare();
      const readOnly = (use: string) => {
        const { nfs, mountOptions } = program.get(VOLUME, `store-${use}`).inputs.spec;
        return [nfs.readOnly, mountOptions.includes("ro")];
      };
      assert.deepEqual(readOnly("reader"), [true, true]);
      for (const use of ["writer", "pruner", "evidence"]) assert.deepEqual(readOnly(use), [false, false], use);
    });

    it("gives drills a volume for evidence that holds no backup: who may use the claim may delete all that is in it", async () => {
      const pathOf = async (changes: Changes, use: string) =>
        (await declare(changes)).get(VOLUME, `store-${use}`).inputs.spec.nfs.path;
      assert.equal(await pathOf({}, "evidence"), "/export/backups/evidence");
      assert.equal(await pathOf({ prefix: "shop/" }, "evidence"), "/export/backups/shop/evidence");
      for (const use of ["writer", "pruner", "reader"])
        assert.equal(await pathOf({ prefix: "shop/" }, use), "/export/backups");
    });

    it("gives each claim to the namespace that uses it, and each volume to its claim alone", async () => {
      const program = await declare();
      const namespaces = { writer: "shop", pruner: "shop", reader: "shop-drill", evidence: "shop-drill" };
      for (const [use, namespace] of Object.entries(namespaces)) {
        const claim = program.get(CLAIM, `store-${use}`).inputs;
        const volume = program.get(VOLUME, `store-${use}`).inputs;
        assert.deepEqual([claim.metadata.name, claim.metadata.namespace], [`store-${use}`, namespace]);
        assert.deepEqual(volume.spec.claimRef, { name: `store-${use}`, namespace });
        assert.equal(claim.spec.volumeName, volume.metadata.name);
        assert.equal(claim.spec.storageClassName, "", "the default storage class must not answer");
      }
    });

    it("protects volumes and claims from deletion unless that is switched off", async () => {
      const protectedOnes = async (changes: Changes) =>
        (await declare(changes)).resources.filter(({ protect }) => protect).length;
      assert.equal(await protectedOnes({}), 8);
      assert.equal(await protectedOnes({ deletionProtection: false }), 0);
    });
  });

  describe("of a storage class", () => {
    it("lets the class make the writer's volume, and gives the same folder to the other uses", async () => {
      const program = await declare(BY_CLASS, { computed: provisioned });
      assert.deepEqual(program.list(), [
        `${JOB} store-init`,
        `${VOLUME} store-evidence`,
        `${VOLUME} store-pruner`,
        `${VOLUME} store-reader`,
        `${VOLUME} store-volume`,
        `${CLAIM} store-bound`,
        `${CLAIM} store-evidence`,
        `${CLAIM} store-pruner`,
        `${CLAIM} store-reader`,
        `${CLAIM} store-writer`,
        "kubernetes:core/v1:PersistentVolumePatch store-retain",
        `${COMPONENT} store`,
      ]);
      const writer = program.get(CLAIM, "store-writer").inputs;
      assert.equal(writer.spec.storageClassName, "nfs-backup");
      assert.equal(writer.spec.volumeName, undefined);
      const reader = program.get(VOLUME, "store-reader").inputs;
      assert.deepEqual(reader.spec.nfs, { ...BOUND.nfs, readOnly: true });
      assert.deepEqual(reader.spec.mountOptions, [...BOUND.mountOptions, "ro"]);
      const evidence = program.get(VOLUME, "store-evidence").inputs;
      assert.equal(evidence.spec.nfs.path, `${BOUND.nfs.path}/evidence`);
      assert.equal(reader.spec.persistentVolumeReclaimPolicy, "Retain");
    });

    it("keeps the class from deleting the files with the claim", async () => {
      const program = await declare(BY_CLASS, { computed: provisioned });
      const { metadata, spec } = program.get("kubernetes:core/v1:PersistentVolumePatch", "store-retain").inputs;
      assert.equal(metadata.name, "pvc-1");
      assert.deepEqual(spec, { persistentVolumeReclaimPolicy: "Retain" });
    });

    it("can be previewed before there is a volume", async () => {
      const { registered } = await declare(BY_CLASS, { preview: true });
      const { descriptor } = registered[`${COMPONENT} store`] as { descriptor: unknown };
      assert.equal(storageDescriptorSchema.parse(descriptor).endpoint, "storage-class://nfs-backup");
    });
  });

  describe("initialises the volume", () => {
    it("by the agent, through the writer's claim, in a pod that is restricted", async () => {
      const { spec, metadata } = (await declare({ prefix: "shop/" })).get(JOB, "store-init").inputs;
      assert.match(metadata.name, /^store-init-[0-9a-f]{10}$/);
      assert.equal(metadata.namespace, "shop");
      const pod = spec.template.spec;
      assert.deepEqual(restrictedProblems(pod), []);
      const [container] = pod.containers;
      assert.equal(container.image, "registry.example.com/agent:0.1.0");
      assert.deepEqual(container.args, [
        "storage-init",
        "--folder",
        "/var/lib/restorable/storage",
        "--prefix",
        "shop/",
      ]);
      assert.deepEqual(pod.volumes[0].persistentVolumeClaim, { claimName: "store-writer", readOnly: false });
      assert.equal(container.volumeMounts[0].mountPath, "/var/lib/restorable/storage");
    });

    it("within a time, and shows what it said when it fails", async () => {
      const { spec } = (await declare()).get(JOB, "store-init").inputs;
      assert.equal(spec.activeDeadlineSeconds, 600);
      assert.equal(spec.template.spec.containers[0].terminationMessagePolicy, "FallbackToLogsOnError");
      assert.deepEqual(spec.podFailurePolicy.rules[0].onExitCodes.values, [2, 3, 4]);
    });
  });

  it("registers what policies ask, known at preview, and each use's access", async () => {
    const { registered } = await declare({}, { preview: true });
    const outputs = registered[`${COMPONENT} store`] as { descriptor: unknown };
    assert.deepEqual(storageDescriptorSchema.parse(outputs.descriptor), {
      kind: "storage",
      version: 1,
      storage: "nfs",
      endpoint: "nfs://nas.example.com/export/backups",
      tls: false,
      writers: ["claim shop/store-writer"],
      readers: ["claim shop-drill/store-reader"],
    });
    const known = (await declare()).registered[`${COMPONENT} store`] as Record<string, unknown>;
    for (const use of ["writer", "reader", "evidence", "pruner"] as const)
      assert.deepEqual(known[use], nfsStorageAccess("store", use));
  });

  it("says that what travels is encrypted exactly when the mount encrypts it", async () => {
    const descriptor = async (changes: Changes) =>
      storageDescriptorSchema.parse(
        ((await declare(changes)).registered[`${COMPONENT} store`] as { descriptor: unknown }).descriptor,
      );
    assert.equal((await descriptor({ mountOptions: ["hard", "xprtsec=tls"] })).tls, true);
    assert.equal((await descriptor({ mountOptions: ["sec=krb5p"] })).tls, true);
    assert.equal((await descriptor({ mountOptions: ["sec=krb5i"] })).tls, false);
    assert.equal((await descriptor({ server: "2001:db8::7" })).endpoint, "nfs://[2001:db8::7]/export/backups");
  });

  describe("refuses", () => {
    const SERVER =
      "server: must be a host name or an address, such as nas.example.com or 192.0.2.7, without a scheme, port or path";
    const PATH =
      "path: must be an absolute path without spaces and without a slash at its end, such as /export/backups";
    const cases: [what: string, changes: Changes, message: string][] = [
      ["a server with a scheme", { server: "nfs://nas.example.com" }, SERVER],
      ["a server with a port", { server: "nas.example.com:2049" }, SERVER],
      ["half an address", { server: "192.0.2" }, SERVER],
      ["a relative path", { path: "export/backups" }, PATH],
      ["a path with a slash at its end", { path: "/export/" }, PATH],
      ["a path that climbs", { path: "/export/../etc" }, 'path: must not contain ".."'],
      [
        "a server and a storage class",
        { storageClass: "nfs-backup" },
        "give either server and path, or storageClass, not both: it must be plain where backups go",
      ],
      [
        "a server without a path",
        { path: undefined },
        "give server and path of an NFS export, or the storageClass that makes the volume",
      ],
      [
        "neither",
        { server: undefined, path: undefined },
        "give server and path of an NFS export, or the storageClass that makes the volume",
      ],
      [
        "mount options of a storage class",
        { ...BY_CLASS, mountOptions: ["hard"] },
        "mountOptions: has no meaning with a storage class, which says how its volumes are mounted",
      ],
      [
        "a size without a unit",
        { size: "500" },
        "size: must be a whole number and a binary unit, such as 512Mi or 10Gi",
      ],
      ["another access mode", { accessMode: "ReadOnlyMany" }, 'accessMode: must be "ReadWriteMany" or "ReadWriteOnce"'],
      [
        "the source's namespace for drills",
        { drillNamespace: "shop" },
        'drillNamespace: "shop" is the namespace of the source database; a drill is cut off from its source by its own namespace: name another, such as "shop-drill"',
      ],
    ];
    for (const [what, changes, message] of cases) it(what, () => assert.equal(refused(changes), problem(message)));

    it("a name that is none in Kubernetes", () => {
      assert.match(refused({}, "Store"), /"Store" names the claims, so it must be a Kubernetes name of at most 54 /);
      assert.match(refused({}, "s".repeat(55)), /at most 54 /);
    });

    for (const option of [
      "soft",
      "softerr",
      "softreval",
      "nolock",
      "local_lock=all",
      "nocto",
      "udp",
      "proto=udp6",
      "ro",
    ])
      it(`the mount option ${option}, which loses data or shows old ones`, () => {
        assert.match(
          refused({ mountOptions: ["hard", option] }),
          new RegExp(`mountOptions\\.1: "${option}" is refused: `),
        );
      });

    it("what is no mount option", () => {
      assert.equal(
        mountOptionProblem("hard,soft"),
        '"hard,soft" is no mount option; give each as one text, such as "nfsvers=4.1"',
      );
    });

    it("no option that is needed", () => {
      for (const option of [
        "hard",
        "nfsvers=4.2",
        "vers=3",
        "rsize=1048576",
        "noresvport",
        "local_lock=none",
        "sec=krb5p",
      ])
        assert.equal(mountOptionProblem(option), undefined, option);
    });
  });
});

describe("a volume's source for one more use", () => {
  type Spec = Parameters<typeof clonedSource>[0];
  const cloned = (spec: Partial<Spec>, readOnly = false, within?: string) =>
    clonedSource(spec as Spec, { name: "reader", readOnly, within }, "it");

  it("is the one folder that the use is for, of every kind", () => {
    const folder = (spec: Partial<Spec>) => cloned(spec, false, "shop/evidence");
    assert.deepEqual(folder({ nfs: { server: "nas", path: "/v/" } as never }), {
      nfs: { server: "nas", path: "/v/shop/evidence", readOnly: false },
    });
    assert.deepEqual(folder({ hostPath: { path: "/v" } as never }), { hostPath: { path: "/v/shop/evidence" } });
    assert.deepEqual(folder({ local: { path: "/v" } as never }), { local: { path: "/v/shop/evidence" } });
    for (const [subdir, expected] of [
      ["pvc-1", "pvc-1/shop/evidence"],
      [undefined, "shop/evidence"],
    ]) {
      const volumeAttributes = { server: "nas", share: "/v", ...(subdir === undefined ? {} : { subdir }) } as Record<
        string,
        string
      >;
      const csi = { driver: "nfs.csi.k8s.io", volumeHandle: "h", volumeAttributes };
      const subdirs = [folder({ csi: csi as never })].map(({ csi: of }) => (of as typeof csi).volumeAttributes.subdir);
      assert.deepEqual(subdirs, [expected]);
    }
  });

  it("of the NFS driver has a handle of its own: of two volumes with one handle a pod gets only one", () => {
    const csi = { driver: "nfs.csi.k8s.io", volumeHandle: "nas#backups#pvc-1#", volumeAttributes: { server: "nas" } };
    assert.deepEqual(cloned({ csi: csi as never }, true), {
      csi: { ...csi, volumeHandle: "nas#backups#pvc-1###reader", readOnly: true },
      mountOptions: ["ro"],
    });
  });

  it("of a node's folder stays on that node", () => {
    const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions: [] }] } };
    assert.deepEqual(cloned({ hostPath: { path: "/v", type: "Directory" }, nodeAffinity: nodeAffinity as never }), {
      hostPath: { path: "/v", type: "Directory" },
      nodeAffinity,
    });
    assert.deepEqual(cloned({ local: { path: "/v" } as never }), { local: { path: "/v" } });
  });

  it("of any other kind is refused, with what to do", () => {
    assert.equal(
      refusal(() => cloned({ csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" } as never })),
      "it cannot be used as declared:\n  - storageClass: makes volumes of the driver ebs.csi.aws.com; drills must mount the same folder in their own namespace, which is known to work for nfs, nfs.csi.k8s.io, local and hostPath: give server and path instead",
    );
    assert.match(
      refusal(() => cloned({})),
      /of a kind that cannot be mounted twice/,
    );
  });
});
