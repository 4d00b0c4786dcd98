import { z } from "zod";
import { isPlain } from "./text";

/**
 * What the strings of a manifest may be. It comes from a storage, and nobody signs it: its strings become arguments of
 * programs, names in SQL, keys and text on a terminal.
 */

/** A name as PostgreSQL keeps it. */
export const storedIdentifier = z
  .string()
  .min(1)
  .refine((name) => new TextEncoder().encode(name).length <= 63, { error: "has over 63 bytes, which no name has" })
  .refine(isPlain, { error: "has control or format characters: rename it in the source" });

/** A program's or a server's version as it says it itself: `17.12 (Debian 17.12-1.trixie)`. */
export const versionText = z.string().regex(/^\d[ -~]{0,99}$/, { error: "must be a version, in printable ASCII" });

/** PostgreSQL's position in its log: `0/1A2B3C4D`. */
export const lsn = z
  .string()
  .regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/, { error: "must be a position, such as 0/1A2B3C4D" });

/** The encodings that a database can have. Source: PostgreSQL's manual, "Character Set Support", column "Server?". */
const SERVER_ENCODINGS = new Set([
  ...["EUC_CN", "EUC_JP", "EUC_JIS_2004", "EUC_KR", "EUC_TW", "MULE_INTERNAL", "SQL_ASCII", "UTF8"],
  ...["ISO_8859_5", "ISO_8859_6", "ISO_8859_7", "ISO_8859_8", "KOI8R", "KOI8U", "WIN866", "WIN874"],
  ...["LATIN1", "LATIN2", "LATIN3", "LATIN4", "LATIN5", "LATIN6", "LATIN7", "LATIN8", "LATIN9", "LATIN10"],
  ...["WIN1250", "WIN1251", "WIN1252", "WIN1253", "WIN1254", "WIN1255", "WIN1256", "WIN1257", "WIN1258"],
]);

export const serverEncoding = z
  .string()
  .refine((name) => SERVER_ENCODINGS.has(name), { error: "must be an encoding of PostgreSQL's servers, such as UTF8" });
