import assert from "node:assert/strict";
import { openerFor } from "../../../encryption/decrypt";
import { beginEncryption } from "../../../encryption/encrypt";
import type { ArtifactEncryption, BackupEncryption } from "../../../model/encryption";
import { chunks, collect } from "./bodies";
import { KEY_ARN, KmsStandIn } from "./kms-stand-in";

const owner = { target: { namespace: "app", cluster: "orders", database: "shop/eu" }, id: "20261121T020000Z-0001" };
const context = { "restorable:target": "app/orders/shop%2Feu", "restorable:backup": owner.id };
const noIdentities = () => assert.fail("no identity file is needed");

/** All that the SDK may find here: neither this machine's files nor its network. */
const VARIABLES = {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "not-a-secret",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/nowhere",
  AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
};

describe("encryption with a KMS (against a stand-in: no real one can be reached from here)", () => {
  let kms: KmsStandIn;
  const before = Object.keys(VARIABLES).map((name) => [name, process.env[name]] as const);

  beforeEach(async () => {
    kms = await KmsStandIn.start();
    Object.assign(process.env, VARIABLES);
  });

  afterEach(async () => {
    await kms.stop();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const declared = (changes = {}) => ({
    scheme: "kms" as const,
    keyId: "alias/backups",
    region: "eu-central-1",
    endpoint: kms.endpoint,
    ...changes,
  });
  const manifestOf = async () => (await beginEncryption(declared(), owner)).manifest;
  const open = async (manifest: ArtifactEncryption, file: Buffer, of = owner, expected?: BackupEncryption) => {
    const keys = { declared: expected ?? declared(), readIdentities: noIdentities };
    const opened = await (await openerFor(manifest, of, keys)).open(chunks(file), "database.dump.age");
    return { key: opened.key, content: (await collect(opened.plaintext)).toString() };
  };
  const refusal = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => assert.fail("it was done"),
      (error: Error) => error,
    );
    return error.message;
  };

  it("opens what it encrypted, for the same backup of the same database", async () => {
    const { manifest, encrypt } = await beginEncryption(declared(), owner);
    const file = await collect(encrypt(chunks("PGDMP")));
    assert.deepEqual(await open(manifest, file), { key: `the KMS key ${KEY_ARN}`, content: "PGDMP" });
  });

  it("asks for one key for each backup, bound to its target and its id", async () => {
    const { manifest, encrypt } = await beginEncryption(declared(), owner);
    const files = [await collect(encrypt(chunks("dump"))), await collect(encrypt(chunks("roles")))];
    for (const file of files) await open(manifest, file);
    assert.deepEqual(
      kms.requests.map(({ call, body }) => [call, body.KeyId, body.EncryptionContext]),
      [
        ["GenerateDataKey", "alias/backups", context],
        ["Decrypt", "alias/backups", context],
        ["Decrypt", "alias/backups", context],
      ],
    );
    assert.equal(kms.requests[0]?.body.NumberOfBytes, 32);
  });

  it("keeps in the manifest the key that the KMS named, not the alias, and the wrapped key, never the plain one", async () => {
    const { wrappedKey, ...rest } = (await manifestOf()) as Extract<ArtifactEncryption, { scheme: "kms" }>;
    assert.deepEqual(rest, declared({ keyId: KEY_ARN }));
    assert.equal(Buffer.from(wrappedKey, "base64").length, 12 + 32 + 16);
  });

  it("does not unwrap the key for another database or another backup", async () => {
    const manifest = await manifestOf();
    const others = [
      { ...owner, id: "20261121T020000Z-0002" },
      { ...owner, target: { ...owner.target, database: "shop" } },
    ];
    for (const other of others) {
      assert.match(
        await refusal(open(manifest, Buffer.alloc(0), other)),
        /cannot unwrap the backup's key with the KMS key alias\/backups .*: the wrapped key is not of this backup, or was changed/,
      );
    }
  });

  it("asks no KMS but the one that is declared, and for no other key, whatever the storage's manifest names", async () => {
    const stored = (await manifestOf()) as Extract<ArtifactEncryption, { scheme: "kms" }>;
    const foreign = await KmsStandIn.start();
    const other = KEY_ARN.replace(/.{4}$/, "ffff");
    const asked = kms.requests.length;
    try {
      for (const [changed, expected, message] of [
        [{ endpoint: foreign.endpoint }, declared(), `at ${foreign.endpoint}, and ${kms.endpoint} is declared`],
        [{ endpoint: undefined }, declared(), `at AWS's own endpoint, and ${kms.endpoint} is declared`],
        [{ region: "us-east-1" }, declared(), "in the region us-east-1, and eu-central-1 is declared"],
        [{ keyId: other }, declared({ keyId: KEY_ARN }), `with the key ${other}, and ${KEY_ARN} is declared`],
      ] as const) {
        const refused = await refusal(open({ ...stored, ...changed }, Buffer.alloc(0), owner, expected));
        assert.ok(refused.includes(message), refused);
      }
      assert.equal(foreign.requests.length, 0);
      assert.equal(kms.requests.length, asked);
    } finally {
      await foreign.stop();
    }
  });

  it("asks no KMS at all where none is declared", async () => {
    const stored = await manifestOf();
    const asked = kms.requests.length;
    const undeclared = openerFor(stored, owner, { readIdentities: noIdentities });
    assert.match(await refusal(undeclared), /and none is declared here: a storage is not asked which KMS to trust/);
    assert.equal(kms.requests.length, asked);
  });

  it("does not open an object of another backup", async () => {
    const { encrypt } = await beginEncryption(declared(), owner);
    const other = await collect(encrypt(chunks("x")));
    assert.match(
      await refusal(open(await manifestOf(), other)),
      /unwrapped is not its own: the object or the manifest/,
    );
  });

  it("says what the KMS' refusals mean and what to do", async () => {
    const meanings = {
      AccessDeniedException: /access was denied; allow kms:GenerateDataKey to the backups' role and kms:Decrypt/,
      DisabledException: /the key is disabled; enable it/,
      KMSInvalidStateException: /about to be deleted; cancel its deletion/,
      NotFoundException: /no such key or alias there; check the key's ARN, the account and the region/,
      ThrottlingException: /throttled the request, also when asked again; try later/,
    };
    for (const [name, meaning] of Object.entries(meanings)) {
      kms.refuse = name;
      const message = await refusal(beginEncryption(declared(), owner));
      assert.match(message, meaning);
      assert.match(message, /^cannot make a key for the backup with the KMS key alias\/backups at http:/);
    }
  });

  it("asks again when it is throttled, and only then", async () => {
    kms.refuse = "ThrottlingException";
    await refusal(beginEncryption(declared(), owner));
    assert.equal(kms.requests.length, 3);
    kms.refuse = "AccessDeniedException";
    await refusal(beginEncryption(declared(), owner));
    assert.equal(kms.requests.length, 4);
  });

  it("says so when nothing answers", async () => {
    await kms.stop();
    assert.match(
      await refusal(beginEncryption(declared(), owner)),
      /the connection was refused; is the endpoint right/,
    );
  });

  it("says so when there are no credentials", async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    assert.match(
      await refusal(beginEncryption(declared(), owner)),
      /there are no credentials for AWS; give the Job's service account an IAM role/,
    );
  });

  it("takes no key of another length for one", async () => {
    kms.bytes = 16;
    assert.match(await refusal(beginEncryption(declared(), owner)), /without a key of 32 bytes; is it AWS KMS\?/);
  });
});
