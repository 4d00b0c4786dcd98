/** What the end-to-end tests tell this program: a JSON file that RESTORABLE_E2E_SETTINGS names. */
export interface ProgramSettings {
  namespace: string;
  cluster: string;
  host: string;
  backupSecret: string;
  drillNamespace: string;
  database: string;
  applicationRole: string;
  endpoint: string;
  bucket: string;
  region: string;
  credentials: Record<"writer" | "reader" | "evidence", { accessKeyId: string; secretAccessKey: string }>;
  signingKey: string;
  images: { server: string; agent: string };
  /** Leaves the drill out, as a careless change would. */
  withoutDrill?: boolean;
}
