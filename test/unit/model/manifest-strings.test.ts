import assert from "node:assert/strict";
import { initdbArguments, lines } from "../../../agent/drill/server";
import { drillJobSchema } from "../../../model/job-config";
import { type Manifest, parseManifest } from "../../../model/manifest";
import { drillJob, manifest } from "../agent/jobs";

const read = (changed: object) => parseManifest(JSON.stringify(changed), "m.json");
const refusal = (changed: object) => {
  let message = "";
  assert.throws(
    () => read(changed),
    (error: Error) => {
      message = error.message;
      return true;
    },
  );
  return message;
};
const withServer = (changes: object) => ({ ...manifest, server: { ...manifest.server, ...changes } });

describe("a manifest's strings, which become arguments, names, keys and text,", () => {
  it("are read as the agent writes them", () => {
    assert.deepEqual(read(manifest), manifest);
    const debian = withServer({
      version: "17.12 (Debian 17.12-1.trixie)",
      tablespaces: ["fast disk"],
      encoding: "LATIN1",
    });
    assert.deepEqual(read(debian), debian);
    const below = (name: string) => ({
      ...manifest.artifacts.database,
      key: `teams/shop/${manifest.artifacts.database.key}`.replace("database.dump", name),
    });
    const artifacts = { database: below("database.dump"), roles: below("roles.sql"), facts: below("facts.json") };
    assert.doesNotThrow(() => read({ ...manifest, artifacts }));
  });

  it("cannot give the temporary server a further argument by the superuser's name", () => {
    const evil = "postgres\n--set=archive_command=touch /tmp/x";
    assert.match(
      refusal(withServer({ bootstrapSuperuser: evil })),
      /server\.bootstrapSuperuser: has control or format/,
    );
    // The writer of arguments is not asked to believe it.
    const server = { ...manifest.server, bootstrapSuperuser: evil } as Manifest["server"];
    assert.throws(
      () => lines(initdbArguments(server)),
      /its argument "--username=postgres\\n--set.* is more than one line/,
    );
  });

  it("are refused where they are not what their place holds", () => {
    for (const [changed, message] of [
      [withServer({ encoding: "UTF8 --auth=md5" }), /server\.encoding: must be an encoding of PostgreSQL's servers/],
      [withServer({ encoding: "SJIS" }), /server\.encoding: must be an encoding/],
      [withServer({ version: "17\u001b[1A" }), /server\.version: must be a version, in printable ASCII/],
      [withServer({ major: 1e9 }), /server\.major/],
      [withServer({ tablespaces: ["x".repeat(64)] }), /server\.tablespaces\.0: has over 63 bytes/],
      [withServer({ bootstrapSuperuser: "" }), /server\.bootstrapSuperuser/],
      [{ ...manifest, tools: { ...manifest.tools, pgDump: "`id`" } }, /tools\.pgDump: must be a version/],
      [{ ...manifest, snapshot: { ...manifest.snapshot, lsn: "0/1; DROP" } }, /snapshot\.lsn: must be a position/],
      [{ ...manifest, previous: { ...manifest.previous, id: "../x" } }, /previous\.id/],
      [{ ...manifest, stack: "orders\u202egnigats" }, /stack: has control or format characters/],
      [{ ...manifest, warnings: ["fine", "\u001b]0;pwned\u0007"] }, /warnings\.1: has control or format characters/],
      [{ ...manifest, excluded: { tables: ["a\nb"], tableData: [] } }, /excluded\.tables\.0: has control or format/],
      [
        { ...manifest, target: { ...manifest.target, database: "shop\u0000" } },
        /target\.database: must not have control/,
      ],
    ] as const) {
      const refused = refusal(changed);
      assert.match(refused, message);
      assert.doesNotMatch(refused, /[\p{Cc}\p{Cf}]/u);
    }
  });

  it("lead out of no folder, and name no object by another name than its own", () => {
    const withKey = (key: string) => ({
      ...manifest,
      artifacts: { ...manifest.artifacts, roles: { ...manifest.artifacts.roles, key } },
    });
    const { key } = manifest.artifacts.roles;
    for (const other of [
      key.replace("roles.sql", "evil.sql"),
      key.replace("roles.sql", "roles.sql/x"),
      `${key}.age`,
      `/${key}`,
      `../${key}`,
      key.replace("shop", ".."),
      key.replace("shop", ""),
      manifest.artifacts.facts.key,
    ])
      assert.match(refusal(withKey(other)), /artifacts\.roles\.key: must be the path of roles\.sql/, other);
  });

  it("ask for no KMS at an address that is none, with no key that is none", () => {
    const kms = { scheme: "kms", keyId: "alias/a", region: "eu-central-1", wrappedKey: "dw==" };
    for (const [changes, path] of [
      [{ endpoint: "file:///etc/passwd" }, "endpoint"],
      [{ region: "evil.example.com/x" }, "region"],
      [{ keyId: "a b" }, "keyId"],
      [{ wrappedKey: "$(id)" }, "wrappedKey"],
    ] as const)
      assert.match(refusal({ ...manifest, encryption: { ...kms, ...changes } }), new RegExp(`encryption\\.${path}: `));
  });
});

describe("a drill's settings for the temporary server", () => {
  const parse = (serverParameters: Record<string, string>) =>
    drillJobSchema.safeParse({ ...drillJob, serverParameters });

  it("have the names of settings, and one line each", () => {
    assert.ok(
      parse({ "auto_explain.log_min_duration": "1s", shared_preload_libraries: "timescaledb, pg_cron" }).success,
    );
    const wrong: Record<string, string>[] = [
      { "a\nb": "1" },
      { "-c archive_mode": "on" },
      { "a=b": "1" },
      { a: "1\n-c\nb=2" },
    ];
    for (const parameters of wrong) assert.equal(parse(parameters).success, false, JSON.stringify(parameters));
  });
});
