import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { connectSource, type SourceAddress } from "../../../agent/postgres/connect";
import { advice } from "../../../agent/postgres/connect-advice";
import { withLocalServer } from "../postgres/local-server";

const PEM = "-----BEGIN CERTIFICATE-----";

/** What a client sends that asks for TLS: a length of 8, and a code in place of a version. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** A server that has no TLS: it says so with N when it is asked, and hangs up on who begins without. */
function withoutTls(asked: Buffer[]): Server {
  return createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (request) => {
      asked.push(request);
      if (request.equals(SSL_REQUEST)) socket.write("N");
      else socket.destroy();
    });
  });
}

describe("a connection to the source", () => {
  let server: Server;
  let asked: Buffer[];
  let source: SourceAddress;

  beforeEach(async () => {
    asked = [];
    server = withoutTls(asked);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    source = { host: "127.0.0.1", port, database: "shop", user: "restorable_backup", password: "sesame" };
  });
  afterEach(() => server.close());

  it("sends nothing, not even who it is, to a server without TLS when an authority is named", async () => {
    const authority = { pem: PEM, file: "/ca.crt" };
    await assert.rejects(
      connectSource({ ...source, authority }),
      /cannot connect to shop at 127\.0\.0\.1:\d+ as restorable_backup: .*; the server offers no TLS, which the backup's serverCa asks for/,
    );
    assert.equal(asked.length, 1);
    assert.doesNotMatch(Buffer.concat(asked).toString(), /restorable_backup|sesame/);
  });

  it("goes on without TLS when nobody asks for it, as libpq does", async () => {
    await assert.rejects(connectSource(source), /cannot connect to shop/);
    assert.match(Buffer.concat(asked).toString(), /user\0restorable_backup/);
  });

  it("says what a certificate that is not accepted asks for", () => {
    const said = (code: string) => advice(Object.assign(new Error("x"), { code }));
    assert.match(said("SELF_SIGNED_CERT_IN_CHAIN"), /did not sign the server's certificate: name the Secret/);
    assert.match(said("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), /did not sign the server's certificate: name the Secret/);
    assert.match(said("ERR_TLS_CERT_ALTNAME_INVALID"), /is for other names: give one of them as the source's host/);
  });
});

describe("a connection that the server refuses", function () {
  this.timeout(60_000);
  const local = withLocalServer();

  before(async () => {
    const { server } = local;
    for (const name of ["shop", "limited", "closed", "locked"]) server.database(name);
    server.sql(
      "postgres",
      "CREATE ROLE backup LOGIN",
      "CREATE ROLE few LOGIN CONNECTION LIMIT 0",
      "CREATE ROLE group_role",
    );
    server.sql(
      "postgres",
      "ALTER DATABASE limited CONNECTION LIMIT 0",
      "ALTER DATABASE closed ALLOW_CONNECTIONS false",
    );
    server.sql("postgres", "REVOKE CONNECT ON DATABASE locked FROM PUBLIC");
  });

  for (const [database, user, told] of [
    ["limited", "backup", /; the database's CONNECTION LIMIT is reached, .* ALTER DATABASE … CONNECTION LIMIT -1/],
    ["shop", "few", /; the CONNECTION LIMIT of the backup's role is reached: .* ALTER ROLE … CONNECTION LIMIT -1/],
    ["closed", "backup", /; the database lets nobody connect \(ALLOW_CONNECTIONS false\)/],
    ["locked", "backup", /; the backup's role has no right to connect: GRANT CONNECT ON DATABASE/],
    ["shop", "group_role", /; the backup's role may not log in: ALTER ROLE … LOGIN/],
    ["missing", "backup", /; the database does not exist/],
  ] as const)
    it(`says what to do: ${database} as ${user}`, async () => {
      const source = { host: local.server.socket, port: 5432, database, user, password: "" };
      await assert.rejects(connectSource(source), told);
    });

  it("is told from a pooler, which refuses settings and keeps no sessions", () => {
    const said = (message: string, code = "08P01") => advice(Object.assign(new Error(message), { code }));
    for (const message of [
      "unsupported startup parameter: options",
      "pgbouncer cannot connect to server",
      "query_wait_timeout",
    ])
      assert.match(said(message), /^this is a connection pooler, .* give the server's own address/);
    assert.match(said("sorry, too many clients already", "53300"), /raise max_connections/);
    assert.match(said("connect ECONNREFUSED", "ECONNREFUSED"), /network policies/);
  });
});
