import { strict as assert } from "node:assert";
import { rangesOf } from "../../../scripts/loop/api-server";

describe("the API server's addresses", () => {
  it("are those of its endpoints, each as a range that holds no other, in the same order every time", () => {
    const endpoints = [{ addresses: ["10.0.1.5"] }, { addresses: ["10.0.0.5"] }];
    assert.deepEqual(rangesOf([{ addressType: "IPv4", endpoints }]), ["10.0.0.5/32", "10.0.1.5/32"]);
    assert.deepEqual(rangesOf([{ addressType: "IPv6", endpoints: [{ addresses: ["fd00::5"] }] }]), ["fd00::5/128"]);
  });

  it("are none of a slice that names hosts, and of one without endpoints", () => {
    assert.deepEqual(rangesOf([{ addressType: "FQDN", endpoints: [{ addresses: ["api.example.com"] }] }]), []);
    assert.deepEqual(rangesOf([{ addressType: "IPv4" }]), []);
  });
});
