import { oneLine } from "../../model/text";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import type { PlainText } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";
import { databaseText } from "../stack/text";

/**
 * No credential stands in plain text in what declares a database or a backup, in any environment.
 *
 * Severity: critical. Page: docs/policies/no-plain-text-credentials.md
 */
export const rule: Rule = {
  name: "no-plain-text-credentials",
  description: "Databases and backups refer to their credentials and never hold them in plain text.",
  level: "mandatory",
  severity: "critical",
  remedy: "Keep the credential in a Secret or a secrets manager, refer to it from there, and replace it.",
  check: ({ index }) => [...holders(index).values()].flatMap(finding),
};

export const noPlainTextCredentials = stackPolicy(rule);

interface Holder {
  urn: string;
  about: string;
  paths: Set<string>;
}

/** By resource: one that is a database and its backup in one is spoken of once. */
function holders({ databases, backups }: StackIndex): Map<string, Holder> {
  const found = new Map<string, Holder>();
  const add = (urn: string, about: string, plainText: PlainText[]) => {
    const holder = found.get(urn) ?? { urn, about, paths: new Set() };
    for (const { path } of plainText) holder.paths.add(path);
    found.set(urn, holder);
  };
  for (const database of databases) add(database.urn, databaseText(database), database.plainText);
  for (const backup of backups) add(backup.urn, oneLine(backup.id, 200), backup.plainText);
  return found;
}

const MOST = 10;

/** Where, never what: the value itself must not come near a log. */
function finding({ urn, about, paths }: Holder): Finding[] {
  if (paths.size === 0) return [];
  const shown = [...paths].slice(0, MOST);
  const more = paths.size - shown.length;
  return [
    {
      urn,
      verdict: `${about} has ${paths.size === 1 ? "a credential" : `${paths.size} credentials`} in plain text.`,
      reasons: [
        ...shown.map((path) => `whoever may read this resource can read ${oneLine(path, 200)}`),
        ...(more > 0 ? [`likewise in ${more} more places`] : []),
      ],
      remedies: [
        "put it into a Secret and refer to that: valueFrom.secretKeyRef, or a file mounted from the Secret",
        "replace the credential: it has been readable since it was declared",
      ],
    },
  ];
}
