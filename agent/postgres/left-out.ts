import type { Client } from "pg";

/**
 * What a backup leaves out, as settings of its session (see leaveOut()): every question to the catalog asks them, and
 * where prepareSession() has emptied them, as in a drill, nothing is left out.
 */
export const LEFT_OUT = "restorable.left_out";
export const WITHOUT_ROWS = "restorable.without_rows";

/** SQL: one number for an object of any catalog. */
export const objectNumber = (catalogOid: string, oid: string) => `(${catalogOid}::int8 << 32 | ${oid}::int8)`;

const among = (setting: string, number: string) =>
  `${number} IN (SELECT unnest(nullif(current_setting('${setting}', true), '')::int8[]))`;

/** SQL: whether an object, of the catalog with the OID `catalogOid`, is left out of the backup. */
export const isLeftOut = (catalogOid: string, oid: string) => among(LEFT_OUT, objectNumber(catalogOid, oid));

/** SQL: the same of a table, view, sequence or index. */
export const isRelationLeftOut = (oid: string) => isLeftOut("'pg_class'::regclass::oid", oid);

/** SQL: whether the backup holds the definition of this table, and not its rows. */
export const isWithoutRows = (oid: string) => among(WITHOUT_ROWS, `${oid}::int8`);

/** Leaves objects out of what `client` records from here on: `objects` are object numbers, `withoutRows` OIDs of tables. */
export async function leaveOut(client: Client, objects: string[], withoutRows: string[]): Promise<void> {
  await client.query("SELECT set_config($1, $2, false), set_config($3, $4, false)", [
    ...[LEFT_OUT, `{${objects.join(",")}}`],
    ...[WITHOUT_ROWS, `{${withoutRows.join(",")}}`],
  ]);
}
