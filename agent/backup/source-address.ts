import { type BackupJob, SECRET_FOLDERS, SERVER_CA_FILE } from "../../model/job-config";
import { readSecret } from "../../runtime/secret-files";
import type { SourceAddress } from "../postgres/connect";

/** Where the backup's database is, with the credentials and, where there is one, the authority that are mounted for it. */
export async function sourceAddress({ source, target, tls }: BackupJob): Promise<SourceAddress> {
  const { username: user, password } = await readSecret(SECRET_FOLDERS.source, ["username", "password"]);
  const address = { ...source, database: target.database, user, password };
  if (tls === "prefer") return address;
  const ca = await readSecret(SECRET_FOLDERS.serverCa, [SERVER_CA_FILE]);
  return { ...address, authority: { pem: ca[SERVER_CA_FILE], file: `${SECRET_FOLDERS.serverCa}/${SERVER_CA_FILE}` } };
}
