/**
 * The settings whose value is a list of names, stored as SQL: pg_dump's variable_is_guc_list_quote, the same in PostgreSQL
 * 13 to 18. Others with commas in them, such as DateStyle or createrole_self_grant, are one string.
 */
const LISTS: ReadonlySet<string> = new Set([
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

/** The values of a setting as pg_db_role_setting stores it: one, or the elements of a list. */
export function storedValues(parameter: string, stored: string): string[] {
  return LISTS.has(parameter.toLowerCase()) ? elementsOf(parameter, stored) : [stored];
}

const ELEMENT = /[ \t\n\r\f\v]*(?:"((?:[^"]|"")*)"|([^", \t\n\r\f\v][^, \t\n\r\f\v]*))[ \t\n\r\f\v]*(,|$)/y;

/**
 * As PostgreSQL's SplitGUCList: an element is quoted, or whatever is not a comma or white space. What is stored can be
 * anything, because set_config and SET … FROM CURRENT take it unread.
 */
function elementsOf(parameter: string, stored: string): string[] {
  if (stored.trim() === "") return [""];
  const elements: string[] = [];
  ELEMENT.lastIndex = 0;
  for (;;) {
    const match = ELEMENT.exec(stored);
    if (!match) throw new Error(`the setting ${parameter} is stored as a list that PostgreSQL itself cannot read`);
    elements.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
    if (match[3] !== ",") return elements;
  }
}
