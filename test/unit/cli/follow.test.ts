import assert from "node:assert/strict";
import type { JobPod } from "../../../cli/connection/cluster";
import { followJob } from "../../../cli/connection/follow";
import { FakeCluster } from "./support";

/** A Job whose pod Kubernetes does not make, until it fails by its deadline. */
class WithoutPods extends FakeCluster {
  constructor(private readonly why: string | undefined) {
    super();
    this.end = { succeeded: false, reason: "Job was active longer than specified deadline" };
    let asked = 0;
    this.running = () => asked++ < 3;
  }
  override async jobPods(): Promise<JobPod[]> {
    return [];
  }
  override async whyNoPod() {
    return this.why;
  }
}

describe("a Job that gets no pod", () => {
  const followed = async (why: string | undefined) => {
    let err = "";
    const world = {
      err: (text: string) => {
        err += text;
      },
      terminal: { in: false, out: false, err: false },
      signal: new AbortController().signal,
    };
    const job = { namespace: "app-drill", cronJob: "d", name: "d-1", container: "drill", variables: {} };
    const end = await followJob(world, new WithoutPods(why), job, 1);
    assert.equal(end?.succeeded, false);
    return err;
  };

  it("says what is forbidden, once, and what to do, instead of starting until its deadline", async () => {
    const quota = 'Error creating: pods "d-1-x" is forbidden: failed quota: q: must specify limits.cpu for: drill';
    const err = await followed(quota);
    assert.equal(err.split("must specify limits.cpu for: drill").length, 2);
    assert.match(err, /✘ no pod may be made: Error creating.*; hint: give the component pods\.cpuLimit/);
    assert.match(
      await followed('pods "x" is forbidden: exceeded quota: q'),
      /hint: raise the namespace's ResourceQuota/,
    );
    assert.match(await followed("pods is forbidden: violates PodSecurity"), /no pod may be made: .*PodSecurity\n/);
  });

  it("says nothing of it when nobody tells why, as where events may not be read", async () => {
    assert.doesNotMatch(await followed(undefined), /no pod may be made/);
  });
});
