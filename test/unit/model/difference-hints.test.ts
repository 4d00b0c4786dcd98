import assert from "node:assert/strict";
import { differenceHint } from "../../../model/difference-hints";

const none = { missing: [], unexpected: [], changed: [] };
const change = (identity: string, expected: string, actual: string) => ({
  ...none,
  changed: [{ identity, expected, actual }],
});

describe("what to do about a difference that a new backup would have, too", () => {
  it("is to update an extension that pg_upgrade left as it was", () => {
    const difference = change("pg_trgm", "version 1.3 in public", "version 1.6 in public");
    assert.match(differenceHint("extensions", difference) ?? "", /ALTER EXTENSION … UPDATE in the source \(pg_trgm\)/);
  });

  it("is to make plpgsql again, or to end what was begun", () => {
    assert.match(differenceHint("extensions", { ...none, unexpected: ["plpgsql"] }) ?? "", /CREATE EXTENSION plpgsql/);
    const pending = change("public.part", "table, detaching pending", "table");
    assert.match(differenceHint("tables", pending) ?? "", /DETACH PARTITION … FINALIZE/);
  });

  it("is to look at the backup's warnings for a grant to a role that is gone", () => {
    const difference = { ...none, missing: ["table public.t to unknown (OID=16500)"] };
    assert.match(differenceHint("grants", difference) ?? "", /a role that is gone/);
  });

  it("is not known of others", () => {
    assert.equal(differenceHint("grants", { ...none, missing: ["table public.t to app"] }), undefined);
    assert.equal(differenceHint("columns", change("public.t.a", "text", "int")), undefined);
  });
});
