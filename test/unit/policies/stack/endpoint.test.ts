import assert from "node:assert/strict";
import { known, unknown } from "../../../../policies/known";
import { endpointLocation } from "../../../../policies/stack/endpoint";

describe("where an endpoint is", () => {
  const inside = [
    "minio",
    "http://minio:9000",
    "https://minio.storage.svc",
    "minio.storage.svc.cluster.local:9000",
    "HTTP://MINIO.STORAGE.SVC:9000/path",
    "http://key:secret@minio:9000",
    "http://seaweed.cluster.local",
    "localhost:9000",
    "http://127.0.0.1:9000",
    "http://[::1]:9000",
  ];
  for (const endpoint of inside)
    it(`is the cluster for ${endpoint}`, () => assert.deepEqual(endpointLocation(known(endpoint)), known("inside")));

  const outside = [
    "https://s3.eu-west-1.amazonaws.com",
    "s3.example.com:9000",
    "https://svc.example.com",
    "https://minio.svcs.example.com",
    "https://cluster.local.example.com",
    "http://10.0.0.1:9000",
    "http://[2001:db8::1]",
  ];
  for (const endpoint of outside)
    it(`is outside for ${endpoint}`, () => assert.deepEqual(endpointLocation(known(endpoint)), known("outside")));

  it("is the cloud's own without an endpoint, unknown with an unknown one, and nowhere with one that is none", () => {
    assert.deepEqual(endpointLocation({ state: "absent" }), known("outside"));
    assert.deepEqual(endpointLocation(unknown("spec.endpoint")), unknown("spec.endpoint"));
    assert.deepEqual(endpointLocation(known("http://")), { state: "absent" });
  });
});
