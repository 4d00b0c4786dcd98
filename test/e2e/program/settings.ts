/** What the end-to-end tests tell this program: a JSON file that RESTORABLE_E2E_SETTINGS names. */
export interface ProgramSettings {
  namespace: string;
  cluster: string;
  host: string;
  backupSecret: string;
  drillNamespace: string;
  /** The API server's addresses, as ranges. */
  apiServerCidrs: string[];
  database: string;
  applicationRole: string;
  /** SQL that tells that the application works. */
  check: string;
  /** What the backup, the drill and the storage are called. */
  backup: string;
  drill: string;
  store: string;
  endpoint: string;
  bucket: string;
  region: string;
  credentials: Record<"writer" | "reader" | "evidence", { accessKeyId: string; secretAccessKey: string }>;
  signingKey: string;
  images: { server: string; agent: string };
  /** Encrypts backups for `recipients`, and lets drills open them with the lines of `identities`. */
  encryption?: { recipients: string[]; identities: string };
  /** What backups leave out, as the restore path has it. */
  excludeTables?: string[];
  excludeTableData?: string[];
  /** What backups may lack, by the names that a refusal gives. */
  notBackedUp?: string[];
  /** A Secret in the source's namespace with which backups may only be read: what copies them has it. */
  copierSecret?: string;
  /** The off-site copy: another bucket, with keys of its own. */
  offSite?: {
    bucket: string;
    writer: { accessKeyId: string; secretAccessKey: string };
    reader: { accessKeyId: string; secretAccessKey: string };
  };
  /** Leaves the off-site copy out of the drill. */
  offSiteUndrilled?: boolean;
  /** Has the deployment try what the storage keeps. */
  storageCheck?: boolean;
  /** Leaves the drill out, as a careless change would. */
  withoutDrill?: boolean;
  /** For program/apart: which of the two stacks it is, and what somebody tries in the application's. */
  apart?: { part: "platform" | "application"; stack: string; attack?: Attack; promoted?: string[] };
  /** Several databases, each with its backup and its drill: for program/databases. */
  databases?: DatabaseSettings[];
}

/** What a person with write access to the application's program may try. */
export type Attack = "own-drill" | "other-image" | "other-config";

export interface DatabaseSettings
  extends Pick<ProgramSettings, "database" | "applicationRole" | "check" | "backup" | "drill"> {
  /** @default the program's */
  backupSecret?: string;
}
