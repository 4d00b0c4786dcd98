import type { PromiseId } from "../../model/storage-promises";
import type { Finding } from "./probe";

/** What came of one promise. */
export interface CheckResult extends Finding {
  id: PromiseId;
  question: string;
  required: boolean;
}

/** Those for whose sake the storage must not be used. */
export function brokenPromises(results: readonly CheckResult[]): CheckResult[] {
  return results.filter(({ required, kept }) => required && kept !== true);
}
