/** Something of the database that pg_dump leaves out without a word, so that a restore lacks it. */
export interface Loss {
  /** Its kind and name, such as `function pg_catalog.hello(integer)`: what `notBackedUp` names. */
  name: string;
  /** Why no dump holds it. */
  reason: string;
  remedy: string;
}

/** Objects that one reason and one remedy fit. */
export interface LossQuery extends Pick<Loss, "reason" | "remedy"> {
  /** Gives their names as `name`. */
  sql: string;
  /** The first major version that has what is asked for. */
  since?: number;
}
