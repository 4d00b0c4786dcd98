import type { DatabaseOutput } from "../../model/cli-outputs";
import { type Target, targetId } from "../../model/target";
import { badInput } from "../command";
import type { ConnectionOptions } from "./options";

/** A database, and what the stack says of it where there is one. */
export interface Selected {
  target: Target;
  declared?: DatabaseOutput;
}

type Wanted = Pick<ConnectionOptions, "namespace" | "cluster" | "database">;

/** Those of `there` that the options mean. None is an error that says which there are. */
export function chooseDatabases(there: Selected[], wanted: Wanted, place: string): Selected[] {
  if (there.length === 0)
    throw badInput(`there is no database ${place}: no backup has been taken yet, or it is the wrong place`);
  const found = there.filter(
    ({ target }) =>
      (wanted.namespace ?? target.namespace) === target.namespace &&
      (wanted.cluster ?? target.cluster) === target.cluster &&
      (wanted.database ?? target.database) === target.database,
  );
  if (found.length > 0) return found;
  throw badInput(`there is no database ${described(wanted)} ${place}; there ${listed(there)}`);
}

/** The one database that the options mean. */
export function chooseDatabase(there: Selected[], wanted: Wanted, place: string): Selected {
  const found = chooseDatabases(there, wanted, place);
  if (found.length === 1) return found[0] as Selected;
  throw badInput(
    `which database is meant? Give --database (and --namespace and --cluster if need be); there ${listed(found)}`,
  );
}

function described({ namespace = "*", cluster = "*", database = "*" }: Wanted): string {
  return [namespace, cluster, database].join("/");
}

function listed(there: Selected[]): string {
  return `${there.length === 1 ? "is" : "are"} ${there.map(({ target }) => targetId(target)).join(", ")}`;
}
