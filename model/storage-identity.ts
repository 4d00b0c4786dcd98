import { z } from "zod";
import { STORAGE_KINDS } from "./storage-access";
import { type Target, targetId } from "./target";

/**
 * Which storage a drill read, as the drill saw it: the gate asks for proof again when it changes. No secret: names only.
 * `place` is the bucket's URL (`https://s3.example.com/orders-backups`, `s3://orders-backups`) or, of a volume, `volume`.
 */
export const evidenceStorageSchema = z.strictObject({
  kind: z.enum(STORAGE_KINDS),
  place: z.string().min(1).max(500),
  prefix: z.string().max(500),
  /** The id in the storage's marker of ownership. */
  owner: z.uuid().optional(),
});
export type EvidenceStorage = z.infer<typeof evidenceStorageSchema>;

/** Whose something is. A database's name alone says nothing: two stacks may mean two databases by the same one. */
export interface Owner {
  /** In the promotion order, such as `staging`. */
  environment: string;
  /** The Pulumi stack. */
  stack: string;
}

const owner = { environment: z.string().min(1).max(200), stack: z.string().min(1).max(200) };

/** What somebody accepted: that the folder changed hands, or that its database has another server now. */
export const adoptionSchema = z.strictObject({
  at: z.iso.datetime(),
  /** The owner before, when it changed: the backups of both are one history since. */
  from: z.strictObject(owner).optional(),
  /** The system identifier of the database's server from then on. */
  systemIdentifier: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
});
export type Adoption = z.infer<typeof adoptionSchema>;

/**
 * Who may write to a database's folder and remove from it: the first who used it, until somebody adopts it. It also says
 * which servers' backups are one history: a server that was made anew under its old name has another identifier.
 */
export const storageOwnerSchema = z.strictObject({
  version: z.literal(1),
  /** Random, made with the marker. */
  id: z.uuid(),
  /** `targetId` of the database: where a volume takes `Orders` for `orders`, both find the same marker. */
  target: z.string().min(1).max(500),
  ...owner,
  createdAt: z.iso.datetime(),
  /** Oldest first. */
  adopted: z.array(adoptionSchema).max(1000),
});
export type StorageOwner = z.infer<typeof storageOwnerSchema>;

/** The two trees of a storage; each database has a folder, and so a marker, in either. */
export const ROOTS = ["backups", "evidence"] as const;
export type StorageRoot = (typeof ROOTS)[number];

export const OWNER_FILE = "restorable-owner.json";

/**
 * Where the marker is: in each database's own folder, so that several stacks may share a bucket and a prefix as long as no
 * two of them mean the same database by the same name. One below each root, since no Job's key may write to both.
 */
export const ownerKey = (prefix: string, target: Target, root: StorageRoot = "backups") =>
  `${prefix}${root}/${targetId(target)}/${OWNER_FILE}`;

export function sameOwner(a: Owner, b: Owner): boolean {
  return a.environment === b.environment && a.stack === b.stack;
}

/** `stack orders-production of the environment production` */
export function describeOwner({ environment, stack }: Owner): string {
  return `stack ${stack} of the environment ${environment}`;
}

/** All whose backups are one history in the folder that `marker` stands in: its owner, and those before. */
export function ownersIn(marker: Pick<StorageOwner, "adopted" | keyof Owner>): Owner[] {
  return [marker, ...marker.adopted.flatMap(({ from }) => from ?? [])];
}
