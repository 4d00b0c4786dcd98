/** `name` as an SQL identifier. Always quoted: mixed case, spaces and quotes are all right. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `value` as an SQL string, which is read the same whatever `standard_conforming_strings` is. */
export function quoteLiteral(value: string): string {
  const escaped = value.replaceAll("'", "''");
  return value.includes("\\") ? `E'${escaped.replaceAll("\\", "\\\\")}'` : `'${escaped}'`;
}
