import assert from "node:assert/strict";
import { openStore } from "../../../store/open";
import { type Bucket, S3Store } from "../../../store/s3-store";
import { call, FakeCluster, Folder, stackOutputs } from "./support";

const SECRET = {
  ...{ ACCESS_KEY_ID: "id", ACCESS_SECRET_KEY: "secret-value", BUCKET: "orders-backups" },
  ...{ ENDPOINT: "https://s3.example.com", REGION: "eu-central-1" },
};

describe("the connection of a command", () => {
  let folder: Folder;
  let cluster: FakeCluster;
  let opened: Bucket[];
  const list = (args: string[], outputs: unknown = stackOutputs()) =>
    call(["backup", "list", ...args], {
      stackOutputs: async () => outputs,
      cluster: async () => cluster,
      bucket: async (bucket) => {
        opened.push(bucket);
        return openStore({ kind: "nfs", path: folder.path }, "");
      },
    });
  beforeEach(async () => {
    folder = await Folder.make();
    folder.backup("20261121T010000Z-0001");
    cluster = new FakeCluster();
    cluster.secrets = { "app-drill/store-reader": SECRET };
    opened = [];
  });
  afterEach(() => folder.remove());

  it("reads with the reader's Secret of the stack", async () => {
    const { code, err } = await list(["--stack", "staging"]);
    assert.equal(code, 0, err);
    assert.deepEqual(opened, [
      {
        ...{ bucket: "orders-backups", region: "eu-central-1", endpoint: "https://s3.example.com" },
        credentials: { accessKeyId: "id", secretAccessKey: "secret-value" },
      },
    ]);
  });

  it("lets the options go before the stack, such as a forwarded port", async () => {
    await list(["--stack", "staging", "--endpoint", "http://127.0.0.1:7070"]);
    assert.equal(opened[0]?.endpoint, "http://127.0.0.1:7070");
    assert.equal(opened[0]?.bucket, "orders-backups");
  });

  it("leaves the credentials to the SDK without a stack, and for Amazon's S3", async () => {
    await list(["--bucket", "orders-backups"]);
    const access = { kind: "s3", bucket: "orders-prod", region: "eu-west-1", owner: "123456789012" };
    await list(["--stack", "staging"], stackOutputs({ storages: { primary: { access } } }));
    assert.deepEqual(opened, [
      { bucket: "orders-backups", region: "us-east-1" },
      { bucket: "orders-prod", region: "eu-west-1", owner: "123456789012" },
    ]);
  });

  it("says with exit code 2 what to give when there are no credentials at all", async () => {
    const before = { ...process.env };
    for (const name of Object.keys(process.env)) if (/^AWS_/.test(name)) delete process.env[name];
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "true", HOME: folder.path });
    try {
      const { code, err } = await call(["backup", "list", "--bucket", "backups", "--endpoint", "http://127.0.0.1:1"], {
        bucket: async (bucket) => S3Store.open(bucket, undefined, "person"),
      });
      assert.equal(code, 2);
      assert.match(
        err,
        /there are no AWS credentials; give --credentials with a folder of the keys, or set AWS_ACCESS/,
      );
      assert.doesNotMatch(err, /pod|IRSA/);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it("takes them from a folder of files, where the options may say the rest", async () => {
    folder.file("keys/ACCESS_KEY_ID", "id\n");
    const file = folder.file("keys/ACCESS_SECRET_KEY", "secret-value\n");
    const keys = file.replace(/\/[^/]+$/, "");
    assert.equal((await list(["--credentials", keys, "--bucket", "orders-backups"])).code, 0);
    assert.deepEqual(opened[0]?.credentials, { accessKeyId: "id", secretAccessKey: "secret-value" });
    const { code, err } = await list(["--credentials", keys]);
    assert.equal(code, 2);
    assert.match(err, /which bucket\? Give --bucket/);
  });

  const refused: [string, string[], unknown, RegExp][] = [
    ["nothing to connect to", [], undefined, /where is the storage\? Give --stack .*--path/],
    ["a stack without the output", ["--stack", "s"], {}, /it has no output `restorable`/],
    [
      "outputs of a newer version",
      ["--stack", "s"],
      { restorable: { version: 2 } },
      /restorable\.version: is 2; this command reads 1: install a newer restorable/,
    ],
    [
      "outputs that are not whole",
      ["--stack", "s"],
      { restorable: { version: 1 } },
      /restorable\.databases: is missing/,
    ],
    [
      "a volume that must be mounted first",
      ["--stack", "s"],
      stackOutputs({ storages: { primary: { access: { kind: "nfs", path: "/v" } } } }),
      /is an NFS export: mount it on this machine, and give the folder with --path/,
    ],
    ["a folder and a bucket", ["--path", "/x", "--bucket", "y"], undefined, /give either --path or --bucket, not both/],
    [
      "an endpoint with credentials",
      ["--bucket", "bbb", "--endpoint", "https://a:b@c"],
      undefined,
      /--endpoint is no address of a server/,
    ],
    [
      "a prefix without its slash",
      ["--path", "/x", "--prefix", "team"],
      undefined,
      /--prefix is "team"; it must end in a slash/,
    ],
    ["a bucket that no server takes", ["--bucket", "B"], undefined, /S3 bucket names have 3 to 63/],
    [
      "a folder of keys that is not there",
      ["--credentials", "/nowhere"],
      undefined,
      /\/nowhere\/ACCESS_KEY_ID is missing/,
    ],
    ["an option that there is not", ["--stak", "x"], undefined, /unknown option '--stak'\n\(Did you mean --stack\?\)/],
    ["a limit that is none", ["--limit", "0"], undefined, /--limit is "0"; give a whole number of at least 1/],
  ];
  for (const [what, args, outputs, message] of refused)
    it(`ends with 2 and one message for ${what}`, async () => {
      const { code, err } = await list(args, outputs);
      assert.equal(code, 2, err);
      assert.match(err, message);
      assert.ok(!err.includes("    at "), "no stack trace");
    });

  it("says which Secret is not there, or is no storage's, and never a value of it", async () => {
    cluster.secrets = {};
    assert.match(
      (await list(["--stack", "s"])).err,
      /there is no Secret app-drill\/store-reader in the cluster of context test/,
    );
    cluster.secrets = { "app-drill/store-reader": { ACCESS_KEY_ID: "only-this" } };
    const { err } = await list(["--stack", "s"]);
    assert.match(err, /lacks ACCESS_SECRET_KEY: it is not a storage's/);
    assert.ok(!err.includes("only-this"));
  });

  it("prunes with the pruner's key and no other", async () => {
    const { code, err } = await call(["backup", "prune", "--stack", "s", "--yes"], {
      stackOutputs: async () => stackOutputs(),
      cluster: async () => cluster,
    });
    assert.equal(code, 2);
    assert.match(err, /the stack names no Secret of a pruner for the primary storage; enable the stack's retention/);
  });
});
