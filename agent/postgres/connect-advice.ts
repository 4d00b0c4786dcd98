import { messageOf } from "../../runtime/errors";

/** What to do about an error of a connection to the source: by its code first, then by what the server says. */
interface Advice {
  /** SQLSTATEs, or codes of Node.js. */
  codes?: string[];
  /** Of the message: the server's, in English or not, may have no more than this in common. */
  says?: RegExp;
  advice: string;
}

const POOLER =
  "this is a connection pooler, which keeps no session: give the server's own address as the source's host, since a backup " +
  "needs a snapshot that lasts";

/** The first that fits. */
const ADVICE: Advice[] = [
  {
    // What Node.js calls a certificate that no known authority signed.
    codes: [
      ...["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
      ...["UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CERT_SIGNATURE_FAILURE"],
    ],
    advice:
      "the authority of the backup's serverCa did not sign the server's certificate: name the Secret of the one that did",
  },
  {
    codes: ["ERR_TLS_CERT_ALTNAME_INVALID"],
    advice:
      "the server's certificate is for other names: give one of them as the source's host, or renew the certificate",
  },
  {
    says: /does not support SSL/,
    advice: "the server offers no TLS, which the backup's serverCa asks for: switch it on",
  },
  {
    says: /unsupported startup parameter|pgbouncer|no such database: |server_login_retry|query_wait_timeout|max_client_conn|prepared statement "[^"]*" does not exist/i,
    advice: POOLER,
  },
  {
    says: /too many connections for database/,
    advice:
      "the database's CONNECTION LIMIT is reached, which holds for all but superusers: ALTER DATABASE … CONNECTION LIMIT -1, or " +
      "a number with room for the four connections of a backup",
  },
  {
    says: /too many connections for role/,
    advice:
      "the CONNECTION LIMIT of the backup's role is reached: a backup needs four connections at once; ALTER ROLE … CONNECTION LIMIT -1, or 8",
  },
  {
    says: /not currently accepting connections/,
    advice:
      "the database lets nobody connect (ALLOW_CONNECTIONS false): ALTER DATABASE … ALLOW_CONNECTIONS true, or take its backup out of the program",
  },
  {
    says: /does not have CONNECT privilege|permission denied for database/,
    codes: ["42501"],
    advice: "the backup's role has no right to connect: GRANT CONNECT ON DATABASE … TO the role",
  },
  {
    says: /is not permitted to log in/,
    advice: "the backup's role may not log in: ALTER ROLE … LOGIN",
  },
  {
    says: /no pg_hba\.conf entry|pg_hba\.conf rejects/,
    advice:
      "the server's pg_hba.conf has no line that lets this role in from here: add one for the backup's role and database",
  },
  { codes: ["28P01", "28000"], advice: "check username and password in the backup role's Secret" },
  { codes: ["3D000"], advice: "the database does not exist: check the target's database" },
  {
    codes: ["53300"],
    advice: "the server has no free connection: raise max_connections, or leave some free while backups run",
  },
  {
    codes: ["57P03"],
    advice:
      "the server starts, stops or recovers: try again when it is up; a standby must be open for reading (hot_standby)",
  },
  {
    says: /could not access file|could not load library/,
    advice: "a library that its sessions load is missing there: see session_preload_libraries",
  },
];

const UNREACHABLE = "check that the server runs and that the network policies let the backup Job reach it";

/** What to do about an error of a connection. */
export function advice(error: unknown): string {
  const code = (error as { code?: string }).code ?? "";
  const message = messageOf(error);
  const fits = ({ codes, says }: Advice) => (codes?.includes(code) ?? false) || (says?.test(message) ?? false);
  return ADVICE.find(fits)?.advice ?? UNREACHABLE;
}
