import assert from "node:assert/strict";
import { backupDescriptorSchema } from "../../../../model/descriptor";
import { declarationsOf, declared } from "../../../../policies/stack/declared";
import { aBackup, aCluster, aDrill, aStorage, TARGET } from "../../../policy/support/evidence";
import { anExternalDrill } from "../drills";
import { component, resource, UNKNOWN_STRING } from "../stack";

const backup = (descriptor?: unknown) => declared(component("backup", "b", descriptor), backupDescriptorSchema);

describe("what a component declared", () => {
  it("is its descriptor, with its URN and name", () => {
    assert.deepEqual(backup(aBackup("production")), {
      urn: "urn:pulumi:production::shop::restorable:index:LogicalBackup::b",
      name: "b",
      descriptor: aBackup("production"),
    });
  });

  const problems: [string, unknown, string][] = [
    ["absent", undefined, "it registered no descriptor"],
    ["null", null, "it registered no descriptor"],
    ["unknown", UNKNOWN_STRING, "descriptor is unknown at preview"],
    [
      "unknown inside",
      { ...aBackup("production"), target: { ...TARGET, cluster: UNKNOWN_STRING } },
      "descriptor.target.cluster is unknown at preview",
    ],
    [
      "of another version",
      { ...aBackup("production"), version: 2 },
      "its descriptor is not valid at descriptor.version",
    ],
    [
      "without a part",
      { ...aBackup("production"), schedule: undefined },
      "its descriptor is not valid at descriptor.schedule",
    ],
    ["another component's", aDrill("production"), "its descriptor is not valid at descriptor.kind"],
    ["a text", "hush", "its descriptor is not valid at descriptor"],
  ];
  for (const [what, descriptor, problem] of problems)
    it(`cannot be relied on when it is ${what}, and no value of it is in the problem`, () => {
      const { descriptor: read, problem: said } = backup(descriptor);
      assert.deepEqual([read, said], [undefined, problem]);
      assert.ok(!said?.includes("hush"));
    });

  it("may hold more than this pack knows of: a newer component is no reason to refuse", () => {
    assert.equal(backup({ ...aBackup("production"), color: "blue" }).problem, undefined);
  });
});

describe("what a stack's components declared", () => {
  it("is sorted by what they are, and drills of other tools are drills", () => {
    const found = declarationsOf([
      component("cluster", "c", aCluster("production")),
      component("storage", "s", aStorage()),
      component("backup", "b", aBackup("production")),
      component("drill", "d", aDrill("production")),
      component("externalDrill", "e", anExternalDrill(["urn"])),
      component("access", "a", {}),
      resource("kubernetes:core/v1:ConfigMap", "m", {}),
      resource("restorable:index:SomethingElse", "x", {}),
    ]);
    const names = Object.fromEntries(
      Object.entries(found).map(([key, all]) => [key, all.map(({ name }: { name: string }) => name)]),
    );
    assert.deepEqual(names, { clusters: ["c"], storages: ["s"], ownBackups: ["b"], drills: ["d", "e"] });
    for (const one of Object.values(found).flat()) assert.equal(one.problem, undefined);
  });
});
