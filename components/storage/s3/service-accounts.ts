import type { Problem } from "../../../model/problems";

/** Who of the cluster may have a role. */
export interface ServiceAccounts {
  writers: ServiceAccount[];
  drills: ServiceAccount[];
  pruners: ServiceAccount[];
}

export interface ServiceAccount {
  namespace: string;
  /** `*` in it stands for anything. */
  name: string;
}

/** Why `name` names no service accounts, or undefined. */
export function serviceAccountNameProblem(name: string): string | undefined {
  if (/^\*+$/.test(name))
    return '"*" would give the role to every pod of the namespace; name the service account, or the beginning that yours share, such as "orders-*"';
  if (name.length <= 253 && /^[a-z0-9*]([-a-z0-9.*]*[a-z0-9*])?$/.test(name)) return undefined;
  return `"${name}" is no service account's name: lower-case letters, digits, dots and hyphens, or a pattern with * in it`;
}

/** What is wrong between the lists. Paths are those of the component's settings. */
export function serviceAccountProblems(accounts: ServiceAccounts, podIdentity: boolean): Problem[] {
  const { writers, drills, pruners } = accounts;
  const problems: Problem[] = [];
  const at = (list: string, index: number, field: string, message: string) =>
    problems.push({ path: `${list}.${index}.${field}`, message });
  drills.forEach(({ namespace }, index) => {
    if ([...writers, ...pruners].some((other) => other.namespace === namespace))
      at(
        "drills",
        index,
        "namespace",
        `"${namespace}" is also a writer's or a pruner's: drills have a namespace of their own, apart from what they restore`,
      );
  });
  pruners.forEach((pruner, index) => {
    if (writers.some(({ namespace, name }) => namespace === pruner.namespace && name === pruner.name))
      at(
        "pruners",
        index,
        "name",
        `"${pruner.name}" is also a writer: a service account has one role; name another for pruning`,
      );
  });
  if (podIdentity)
    for (const [list, entries] of Object.entries({ writers, drills, pruners }))
      entries.forEach(({ name }, index) => {
        if (name.includes("*"))
          at(
            list,
            index,
            "name",
            `"${name}" is a pattern, which EKS Pod Identity does not know: name each service account, or use irsa alone`,
          );
      });
  return problems;
}
