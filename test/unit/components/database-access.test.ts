import { strict as assert } from "node:assert";
import { DatabaseAccess } from "../../../components";
import { plainPaths, refusal, run } from "./declare";
import { access } from "./examples";

const ROLE = "postgresql:index/role:Role";
const GRANT = "postgresql:index/grant:Grant";
const DEFAULTS = "postgresql:index/defaultPrivileges:DefaultPrivileges";
const declare = (changes = {}) => run(() => new DatabaseAccess("shop-access", access(changes)));
const refused = (changes: object) => refusal(() => new DatabaseAccess("shop-access", access(changes)));
const problem = (text: string) => `DatabaseAccess "shop-access" cannot be used as declared:\n  - ${text}`;

describe("DatabaseAccess", () => {
  it("declares owner, database, two groups, their grants today and tomorrow, and the logins", async () => {
    const counts = new Map<string, number>();
    for (const { type } of (await declare()).resources) counts.set(type, (counts.get(type) ?? 0) + 1);
    assert.deepEqual([...counts].sort(), [
      ["postgresql:index/database:Database", 1],
      [DEFAULTS, 6],
      [GRANT, 13],
      [ROLE, 4],
      ["restorable:index:DatabaseAccess", 1],
    ]);
  });

  it("takes from PUBLIC the right to connect, to make temporary tables, and to make objects", async () => {
    const program = await declare();
    const { database, role, objectType, privileges } = program.get(GRANT, "shop-access-grant-database-public").inputs;
    assert.deepEqual(
      { database, role, objectType, privileges },
      { database: "shop", role: "public", objectType: "database", privileges: [] },
    );
    assert.deepEqual(program.get(GRANT, "shop-access-grant-public-schema-public").inputs.privileges, ["USAGE"]);
  });

  it("lets the backup role connect all the same", async () => {
    const { inputs } = (await declare()).get(GRANT, "shop-access-grant-database-restorable_backup");
    assert.deepEqual([inputs.role, inputs.privileges], ["restorable_backup", ["CONNECT"]]);
  });

  it("lets one group read and write and the other read, but neither truncate or create", async () => {
    const program = await declare();
    const tables = (group: string) => program.get(GRANT, `shop-access-grant-public-table-${group}`).inputs;
    assert.deepEqual(
      [tables("rw").role, tables("rw").privileges],
      ["shop_rw", ["SELECT", "INSERT", "UPDATE", "DELETE"]],
    );
    assert.deepEqual([tables("ro").role, tables("ro").privileges], ["shop_ro", ["SELECT"]]);
  });

  it("grants the same on what the owner will make", async () => {
    const { inputs } = (await declare()).get(DEFAULTS, "shop-access-default-public-table-rw");
    assert.equal(inputs.owner, "shop_owner");
    assert.deepEqual(inputs.privileges, ["SELECT", "INSERT", "UPDATE", "DELETE"]);
  });

  it("makes logins members of their group, and an owner without a password no login", async () => {
    const program = await declare({
      roles: [{ name: "shop_report", access: "read-only", password: "r", connectionLimit: 5 }],
    });
    const report = program.get(ROLE, "shop-access-login-shop_report").inputs;
    assert.deepEqual([report.login, report.roles, report.connectionLimit], [true, ["shop_ro"], 5]);
    assert.equal(program.get(ROLE, "shop-access-owner").inputs.login, false);
    const migrations = (await declare({ ownerPassword: "o" })).get(ROLE, "shop-access-owner").inputs;
    assert.equal(migrations.login, true);
  });

  it("makes one change after the other: PostgreSQL refuses two at once to the grants of one object", async () => {
    let running = 0;
    await run(() => new DatabaseAccess("shop-access", access()), {
      onCreate: async (type) => {
        if (type !== GRANT && type !== DEFAULTS) return;
        assert.equal(++running, 1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
      },
    });
  });

  it("takes a database and an owner that are there already as they are", async () => {
    const list = (await declare({ createDatabase: false, createOwner: false })).list();
    assert.ok(!list.some((line) => line.endsWith("-owner") || line.endsWith("-database")));
  });

  it("shows no password outside of secrets", async () => {
    const program = await declare({ ownerPassword: "owner-secret" });
    for (const { raw, name } of program.resources)
      for (const secret of ["app-secret", "owner-secret"]) assert.deepEqual(plainPaths(raw, secret), [], name);
  });

  it("refuses a role that is two things, and a level of access that does not exist", () => {
    const role = { name: "shop_owner", access: "read-write", password: "x" };
    assert.equal(
      refused({ roles: [role] }),
      problem('roles: the role "shop_owner" is declared twice; owner, groups and logins are roles of their own'),
    );
    assert.equal(
      refused({ roles: [{ ...role, name: "shop_app", access: "admin" }] }),
      problem('roles.0.access: must be "read-write" or "read-only"'),
    );
  });

  it("refuses names that PostgreSQL would cut off or keeps for itself, and empty passwords", () => {
    assert.equal(
      refused({
        database: "d".repeat(64),
        owner: "pg_shop",
        roles: [{ name: "app", access: "read-only", password: " " }],
      }),
      problem(
        "database: has over 63 bytes; PostgreSQL would cut it off\n" +
          "  - owner: must not begin with pg_, which PostgreSQL keeps for its own\n" +
          "  - roles.0.password: must not be empty",
      ),
    );
  });
});
