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

/**
 * Who may write to a storage and remove from it: the first who used it. The marker stands below `backups/`, and says
 * which servers' backups are one history: a server made anew under its old name has another identifier.
 */
export const storageOwnerSchema = z.strictObject({
  version: z.literal(1),
  /** Random, made with the marker. */
  id: z.uuid(),
  environment: z.string().min(1).max(200),
  stack: z.string().min(1).max(200),
  createdAt: z.iso.datetime(),
  /** What people have accepted since, oldest first. */
  adopted: z
    .array(
      z.strictObject({
        at: z.iso.datetime(),
        /** The owner before, when the storage changed hands. */
        from: z.strictObject({ environment: z.string(), stack: z.string() }).optional(),
        /** `namespace/cluster`, and the identifier that its server has now. */
        server: z.strictObject({ cluster: z.string(), systemIdentifier: z.string().regex(/^\d{1,20}$/) }).optional(),
      }),
    )
    .max(1000),
});
export type StorageOwner = z.infer<typeof storageOwnerSchema>;

/**
 * Where the marker is: in each database's own folder, so that several stacks may share a bucket and a prefix as long as no
 * two of them mean the same database by the same name. One below each root, since no Job's key may write to both.
 */
export const ownerKey = (prefix: string, target: Target, root: "backups" | "evidence" = "backups") =>
  `${prefix}${root}/${targetId(target)}/restorable-owner.json`;
