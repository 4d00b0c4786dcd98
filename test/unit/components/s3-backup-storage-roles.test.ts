import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import type { S3BackupStorageArgs } from "../../../components";
import { ISSUER } from "./examples";
import { declared, KEY, statements, TYPE } from "./s3-storage";

/** Who may do what with the bucket, as text that AWS would get: nothing here can reach AWS (see s3-backup-storage.test.ts). */
const BUCKET = "arn:aws:s3:::shop-backups";
const PRUNERS = [{ namespace: "shop", name: "orders-prune" }];
const KMS = { kind: "sse-kms", kmsKeyArn: KEY("eu-central-1") };
const ROLE = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

describe("S3BackupStorage's bucket policy", () => {
  const policy = async (changes: Partial<S3BackupStorageArgs> = {}) =>
    statements((await declared(changes)).get(TYPE.bucketPolicy, "store-policy").inputs.policy);
  const everywhere = { Effect: "Deny", Principal: "*", Resource: [BUCKET, `${BUCKET}/*`] };

  it("refuses what is not TLS 1.2, and lets no Job's role take versions away", async () => {
    assert.deepEqual(await policy({ pruners: PRUNERS }), {
      OnlyTls: { ...everywhere, Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
      OnlyTls12: { ...everywhere, Action: "s3:*", Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
      NoJobTakesVersionsAway: {
        ...everywhere,
        Action: [
          "s3:BypassGovernanceRetention",
          "s3:DeleteBucket",
          "s3:DeleteBucketPolicy",
          "s3:DeleteObjectVersion",
          "s3:PutBucketObjectLockConfiguration",
          "s3:PutBucketPolicy",
          "s3:PutBucketVersioning",
          "s3:PutLifecycleConfiguration",
          "s3:PutObjectLegalHold",
          "s3:PutObjectRetention",
        ],
        Condition: {
          ArnEquals: { "aws:PrincipalArn": [ROLE("store-writer"), ROLE("store-drill"), ROLE("store-pruner")] },
        },
      },
    });
  });

  it("with a KMS key refuses other encryption, other keys, and the account's key for S3", async () => {
    const [algorithm, key] = ["s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"];
    const puts = { Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: `${BUCKET}/*` };
    const { OnlyTls, OnlyTls12, NoJobTakesVersionsAway, ...more } = await policy({ encryption: KMS });
    assert.ok(OnlyTls && OnlyTls12 && NoJobTakesVersionsAway);
    assert.deepEqual(more, {
      // Each only when the request says something: without a word it gets the bucket's own key.
      NoOtherEncryption: {
        ...puts,
        Condition: { StringNotEquals: { [algorithm]: "aws:kms" }, Null: { [algorithm]: "false" } },
      },
      NoOtherKey: { ...puts, Condition: { StringNotEquals: { [key]: KMS.kmsKeyArn }, Null: { [key]: "false" } } },
      NoKeyOfTheAccount: {
        ...puts,
        Condition: { StringEquals: { [algorithm]: "aws:kms" }, Null: { [key]: "true" } },
      },
    });
  });
});

describe("S3BackupStorage's roles", () => {
  const policyOf = async (use: string, changes: Partial<S3BackupStorageArgs> = {}) =>
    statements((await declared({ pruners: PRUNERS, ...changes })).get(TYPE.rolePolicy, `store-${use}`).inputs.policy);
  const Names = { Effect: "Allow", Action: "s3:ListBucket", Resource: BUCKET };
  const below = (folder: string, ...Action: string[]) => ({
    Effect: "Allow",
    Action,
    Resource: `${BUCKET}/${folder}/*`,
  });
  const key = (...Action: string[]) => ({
    Effect: "Allow",
    Action,
    Resource: KMS.kmsKeyArn,
    Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } },
  });
  const write = [
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:GetObject",
    "s3:DeleteObject",
  ];

  it("let backups be written, drills read them and store evidence, and pruning hide what may go", async () => {
    assert.deepEqual(await policyOf("writer"), { Names, Backups: below("backups", ...write) });
    assert.deepEqual(await policyOf("drill"), {
      Names,
      Backups: below("backups", "s3:GetObject"),
      Evidence: below("evidence", "s3:PutObject", "s3:GetObject"),
    });
    assert.deepEqual(await policyOf("pruner"), {
      Names,
      Backups: below("backups", "s3:GetObject", "s3:GetObjectRetention", "s3:GetObjectLegalHold", "s3:DeleteObject"),
      Evidence: below("evidence", "s3:GetObject"),
    });
  });

  it("stay below the prefix", async () => {
    const { Backups, Evidence } = await policyOf("drill", { prefix: "shop/" });
    assert.deepEqual(Backups, below("shop/backups", "s3:GetObject"));
    assert.deepEqual(Evidence, below("shop/evidence", "s3:PutObject", "s3:GetObject"));
  });

  it("may use the key, and only by way of S3", async () => {
    for (const encryption of [KMS, { kind: "sse-kms" }]) {
      assert.deepEqual((await policyOf("writer", { encryption })).Key, key("kms:GenerateDataKey", "kms:Decrypt"));
      assert.deepEqual((await policyOf("drill", { encryption })).Key, key("kms:GenerateDataKey", "kms:Decrypt"));
      assert.deepEqual((await policyOf("pruner", { encryption })).Key, key("kms:Decrypt"));
    }
  });

  it("never delete a version, whatever is declared", async () => {
    const replication = { bucket: "shop-copies", region: "eu-west-1", deleteMarkers: true };
    const program = await declared({ pruners: PRUNERS, objectLock: { days: 7 }, replication });
    const texts = program.resources.flatMap(({ type, inputs }) =>
      type === TYPE.rolePolicy ? String(inputs.policy) : [],
    );
    assert.equal(texts.length, 4);
    for (const text of texts) assert.doesNotMatch(text, /DeleteObjectVersion|Bypass|s3:\*|"\*"/);
  });

  it("are called by their prefix", async () => {
    const program = await declared({ roleNamePrefix: "staging-store" });
    assert.equal(program.get(TYPE.role, "store-writer").inputs.name, "staging-store-writer");
    const { NoJobTakesVersionsAway } = statements(program.get(TYPE.bucketPolicy, "store-policy").inputs.policy);
    assert.match(JSON.stringify(NoJobTakesVersionsAway), /role\/staging-store-drill/);
  });

  describe("are taken", () => {
    const trust = async (use: string, changes: Partial<S3BackupStorageArgs>) =>
      statements((await declared(changes)).get(TYPE.role, `store-${use}`).inputs.assumeRolePolicy);
    const oidcProviderArn = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
    const irsa = (subjects: object) => ({
      Effect: "Allow",
      Principal: { Federated: oidcProviderArn },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: subjects,
    });
    const aud = { [`${ISSUER}:aud`]: "sts.amazonaws.com" };

    it("with IRSA by the service accounts that are named", async () => {
      const subject = { [`${ISSUER}:sub`]: ["system:serviceaccount:shop:orders-backup"] };
      assert.deepEqual(await trust("writer", {}), { Irsa: irsa({ StringEquals: { ...aud, ...subject } }) });
    });

    it("with IRSA by all that a pattern means", async () => {
      const subject = { [`${ISSUER}:sub`]: ["system:serviceaccount:shop:orders-*", "system:serviceaccount:crm:crm"] };
      const writers = [
        { namespace: "shop", name: "orders-*" },
        { namespace: "crm", name: "crm" },
      ];
      assert.deepEqual(await trust("writer", { writers }), { Irsa: irsa({ StringEquals: aud, StringLike: subject }) });
    });

    it("with IRSA by way of a provider that is not known before it is made", async () => {
      const subject = { [`${ISSUER}:sub`]: ["system:serviceaccount:shop-drill:orders-drill"] };
      const changes = { irsa: { oidcProviderArn: pulumi.output(oidcProviderArn) } };
      assert.deepEqual(await trust("drill", changes), { Irsa: irsa({ StringEquals: { ...aud, ...subject } }) });
    });

    const podIdentity = (namespace: string, serviceAccount: string, region = "eu-central-1") => ({
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/eks-cluster-arn": `arn:aws:eks:${region}:111122223333:cluster/shop`,
          "aws:RequestTag/kubernetes-namespace": namespace,
          "aws:RequestTag/kubernetes-service-account": serviceAccount,
        },
      },
    });

    it("with EKS Pod Identity by each service account in its own namespace, and no other pair", async () => {
      const writers = [
        { namespace: "shop", name: "orders-backup" },
        { namespace: "crm", name: "crm-backup" },
      ];
      const changes = { writers, irsa: undefined, podIdentity: { clusterName: "shop" } };
      assert.deepEqual(await trust("writer", changes), {
        PodIdentity0: podIdentity("shop", "orders-backup"),
        PodIdentity1: podIdentity("crm", "crm-backup"),
      });
      const program = await declared(changes);
      assert.deepEqual(program.get(TYPE.association, "store-writer-crm-crm-backup").inputs, {
        clusterName: "shop",
        region: "eu-central-1",
        namespace: "crm",
        serviceAccount: "crm-backup",
        roleArn: ROLE("store-writer"),
      });
    });

    it("with both, while changing over, and by a cluster in another region", async () => {
      const changes = { podIdentity: { clusterName: "shop", region: "eu-west-1" } };
      const both = await trust("drill", changes);
      assert.deepEqual(Object.keys(both), ["Irsa", "PodIdentity0"]);
      assert.deepEqual(both.PodIdentity0, podIdentity("shop-drill", "orders-drill", "eu-west-1"));
      const association = (await declared(changes)).get(TYPE.association, "store-drill-shop-drill-orders-drill");
      assert.equal(association.inputs.region, "eu-west-1");
    });
  });
});

