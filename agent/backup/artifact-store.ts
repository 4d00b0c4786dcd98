import type { ArtifactEncryption } from "../../model/encryption";
import type { BackupJob } from "../../model/job-config";
import type { Store, StoredObject } from "../../store/store";

/** The store as one backup's artifacts see it: what goes in is encrypted on the way, where the job says so. */
export interface ArtifactStore extends Pick<Store, "upload" | "putText"> {
  /** What the manifest says of it; absent: artifacts are stored as they are. */
  encryption?: ArtifactEncryption;
}

/** Asks the KMS for the backup's key where there is one. Sizes and digests are those of what is stored. */
export async function openArtifactStore(
  store: Pick<Store, "upload" | "putText">,
  job: Pick<BackupJob, "encryption" | "target">,
  id: string,
  signal?: AbortSignal,
): Promise<ArtifactStore> {
  if (!job.encryption) {
    return {
      upload: (key, body, expectedBytes) => store.upload(key, body, expectedBytes),
      putText: (key, text) => store.putText(key, text),
    };
  }
  // Loaded when it is needed: it would add to the start of every other run.
  const { beginEncryption } = await import("../../encryption/encrypt");
  const { encrypt, manifest } = await beginEncryption(job.encryption, { target: job.target, id }, signal);
  const upload = (key: string, body: AsyncIterable<Buffer>, expectedBytes: number): Promise<StoredObject> =>
    store.upload(key, encrypt(body), encryptedSize(expectedBytes));
  return {
    encryption: manifest,
    upload,
    putText: (key, text) => upload(key, once(Buffer.from(text)), Buffer.byteLength(text)),
  };
}

/** At most: a header, and 16 bytes for each 64 KiB. */
function encryptedSize(bytes: number): number {
  return bytes + 16 * Math.ceil(bytes / 65_536) + 65_536;
}

async function* once(text: Buffer): AsyncGenerator<Buffer> {
  yield text;
}
