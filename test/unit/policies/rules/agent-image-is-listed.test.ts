import assert from "node:assert/strict";
import { agentImageIsListed } from "../../../../policies/rules/agent-image-is-listed";
import { AGENT_IMAGE, aBackup, aCopy, aRestorePath, SERVER_IMAGE } from "../../../policy/support/evidence";
import { anExternalDrill, drill, found, GATE, proven, unproven } from "../drills";
import { component } from "../stack";

const MALLORY = `registry.example.com/mallory/always-passes@sha256:${"f".repeat(64)}`;
const restorePath = aRestorePath({ images: { server: SERVER_IMAGE, agent: MALLORY } });
const run = (resources: Parameters<typeof found>[1], changes: object = {}) =>
  found(agentImageIsListed, resources, { ...GATE, ...changes });

describe("agent-image-is-listed", () => {
  const good = [component("backup", "b", aBackup("production")), drill(proven())];

  it("is silent on listed agents, by digest or by name and digest", () => {
    assert.deepEqual(run(good), []);
    assert.deepEqual(run(good, { agentImages: [AGENT_IMAGE.split("@")[1]] }), []);
  });

  it("refuses an agent of the author's own choice: verdict, reason, remedy, page, and the URN", () => {
    const own = drill(unproven("production", { restorePath }));
    assert.deepEqual(run([own]), [
      {
        urn: own.urn,
        message: [
          "the drill of app/orders/orders: its agent is none that restore-gate knows.",
          `Reason: ${MALLORY} is not in agentImages`,
          "Remedy: use one of agentImages, or have those who answer for the gate add this digest",
          "Page: docs/policies/agent-image-is-listed.md",
        ].join("\n"),
      },
    ]);
  });

  it("refuses it in backups and their copies as well", () => {
    const backups = [
      component("backup", "b", aBackup("production", { image: MALLORY })),
      component("copy", "c", aCopy("production", { image: MALLORY })),
    ];
    assert.equal(run(backups).length, 2);
  });

  it("refuses an agent that only a tag names, which can be moved", () => {
    const [violation] = run([component("backup", "b", aBackup("production", { image: "agent:0.1.0" }))]);
    assert.match(violation?.message ?? "", /agent:0\.1\.0 is not pinned by its digest/);
  });

  it("is silent where the gate lists none, and on drills that run elsewhere", () => {
    const reference = { declares: "reference", attestation: "platform", restorePath } as const;
    assert.deepEqual(run([drill(unproven("production", { restorePath }))], { agentImages: undefined }), []);
    assert.deepEqual(run([drill(unproven("production", reference))]), []);
    assert.deepEqual(run([component("externalDrill", "e", anExternalDrill(["urn"]))]), []);
  });
});