describe("S3BackupStorage's second copy", () => {
  const made = async (changes: Partial<S3BackupStorageArgs>) => {
    const program = await declared(changes);
    const { rules, ...rest } = program.get(TYPE.replication, "store-replication").inputs;
    const policy = statements(program.get(TYPE.rolePolicy, "store-replication").inputs.policy);
    const trust = statements(program.get(TYPE.role, "store-replication").inputs.assumeRolePolicy);
    assert.equal(rules.length, 1);
    return { rule: rules[0], policy, trust, rest };
  };
  const copies = "arn:aws:s3:::shop-copies";
  const metrics = { status: "Enabled" };

  it("is made by S3 in a bucket of another region, and keeps what is deleted here", async () => {
    const { rule, policy, trust, rest } = await made({ replication: { bucket: "shop-copies", region: "eu-west-1" } });
    assert.deepEqual(rest, { bucket: "shop-backups", region: "eu-central-1", role: ROLE("store-replication") });
    assert.deepEqual(rule, {
      id: "second-copy",
      status: "Enabled",
      filter: { prefix: "" },
      deleteMarkerReplication: { status: "Disabled" },
      destination: { bucket: copies, metrics },
    });
    const service = { Service: "s3.amazonaws.com" };
    assert.deepEqual(trust, { S3: { Effect: "Allow", Principal: service, Action: "sts:AssumeRole" } });
    const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
    assert.deepEqual(policy, {
      Bucket: allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], BUCKET),
      Read: allow(
        ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        `${BUCKET}/*`,
      ),
      Copy: allow(["s3:ReplicateObject", "s3:ReplicateTags"], `${copies}/*`),
    });
  });

  it("belongs to the other account, when that owns the bucket", async () => {
    const replication = { bucket: "shop-copies", region: "eu-central-1", accountId: "999900001111" };
    const { rule, policy } = await made({ replication });
    assert.deepEqual(rule.destination, {
      bucket: copies,
      metrics,
      account: "999900001111",
      accessControlTranslation: { owner: "Destination" },
    });
    assert.match(JSON.stringify(policy.Copy), /s3:ObjectOwnerOverrideToBucketOwner/);
  });

  it("is encrypted with a key of its own region", async () => {
    const copyKey = KEY("eu-west-1");
    const replication = { bucket: "shop-copies", region: "eu-west-1", kmsKeyArn: copyKey };
    const { rule, policy } = await made({ encryption: KMS, replication });
    assert.deepEqual(rule.sourceSelectionCriteria, { sseKmsEncryptedObjects: { status: "Enabled" } });
    assert.deepEqual(rule.destination.encryptionConfiguration, { replicaKmsKeyId: copyKey });
    const through = (region: string) => ({ StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } });
    assert.deepEqual(policy.Key, {
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: KMS.kmsKeyArn,
      Condition: through("eu-central-1"),
    });
    assert.deepEqual(policy.KeyOfTheCopies, {
      Effect: "Allow",
      Action: ["kms:Encrypt", "kms:GenerateDataKey"],
      Resource: copyKey,
      Condition: through("eu-west-1"),
    });
  });

  it("takes the locks along, and deletions when that is asked for", async () => {
    const replication = { bucket: "shop-copies", region: "eu-west-1", deleteMarkers: true };
    const { rule, policy } = await made({ objectLock: { days: 7 }, replication });
    assert.deepEqual(rule.deleteMarkerReplication, { status: "Enabled" });
    assert.match(JSON.stringify(policy.Copy), /s3:ReplicateDelete/);
    assert.match(JSON.stringify(policy.Read), /s3:GetObjectRetention","s3:GetObjectLegalHold/);
  });
});
