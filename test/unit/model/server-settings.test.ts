import assert from "node:assert/strict";
import { drillJobSchema } from "../../../model/job-config";
import { manifestSchema } from "../../../model/manifest";
import { drillJob, manifest } from "../agent/jobs";

describe("the settings that a backup records of its server", () => {
  const parse = (settings: unknown) =>
    manifestSchema.safeParse({ ...manifest, server: { ...manifest.server, settings } }).success;

  it("may be missing, as in manifests of before", () => {
    assert.ok(manifestSchema.safeParse(manifest).success);
  });

  it("are of a known list, with values that cannot become another argument", () => {
    assert.ok(
      parse({ timezone: "America/Argentina/Buenos_Aires", datestyle: "ISO, DMY", lc_monetary: "de_DE.UTF-8@euro" }),
    );
    for (const wrong of [
      { archive_command: "x" },
      { timezone: "" },
      { timezone: "UTC\n-c" },
      { timezone: "$(id)" },
      { lc_time: "'" },
    ])
      assert.ok(!parse(wrong), JSON.stringify(wrong));
  });
});

describe("what a drill is told of the application", () => {
  const parse = (change: object) => drillJobSchema.safeParse({ ...drillJob, ...change }).success;

  it("are settings of its own, never the server's nor ours, on one line", () => {
    assert.ok(parse({ applicationSettings: { "app.tenant_id": "7 of 9" } }));
    for (const name of ["work_mem", "restorable.left_out", "app.x y", ".a", "a."])
      assert.ok(!parse({ applicationSettings: { [name]: "1" } }), name);
    assert.ok(!parse({ applicationSettings: { "app.x": "1\n2" } }));
  });

  it("is a probe with a statement to read, to write, or both", () => {
    assert.ok(parse({ probe: { read: "SELECT 1" } }) && parse({ probe: { write: "SELECT f()" } }));
    assert.ok(!parse({ probe: {} }) && !parse({ probe: { read: " " } }) && !parse({ probe: { delete: "x" } }));
  });
});
