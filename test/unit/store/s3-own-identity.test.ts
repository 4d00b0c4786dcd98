import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf } from "../../../runtime/errors";
import { storeError } from "../../../store/errors";
import { openStore } from "../../../store/open";
import type { Store } from "../../../store/store";

const MIB = 1024 * 1024;
const OWNER = "111122223333";
const AWS_VARIABLES = {
  AWS_ACCESS_KEY_ID: "ASIAPOD",
  AWS_SECRET_ACCESS_KEY: "sesame",
  AWS_SESSION_TOKEN: "session-of-the-pod",
};

interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

type Answer = { status: number; code?: string; more?: string; headers?: Record<string, string> } | undefined;

/** A storage of the kind "s3", which is reached with the pod's own identity: here at a server of the test's. */
describe("a storage of the kind s3", () => {
  let server: Server;
  let asked: Asked[];
  let refuse: (request: Asked) => Answer;
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    asked = [];
    refuse = () => undefined;
    environment = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    // Nothing of the machine's may lend credentials: no files, no server of a cloud.
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: "/dev/null" });
    Object.assign(process.env, { AWS_SHARED_CREDENTIALS_FILE: "/dev/null", ...AWS_VARIABLES });
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = "", url: path = "", headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString("latin1") };
      asked.push(one);
      const refusal = refuse(one);
      response.statusCode = refusal?.status ?? 200;
      for (const [name, value] of Object.entries(refusal?.headers ?? {})) response.setHeader(name, value);
      if (refusal) {
        const { code = "", more = "" } = refusal;
        response.end(method === "HEAD" ? "" : `<Error><Code>${code}</Code><Message>refused</Message>${more}</Error>`);
      } else if (method === "POST" && path.includes("uploads"))
        response.end("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
      else if (method === "POST")
        response.end("<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>");
      else if (method === "HEAD") response.setHeader("content-length", 20 * MIB).end();
      else response.setHeader("etag", '"e"').end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const open = (): Promise<Store> => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return openStore({ kind: "s3", bucket: "backups", region: "eu-central-1", endpoint, owner: OWNER }, "/nowhere");
  };
  const said = async (work: (store: Store) => Promise<unknown>) => work(await open()).then(String, messageOf);
  async function* bytes(total: number) {
    for (let sent = 0; sent < total; sent += MIB) yield Buffer.alloc(MIB, sent % 251);
  }

  it("is asked with the pod's credentials, and only if the declared account owns the bucket", async () => {
    await (await open()).putText("a", "text");
    const [request] = asked;
    assert.equal(asked.length, 1);
    assert.match(request?.headers.authorization ?? "", /Credential=ASIAPOD\/\d+\/eu-central-1\/s3\//);
    assert.equal(request?.headers["x-amz-security-token"], "session-of-the-pod");
    assert.equal(request?.headers["x-amz-expected-bucket-owner"], OWNER);
  });

  it("says what a pod without credentials needs", async () => {
    for (const name of Object.keys(AWS_VARIABLES)) delete process.env[name];
    const message = await said((store) => store.putText("a", "text"));
    assert.match(message, /cannot store a in the bucket backups at http:.*: the pod has no AWS credentials; with IRSA/);
    assert.match(message, /eks\.amazonaws\.com\/role-arn.*EKS Pod Identity an association/);
    assert.equal(asked.length, 0);
  });

  it("sends the SHA-256 of everything, without which Amazon S3 stores nothing under Object Lock", async () => {
    const store = await open();
    await store.putText("a", "text");
    const sha256 = createHash("sha256").update("text").digest("base64");
    assert.equal(asked[0]?.headers["x-amz-checksum-sha256"], sha256);
    asked.length = 0;
    await store.upload("long", bytes(20 * MIB), 0);
    const begun = asked.find(({ method, path }) => method === "POST" && path.includes("uploads"));
    assert.equal(begun?.headers["x-amz-checksum-algorithm"], "SHA256");
    const parts = asked.filter(({ path }) => path.includes("partNumber"));
    assert.equal(parts.length, 3);
    const completed = asked.find(({ method, path }) => method === "POST" && path.includes("uploadId"))?.body ?? "";
    for (const { headers, body } of parts) {
      const digest = createHash("sha256").update(Buffer.from(body, "latin1")).digest("base64");
      assert.equal(headers["x-amz-checksum-sha256"], digest);
      assert.ok(completed.includes(`<ChecksumSHA256>${digest}</ChecksumSHA256>`), completed);
    }
  });

  it("fails clearly when its credentials expire in mid-upload, and tries to take back what was sent", async () => {
    refuse = ({ method, path }) =>
      path.includes("partNumber=3") || method === "DELETE" ? { status: 400, code: "ExpiredToken" } : undefined;
    const message = await said((store) => store.upload("long", bytes(40 * MIB), 0));
    assert.match(
      message,
      /cannot store long in the bucket backups at .*: the pod's credentials expired and were not renewed/,
    );
    assert.ok(asked.some(({ method, path }) => method === "DELETE" && path.includes("uploadId=u")));
    assert.ok(!asked.some(({ method, path }) => method === "POST" && path.includes("uploadId")));
  });

  const regions: [string, Answer][] = [
    ["in a header", { status: 301, code: "PermanentRedirect", headers: { "x-amz-bucket-region": "eu-west-1" } }],
    ["in the answer", { status: 400, code: "AuthorizationHeaderMalformed", more: "<Region>eu-west-1</Region>" }],
  ];
  for (const [where, answer] of regions)
    it(`names the bucket's region when it is another, as S3 says it ${where}`, async () => {
      refuse = () => answer;
      assert.match(
        await said((store) => store.readText("a")),
        /cannot read a in .*: the bucket is in the region eu-west-1; correct the storage's region/,
      );
    });

  it("knows another region by a bare 301, too, which is all that a look at an object gets", async () => {
    refuse = () => ({ status: 301 });
    assert.match(
      await said((store) => store.size("a")),
      /the bucket is in another region; correct the storage's region/,
    );
  });

  it("says what is wrong with the role, and never blames a Secret that does not exist", async () => {
    const codes: [string, number, RegExp][] = [
      ["AccessDenied", 403, /the pod's IAM role may not do that, or the bucket is not of the declared account/],
      ["InvalidAccessKeyId", 403, /AWS does not know the pod's credentials/],
      ["SignatureDoesNotMatch", 403, /the pod's credentials are wrong/],
      ["NoSuchBucket", 404, /there is no such bucket; deploy the storage, or correct its bucket/],
      ["RequestTimeTooSkewed", 403, /clocks of this node and of the store differ by over 15 minutes; set the time/],
    ];
    for (const [code, status, expected] of codes) {
      refuse = () => ({ status, code });
      const message = await said((store) => store.readText("a"));
      assert.match(message, expected);
      assert.doesNotMatch(message, /Secret|sesame|session-of-the-pod/);
    }
  });

  it("says that a delete was not allowed", async () => {
    refuse = ({ method }) => (["POST", "DELETE"].includes(method) ? { status: 403, code: "AccessDenied" } : undefined);
    assert.match(await said((store) => store.remove("a")), /cannot delete a in .*: the pod's IAM role may not do that/);
  });
});

describe("errors of the pod's own identity", () => {
  const place = { endpoint: "Amazon S3", bucket: "backups", asker: "identity" } as const;
  const said = (name: string, message = "no") =>
    storeError(Object.assign(new Error(message), { name }), "list", place).message;

  it("tell a role that does not let the pod in from one that lacks a permission", () => {
    assert.match(
      said("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
      /the IAM role does not let this pod's service account in; name its namespace and name/,
    );
    assert.match(said("InvalidIdentityToken"), /AWS does not trust the cluster's OIDC provider/);
    assert.match(said("ExpiredTokenException"), /service account token expired/);
  });

  it("leave the other storages' messages as they were", () => {
    const secret = { ...place, asker: "secret" } as const;
    const error = Object.assign(new Error("no"), { name: "ExpiredToken" });
    assert.match(storeError(error, "list", secret).message, /renew them in the storage Secret/);
    const moved = Object.assign(new Error("expecting 'eu-west-1'"), { name: "AuthorizationHeaderMalformed" });
    assert.match(storeError(moved, "list", secret).message, /in the region eu-west-1; correct REGION and ENDPOINT/);
  });
});
