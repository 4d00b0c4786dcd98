export { quoteIdentifier, quoteLiteral } from "../../model/sql";

/** `value` inside a libpq connection string. */
export function conninfoValue(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
