import { z } from "zod";
import { DURABILITIES } from "./conditions";
import { coverageSchema } from "./coverage";
import { backupEncryptionSchema } from "./encryption";
import { ATTESTATIONS } from "./evidence";
import { kubernetesName } from "./names";
import { notBackedUpSchema } from "./not-backed-up";
import { restorePathSchema } from "./restore-path";
import { applicationSettingsField, probeField, serverParametersField } from "./server-parameters";
import { shrinkageSchema } from "./shrinkage";
import { storageAccessSchema } from "./storage-access";
import { targetSchema } from "./target";

/**
 * What a component tells the agent: one JSON file in a ConfigMap, mounted at CONFIG_FILE. No secret is in it;
 * credentials are mounted as folders of files, one file per key of their Secret.
 */
export const CONFIG_FILE = "/etc/restorable/config.json";

/** Folders under which a Job's Secrets are mounted, read-only. */
export const SECRET_FOLDERS = {
  /** `username` and `password` of the backup role. */
  source: "/var/run/restorable/source",
  /** SERVER_CA_FILE. In backup Jobs with `tls: verify-full`. */
  serverCa: "/var/run/restorable/server-ca",
  /** ACCESS_KEY_ID, ACCESS_SECRET_KEY, BUCKET, ENDPOINT, REGION: writer in backup Jobs, reader in drill Jobs. */
  storage: "/var/run/restorable/storage",
  /** The same five keys for the other copy: writer in copying Jobs, reader in drill Jobs. */
  offSite: "/var/run/restorable/off-site",
  /** The same five keys, for a key that may write `evidence/` and nothing else. */
  evidence: "/var/run/restorable/evidence",
  /** `private.pem`: the Ed25519 key that signs evidence (PKCS #8). */
  signing: "/var/run/restorable/signing",
  /** `identity.txt`: the age identities (AGE-SECRET-KEY-1…, one a line) that open encrypted backups. In drill Jobs alone. */
  identity: "/var/run/restorable/identity",
} as const;

/** The certificate (PEM) of the authority that signed the source's server certificate. */
export const SERVER_CA_FILE = "ca.crt";

/** Where the folders of a drill's pod are. */
export const DRILL_FOLDER = "/drill";

/**
 * The folders of a drill's pod: each is written by one container alone, and read-only, or not there, for all others. The
 * server is taken for hostile: it sees `start`, its own folder, which the agent sees, too, and its data.
 */
export const DRILL_FOLDERS = {
  /** Written by the agent: what the server is started with. */
  start: `${DRILL_FOLDER}/start`,
  /** Written by the server: its socket, its log, and why it failed. */
  server: `${DRILL_FOLDER}/server`,
  /** The server's data: nobody else has it. */
  data: `${DRILL_FOLDER}/data`,
  /** What the agent fetches and decrypts: nobody else has it. */
  artifacts: `${DRILL_FOLDER}/artifacts`,
  /** Written by the signer: the socket at which it takes what the drill has found. */
  signer: `${DRILL_FOLDER}/signer`,
  /** Written by the container of the application's commands: the socket at which it is told which to run. */
  commands: `${DRILL_FOLDER}/commands`,
} as const;

/**
 * How agent and temporary server meet: the agent writes `initdb.args` and `postgres.args` (one argument a line) and then
 * the empty file `start`; the server's container waits for it, runs initdb into `data`, and serves on a Unix socket in
 * `socket`, with trust, listening on no address.
 */
export const DRILL_FILES = {
  initdbArguments: `${DRILL_FOLDERS.start}/initdb.args`,
  postgresArguments: `${DRILL_FOLDERS.start}/postgres.args`,
  start: `${DRILL_FOLDERS.start}/start`,
  data: `${DRILL_FOLDERS.data}/pgdata`,
  socket: DRILL_FOLDERS.server,
  artifacts: DRILL_FOLDERS.artifacts,
  signer: `${DRILL_FOLDERS.signer}/signer.sock`,
  commands: `${DRILL_FOLDERS.commands}/commands.sock`,
} as const;

/** Variables that name one run, set on the Job: the rest is the same for every run. */
export const RUN_VARIABLES = {
  /** The backup to drill; the newest good one when unset. */
  backupId: "RESTORABLE_BACKUP_ID",
  /** after-backup, schedule, deployment or manual; `schedule` when unset. */
  trigger: "RESTORABLE_TRIGGER",
  /** The copy to drill: `primary` or `off-site`; when unset, they take turns. */
  copy: "RESTORABLE_COPY",
  /** `yes`: fewer rows than there were are right. */
  acceptShrinkage: "RESTORABLE_ACCEPT_SHRINKAGE",
} as const;

/** Variables in which Kubernetes tells a drill's containers of their own pod. */
export const POD_VARIABLES = {
  /** The address of the node: the kubelet listens there, which is not for drills. */
  nodeAddress: "RESTORABLE_NODE_ADDRESS",
  /** The pod's name, by which the signer asks when it was asked for. */
  podName: "RESTORABLE_POD_NAME",
} as const;

const address = z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65535) });

/** Below which everything is kept in a storage: "" or ending in a slash. */
export const prefixSchema = z.string().regex(/^$|\/$/);

