import type { StorageAccess } from "../model/storage-access";
import { FolderStore } from "./folder-store";
import { S3Store } from "./s3-store";
import type { Store } from "./store";

/** Opens a storage. `secrets` is the folder where its Secret is mounted, for the kinds that have one. */
export async function openStore(access: StorageAccess, secrets: string, signal?: AbortSignal): Promise<Store> {
  switch (access.kind) {
    case "s3-compatible":
      return S3Store.fromSecret(secrets, signal);
    case "s3": {
      const { kind: _, ...bucket } = access;
      return S3Store.open(bucket, signal);
    }
    case "nfs":
      return FolderStore.open(access.path, { signal, within: access.within });
  }
}
