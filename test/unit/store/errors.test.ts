import assert from "node:assert/strict";
import { EXIT } from "../../../runtime/errors";
import { NotFoundError, type Place, storeError } from "../../../store/errors";

const place: Place = { endpoint: "http://store:9000", bucket: "backups", key: "a/database.dump", asker: "secret" };

describe("Errors of the object store", () => {
  const said = (error: unknown) => storeError(error, "store", place).message;

  it("say what could not be done, where, why, and what to do", () => {
    assert.equal(
      said(Object.assign(new Error("The AWS access key …"), { name: "InvalidAccessKeyId" })),
      "cannot store a/database.dump in the bucket backups at http://store:9000: the store does not know the access key; renew ACCESS_KEY_ID in the storage Secret",
    );
  });

  it("know wrong secrets, missing rights, missing buckets, full stores and dead ones", () => {
    const named = (name: string) => said(Object.assign(new Error("x"), { name }));
    assert.match(named("SignatureDoesNotMatch"), /the secret key is wrong/);
    assert.match(named("AccessDenied"), /may not do that/);
    assert.match(named("NoSuchBucket"), /no such bucket; create it/);
    assert.match(named("InsufficientStorage"), /the store is full/);
    assert.match(named("QuotaExceeded"), /quota is used up/);
    assert.match(said(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })), /refused; is the store running/);
    assert.match(said(Object.assign(new Error("idle"), { name: "TimeoutError" })), /does not answer/);
  });

  it("read a bare 403 or 507 as missing rights and a full store", () => {
    const status = (httpStatusCode: number) =>
      said(Object.assign(new Error("Unknown"), { name: "Unknown", $metadata: { httpStatusCode } }));
    assert.match(status(403), /may not do that/);
    assert.match(status(507), /the store is full/);
    assert.match(status(500), /answered 500 \(Unknown: Unknown\).*free space/);
  });

  it("never take a 404 that is not about the object for an object that is not there", () => {
    const error = (name: string) => Object.assign(new Error("x"), { name, $metadata: { httpStatusCode: 404 } });
    for (const name of ["XAdminUserNotFound", "NoSuchUpload", "NoSuchBucket", "SomethingElse"])
      assert.ok(!(storeError(error(name), "read", place) instanceof NotFoundError), name);
    assert.match(said(error("XAdminUserNotFound")), /the store does not know the access key; renew ACCESS_KEY_ID/);
    assert.ok(storeError(error("Unknown"), "look at", place) instanceof NotFoundError);
  });

  it("tell a lock from a right that is missing", () => {
    const message = "Access Denied because object protected by object lock.";
    const locked = said(Object.assign(new Error(message), { name: "AccessDenied" }));
    assert.match(locked, /Object Lock keeps what is stored there/);
    assert.doesNotMatch(locked, /may not do that/);
  });

  it("say so when the store gave no reason", () => {
    const error = Object.assign(new Error("UnknownError"), { name: "Unknown", $metadata: { httpStatusCode: 400 } });
    const unreadable = Object.assign(new Error("mismatched tags"), { $metadata: { httpStatusCode: 200 } });
    assert.match(said(unreadable), /the answer is none of an S3 server; is the endpoint right\?$/);
    assert.match(said(error), /the store refused it \(400\) and gave no reason; look at the store's log/);
  });

  it("tell an object that is not there from all others", () => {
    assert.ok(storeError(Object.assign(new Error(""), { name: "NoSuchKey" }), "read", place) instanceof NotFoundError);
    assert.ok(!(storeError(new Error("boom"), "read", place) instanceof NotFoundError));
  });

  describe("for a person at the command", () => {
    const toPerson = (code: string, message = "x") =>
      storeError(Object.assign(new Error(message), { name: code }), "list", { ...place, asker: "person" });

    it("name its options, and neither Secrets nor pods", () => {
      assert.match(toPerson("NoSuchBucket").message, /correct --bucket, or deploy the stack/);
      assert.match(toPerson("AccessDenied").message, /give others with --credentials/);
      assert.match(toPerson("ENOTFOUND").message, /has no address; check --endpoint and DNS/);
      assert.match(
        toPerson("DEPTH_ZERO_SELF_SIGNED_CERT").message,
        /this machine does not know; .*NODE_EXTRA_CA_CERTS/,
      );
      const moved = toPerson("AuthorizationHeaderMalformed", "expecting 'eu-west-1'").message;
      assert.match(moved, /in the region eu-west-1; correct --region/);
      const codes = [
        ...["InvalidAccessKeyId", "XAdminUserNotFound", "SignatureDoesNotMatch", "AccessDenied", "ExpiredToken"],
        ...["NoSuchBucket", "RequestTimeTooSkewed", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"],
        ...["EAI_AGAIN", "ETIMEDOUT", "TimeoutError", "SELF_SIGNED_CERT_IN_CHAIN", "PermanentRedirect"],
        ...["InsufficientStorage", "QuotaExceeded", "ECONNRESET", "CredentialsProviderError"],
      ];
      for (const code of codes)
        assert.doesNotMatch(toPerson(code).message, /Secret\b|\bpod|ENDPOINT|container|the (backup|job) again/, code);
    });

    it("are bad input when no credentials were given", () => {
      const { message, exitCode } = toPerson("CredentialsProviderError");
      assert.match(message, /there are no AWS credentials; give --credentials/);
      assert.equal(exitCode, EXIT.badInput);
      assert.equal(toPerson("AccessDenied").exitCode, EXIT.failed);
    });
  });
});
