import { MarkerError, ownersOf, readOwner } from "../../catalog/ownership";
import { describeOwner, type Owner, ownersIn, sameOwner } from "../../model/storage-identity";
import { type Target, targetId } from "../../model/target";
import { badInput } from "../command";
import type { Connection } from "./connection";
import type { Storage } from "./storages";

/**
 * Whose backups are meant: the stack's, and those that it has adopted there. Without a stack, the owner's by the storage's
 * marker; without that, everybody's count (undefined), as nothing says whose the database is.
 */
export async function ownersMeant(
  connection: Connection,
  { store, prefix }: Storage,
  target: Target,
): Promise<Owner[] | undefined> {
  const declared = await connection.stackOwner();
  const marker = await readOwner({ store, prefix, target, root: "backups" }).catch((error: unknown) => {
    // A marker that was damaged must not keep anybody from looking at backups, and fetching them.
    if (error instanceof MarkerError) return undefined;
    throw error;
  });
  if (declared === undefined) return marker && ownersIn(marker);
  return marker && sameOwner(marker, declared) ? ownersIn(marker) : [declared];
}

/** For whom something is changed: the stack or, without one, the only owner that the storage knows of. */
export async function ownerMeant(connection: Connection, { store, prefix }: Storage, target: Target): Promise<Owner> {
  const declared = await connection.stackOwner();
  if (declared) return declared;
  const folder = { store, prefix, target, root: "backups" as const };
  const found = await ownersOf(folder);
  const [first] = found;
  if (first && (found.length === 1 || (await readOwner(folder))))
    return { environment: first.environment, stack: first.stack };
  throw badInput(
    `whose is ${targetId(target)} in ${store.place}? ${
      first
        ? `There are backups of the ${found.map(describeOwner).join(", and of the ")}`
        : "There is neither a marker nor a backup that says it"
    }; give --stack`,
  );
}
