import type { StorageCheck } from "../catalog/storage-check";
import type { StorageUse } from "../model/storage-promises";
import type { Bucket } from "../store/s3-store";
import type { Store } from "../store/store";
import type { Cluster } from "./connection/cluster";

/** A storage whose promises are tried. */
export type CheckedPlace =
  | { kind: "bucket"; name: string; keys: Partial<Record<StorageUse, Bucket>>; prefix: string }
  | { kind: "folder"; name: string; path: string; prefix: string };

/** Everything outside of the command itself. Tests put their own in its place. */
export interface World {
  /** Writes a line, or several, to standard output: the answer, and nothing else. */
  out(text: string): void;
  /** Writes to standard error, without a line's end: progress, notes, errors. */
  err(text: string): void;
  /** Which of the three are a terminal. */
  terminal: { in: boolean; out: boolean; err: boolean };
  /** Whether colours may be used. */
  color: boolean;
  env: NodeJS.ProcessEnv;
  now(): Date;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Asks a question that is answered with yes or no. */
  confirm(question: string): Promise<boolean>;
  /** Asks for a line of text. */
  ask(question: string): Promise<string>;
  /** The outputs of a Pulumi stack; `folder` is where its program is. */
  stackOutputs(stack: string, folder: string | undefined): Promise<unknown>;
  /** The cluster of a context of the kubeconfig; of the current one when undefined. */
  cluster(context: string | undefined): Promise<Cluster>;
  bucket(bucket: Bucket): Promise<Store>;
  folder(path: string): Promise<Store>;
  checkStorage(place: CheckedPlace): Promise<StorageCheck>;
}
