import assert from "node:assert/strict";
import { UNKNOWN } from "../../../../../policies/known";
import {
  containersOf,
  environmentPlainText,
  isSecretName,
  plainTextOf,
  podImages,
  podPlainText,
} from "../../../../../policies/recognizers/shared/containers";
import { resource, UNKNOWN_STRING } from "../../stack";

const pod = (spec: unknown) => (resource("kubernetes:core/v1:Pod", "p", { spec }).props as { spec: unknown }).spec;
const paths = (container: object) => plainTextOf([container], "spec").map(({ path }) => path);

describe("a pod's containers", () => {
  it("are those of both kinds, init containers first, and unknown ones marked", () => {
    const all = containersOf(pod({ initContainers: [{ name: "a" }], containers: [{ name: "b" }, UNKNOWN_STRING] }));
    assert.deepEqual(
      all.map((container) => (container === UNKNOWN ? "unknown" : (container as { name: string }).name)),
      ["a", "b", "unknown"],
    );
    assert.deepEqual(containersOf(pod({ containers: [] })), []);
    assert.deepEqual(containersOf(undefined), []);
    assert.equal(containersOf(UNKNOWN).length, 2);
  });

  it("have images, each with where it stands", () => {
    const images = podImages(
      pod({ initContainers: [{ image: "a:1" }], containers: [{}, { image: UNKNOWN_STRING }] }),
      "spec",
    );
    assert.deepEqual(
      images.map(({ path, image }) => [path, image.state]),
      [
        ["spec.initContainers[0].image", "known"],
        ["spec.containers[0].image", "absent"],
        ["spec.containers[1].image", "unknown"],
      ],
    );
  });
});

describe("a secret's name", () => {
  const secret = [
    "PGPASSWORD",
    "POSTGRES_PASSWORD",
    "DB_PASSWD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "RESTIC_PASSWORD",
    "apiKey",
    "PRIVATE_KEY",
    "GPG_PASSPHRASE",
    "CREDENTIALS",
    "S3_ACCESS_KEY",
  ];
  for (const name of secret) it(`may be ${name}`, () => assert.equal(isSecretName(name), true));
  const harmless = [
    "PGHOST",
    "PGPASSFILE",
    "POSTGRES_PASSWORD_FILE",
    "AWS_ACCESS_KEY_ID",
    "accessKeyId",
    "RESTIC_PASSWORD_COMMAND",
    "SECRET_NAME",
    "TOKEN_PATH",
    "CREDENTIALS_DIR",
  ];
  for (const name of harmless) it(`is not ${name}`, () => assert.equal(isSecretName(name), false));
});

describe("credentials in plain text", () => {
  it("are found in variables, by where they stand and never by what they are", () => {
    const found = plainTextOf([{}, { env: [{ name: "PGPASSWORD", value: "hush" }] }], "spec.template.spec");
    assert.deepEqual(found, [{ path: "spec.template.spec.containers[1].env.PGPASSWORD" }]);
  });

  it("are told apart by the kind of container", () => {
    const env = [{ name: "PGPASSWORD", value: "hush" }];
    assert.deepEqual(
      podPlainText(pod({ initContainers: [{ env }], containers: [{ env }] }), "spec").map(({ path }) => path),
      ["spec.initContainers[0].env.PGPASSWORD", "spec.containers[0].env.PGPASSWORD"],
    );
  });

  it("are not references, empty values, or variables with another's name", () => {
    const env = [
      { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
      { name: "RESTIC_PASSWORD", value: "" },
      { name: "DB_PASSWORD", value: "$(PGPASSWORD)" },
      { name: "PGHOST", value: "orders-rw" },
      { name: "POSTGRES_PASSWORD_FILE", value: "/run/secret" },
    ];
    assert.deepEqual(environmentPlainText(env, "env"), []);
  });

  it("may be unknown yet: what is written into the variable is plain all the same", () => {
    const { props } = resource("t", "r", {
      env: [
        { name: "PGPASSWORD", value: UNKNOWN_STRING },
        { name: UNKNOWN_STRING, value: "x" },
      ],
    });
    assert.deepEqual(plainTextOf([props], "spec"), [{ path: "spec.containers[0].env.PGPASSWORD" }]);
  });

  it("are found in addresses, whatever the variable is called", () => {
    const env = (value: string) => environmentPlainText([{ name: "DATABASE_URL", value }], "env").length;
    assert.equal(env("postgresql://app:hush@orders-rw:5432/app"), 1);
    assert.equal(env("redis://:hush@cache"), 1);
    for (const value of [
      "postgresql://app@orders-rw/app",
      "postgresql://app:$(PGPASSWORD)@orders-rw/app",
      "https://host:8080/a@b",
    ])
      assert.equal(env(value), 0, value);
  });

  const given: [string, object][] = [
    ["an assignment before a command", { command: ["sh", "-c", "PGPASSWORD=hush pg_dump app"] }],
    ["a quoted one", { command: ["sh", "-c", "export AWS_SECRET_ACCESS_KEY='hush'"] }],
    ["a connection string", { args: ["pg_dump", "host=orders-rw password=hush"] }],
    ["an address", { args: ["pg_dump", "postgres://app:hush@orders-rw/app"] }],
    ["an option", { args: ["tool", "--password=hush"] }],
    ["an option and its value as two words", { args: ["tool", "--secret-key", "hush"] }],
    ["an option whose value is unknown yet", { args: ["tool", "--secret-key", UNKNOWN] }],
    ["mc's alias", { command: ["sh", "-c", "mc alias set store https://s3 key hush && mc cp a store/b"] }],
    ["mc's alias word by word", { command: ["mc", "--quiet", "alias", "set", "store", "https://s3", "key", "hush"] }],
  ];
  for (const [what, container] of given)
    it(`are found in a command: ${what}`, () => assert.equal(paths(container).length, 1));

  const fine: [string, object][] = [
    ["a variable in its place", { command: ["sh", "-c", "PGPASSWORD=$DB_PASSWORD pg_dump app"] }],
    ["a quoted variable", { command: ["sh", "-c", 'PGPASSWORD="$DB_PASSWORD" pg_dump app'] }],
    ["what a command gives", { command: ["sh", "-c", "PGPASSWORD=`cat /run/secret` pg_dump; TOKEN=$(cat /x) true"] }],
    ["an option that asks", { args: ["pg_dump", "--password", "-h", "orders-rw"] }],
    ["an option that names a file", { args: ["restic", "--password-file", "/run/secret"] }],
    ["an option with a reference", { args: ["tool", "--secret-key", "$(SECRET)"] }],
    ["mc's alias with variables", { command: ["sh", "-c", "mc alias set store https://s3 $KEY $SECRET"] }],
    ["nothing that is known", { command: UNKNOWN, args: [UNKNOWN] }],
  ];
  for (const [what, container] of fine) it(`are not ${what}`, () => assert.deepEqual(paths(container), []));
});