const common = {
  version: z.literal(1),
  environment: z.string().min(1),
  stack: z.string().min(1),
  target: targetSchema,
  restorePath: restorePathSchema,
  fingerprint: z.string(),
  storage: storageAccessSchema,
  prefix: prefixSchema,
};

export const backupJobSchema = z
  .strictObject({
    ...common,
    source: address,
    /** As libpq's sslmode. `verify-full`: by the authority in SERVER_CA_FILE. */
    tls: z.enum(["prefer", "verify-full"]).default("prefer"),
    /** zstd level, 1 to 19. */
    compressionLevel: z.int().min(1).max(19),
    /** Up to which size of the database every row is digested; beyond it, a share. Absent: EVERY_ROW_UP_TO. */
    everyRowUpToBytes: z.int().positive().optional(),
    /** SQL that returns the newest migration as one value; the usual migration tables are found without it. */
    migrationQuery: z.string().optional(),
    retentionSeconds: z.number().positive(),
    /** What the backup may lack without being refused. Absent: nothing. */
    notBackedUp: notBackedUpSchema.optional(),
    /** Absent: backups are stored as they are. */
    encryption: backupEncryptionSchema.optional(),
    /** The RestoreDrill to be asked for a drill of each backup: see drill-request.ts. */
    requestDrill: z.strictObject({ namespace: kubernetesName, drill: kubernetesName }).optional(),
    /** Which of the server's databases ought to have backups: looked at after the backup. Absent: nobody asks. */
    coverage: coverageSchema.optional(),
  })
  .refine(({ restorePath, encryption }) => restorePath.backup.encryption === (encryption?.scheme ?? "none"), {
    path: ["encryption"],
    error: "must be as restorePath.backup.encryption says: a drill opens what the restore path names",
  });
export type BackupJob = z.infer<typeof backupJobSchema>;

/** One check of the application's own: SQL that must return exactly `expect`, or a command that must end with 0. */
export const applicationCheckSchema = z
  .strictObject({
    name: z.string().min(1),
    /** One statement with one value as its result, run as the application's role. */
    sql: z.string().min(1).optional(),
    /** The value that `sql` must return, as PostgreSQL prints it. Default: `t`. */
    expect: z.string().optional(),
    /**
     * Run in a container of its own, of the agent's image and without any secret, with PGHOST, PGUSER and PGDATABASE set to
     * the restored copy.
     */
    command: z.array(z.string()).min(1).optional(),
  })
  .refine((check) => (check.sql === undefined) !== (check.command === undefined), {
    error: "give either sql or command",
  });
export type ApplicationCheck = z.infer<typeof applicationCheckSchema>;

export const drillJobSchema = z.strictObject({
  ...common,
  /** Where the source listens: the drill shows that it cannot get there. */
  source: address,
  /** pg_restore's -j. */
  jobs: z.int().min(1).max(64),
  /** For whom backups are encrypted, as their own job says it: a KMS is asked that stands here, never one out of a storage. */
  encryption: backupEncryptionSchema.optional(),
  applicationRole: z.string().min(1),
  applicationChecks: z.array(applicationCheckSchema).min(1),
  objectives: z.strictObject({ rpoSeconds: z.number(), rtoSeconds: z.number() }),
  /** Further `name=value` settings of the temporary server, such as shared_preload_libraries. */
  serverParameters: serverParametersField,
  /** Whether the temporary server keeps its data as a server in production does, which takes time. Absent: it does not. */
  durability: z.enum(DURABILITIES).optional(),
  /** What the application sets in its sessions: for the restore of rows, the probe, and the application's checks. */
  applicationSettings: applicationSettingsField.optional(),
  /** Statements in the place of those by which the drill tells that the application's role can read and write. */
  probe: probeField.optional(),
  /** Where evidence is stored, under the same prefix. */
  evidenceStorage: storageAccessSchema,
  evidenceConfigMap: z.strictObject({ namespace: kubernetesName, name: z.string() }),
  /** What signs: the key in the signer's container, or an asymmetric key of AWS KMS, ECC_NIST_P256. */
  signing: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("key") }),
      z.strictObject({
        kind: z.literal("kms"),
        keyId: z.string().min(1),
        region: z.string().min(1),
        endpoint: z.string().optional(),
      }),
    ])
    .optional(),
  /** Who declared the drill, which evidence says: the stack that it drills, or a platform's own. */
  attestation: z.enum(ATTESTATIONS).optional(),
  /** How much its temporary storage may hold, in bytes, where the node's own disk is that. Absent: the volume is a limit. */
  temporaryBytes: z.int().positive().optional(),
  /** How many rows may be gone since the last drill that passed. Absent: DEFAULT_SHRINKAGE. */
  shrinkage: shrinkageSchema.optional(),
  /** The longest that the whole drill may take. */
  deadlineSeconds: z.number().positive().optional(),
  /** The off-site copy, which takes turns with the first: it has a restore path, and so evidence, of its own. */
  offSite: z
    .strictObject({
      storage: storageAccessSchema,
      prefix: prefixSchema,
      restorePath: restorePathSchema,
      fingerprint: z.string(),
      /** The most that may be lost when the first copy is lost, too: how old the newest backup there may be. */
      rpoSeconds: z.number(),
    })
    .optional(),
});
export type DrillJob = z.infer<typeof drillJobSchema>;
