import type { Readable } from "node:stream";

export interface StoredObject {
  key: string;
  bytes: number;
  /** Hex. */
  sha256: string;
}

/** An object as a listing tells of it. */
export interface ListedObject {
  key: string;
  bytes: number;
  modified: Date;
}

/**
 * Where backups are: a bucket, or a folder on a volume. Keys are paths with slashes, without one at the beginning.
 * Every error is a ReportedError that says what could not be done, where, why, and what to do; an object that is not
 * there is a NotFoundError.
 */
export interface Store {
  /** Where it is, for people: `the bucket backups at https://s3.example.com`. */
  readonly place: string;
  /**
   * Where it is, for comparing, with no secret in it: `https://s3.example.com/backups`, `s3://backups` at Amazon, and
   * `volume` of a folder, which is mounted wherever it is used.
   */
  readonly address: string;

  /**
   * Stores what `body` yields, in one pass. The object appears whole or not at all: a stream that fails takes what was
   * stored of it along. `expectedBytes` is an upper estimate of its length.
   */
  upload(key: string, body: AsyncIterable<Buffer>, expectedBytes: number): Promise<StoredObject>;
  putText(key: string, text: string): Promise<StoredObject>;
  /**
   * Stores a text where there is no object yet. False when there is one. Of several at once one wins where the storage
   * can decide it (If-None-Match, link); where it cannot, the last does: read what is there before you rely on it.
   */
  putTextIfAbsent(key: string, text: string): Promise<boolean>;

  /** No object of more than MOST_TEXT_BYTES: a TooLargeError, before it is in memory. */
  readText(key: string): Promise<string>;
  /** Its text, or undefined when it is not there. */
  readTextIfThere(key: string): Promise<string | undefined>;
  /** Its bytes, from the first on; an object that is cut off on its way ends in an error. */
  read(key: string): Promise<Readable>;
  /** Writes the object to `file` and measures it on the way. */
  download(key: string, file: string): Promise<{ bytes: number; sha256: string }>;
  size(key: string): Promise<number>;

  /** The names of the "folders" directly under `prefix`, without it and without the slash. */
  folders(prefix: string): Promise<string[]>;
  /** All objects under `prefix`, a page at a time, in the order of their keys. */
  list(prefix: string): AsyncIterable<ListedObject[]>;

  /**
   * Until when the storage itself keeps an object (Object Lock); NO_END under a legal hold; undefined when nothing does.
   * Only storages that know such a thing have it.
   */
  lockedUntil?(key: string): Promise<Date | undefined>;

  /**
   * By how many milliseconds the storage's own clock is ahead of the one here, to some seconds; undefined when it does not
   * tell. Never an error: whatever stands in the way is found by what is done next.
   */
  clockAhead?(): Promise<number | undefined>;

  /** Removes objects; one that is not there is no error. All are tried before the first failure is thrown. */
  remove(...keys: string[]): Promise<void>;
}
