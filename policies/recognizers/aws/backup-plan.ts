import type { PolicyResource } from "@pulumi/policy";
import { known, map, type Reading, readBoolean, readList, readNumber, readString, unknown } from "../../known";
import type { Schedule } from "../../stack/facts";
import type { StackView } from "../../stack/view";
import { sourcesOf, withDefault } from "./values";

export const PLAN = "aws:backup/plan:Plan";
export const VAULT = "aws:backup/vault:Vault";
const VAULTS = [VAULT, "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault"];
const DAY = 86_400;

/** A vault as a rule names it. */
export interface VaultReference {
  name: Reading<string>;
  /** Vaults of the stack that it is; more than one if the name is unknown and may be either's. */
  urns: string[];
}

/** One rule of a backup plan: when it runs, how long it keeps what, and where. */
export interface PlanRule {
  schedule: Schedule;
  continuous: Reading<boolean>;
  seconds: Reading<number>;
  deadlineSeconds: Reading<number>;
  vault: VaultReference;
  /** Where it copies to, as snapshots. */
  copies: VaultReference[];
}

/** Of a plan that is not in this stack nothing is known. */
export const UNKNOWN_RULE: PlanRule = {
  schedule: { expression: unknown("planId"), fields: "aws", timeZone: unknown("planId") },
  continuous: unknown("planId"),
  seconds: unknown("planId"),
  deadlineSeconds: unknown("planId"),
  vault: { name: unknown("planId"), urns: [] },
  copies: [],
};

/** The rules of `plan`; defaults are those of the AWS Backup API (BackupRuleInput) and, for windows, of the provider. */
export function rulesOf(plan: PolicyResource, view: StackView): PlanRule[] {
  return readList(plan.props, "rules").map((rule) => {
    const continuous = withDefault(readBoolean(rule, "enableContinuousBackup"), false);
    const vault = vaultNamed(readString(rule, "targetVaultName"), plan, view);
    const copies = [
      ...readList(rule, "copyActions").map((copy) => readString(copy, "destinationVaultArn")),
      readString(rule, "targetLogicallyAirGappedBackupVaultArn"),
    ].filter(({ state }) => state !== "absent");
    return {
      schedule: {
        expression: withDefault(readString(rule, "schedule"), "cron(0 5 ? * * *)"),
        fields: "aws",
        timeZone: withDefault(readString(rule, "scheduleExpressionTimezone"), "Etc/UTC"),
      },
      continuous,
      seconds: keptSeconds(rule, continuous),
      deadlineSeconds: windowSeconds(rule),
      vault,
      copies: copies.map((arn) => vaultOfArn(arn, plan, vault, view)),
    };
  });
}

/** For ever, which is a hundred years for AWS Backup, unless the lifecycle says otherwise; continuous backups 35 days at most. */
function keptSeconds(rule: unknown, continuous: Reading<boolean>): Reading<number> {
  const days = withDefault(readNumber(rule, "lifecycle", "deleteAfter"), 36_500);
  if (continuous.state === "unknown") return unknown(continuous.path);
  const most = continuous.state === "known" && continuous.value ? 35 : 36_500;
  return map(days, (value) => Math.min(value, most) * DAY);
}

/** A run may begin so late and take so long; until it has ended, there is only what the one before saved. */
function windowSeconds(rule: unknown): Reading<number> {
  const start = withDefault(readNumber(rule, "startWindow"), 60);
  const completion = withDefault(readNumber(rule, "completionWindow"), 180);
  return start.state === "known" ? map(completion, (minutes) => (start.value + minutes) * 60) : start;
}

function vaultNamed(name: Reading<string>, plan: PolicyResource, view: StackView): VaultReference {
  if (name.state !== "known") return { name, urns: urnsOf(sources(plan, "rules", view)) };
  return { name, urns: urnsOf(vaultsOf(view).filter((vault) => isNamed(vault, name.value))) };
}

/** The vault to which `arn` points; not `own`, in which the rule keeps its backups anyway. */
function vaultOfArn(arn: Reading<string>, plan: PolicyResource, own: VaultReference, view: StackView): VaultReference {
  if (arn.state === "known") {
    const name = vaultName(arn.value);
    const urns = urnsOf(vaultsOf(view).filter((vault) => isVault(vault, arn.value)));
    return { name: name === undefined ? unknown("destinationVaultArn") : known(name), urns };
  }
  const vaults = sources(plan, "rules", view).filter(({ urn }) => own.urns.length !== 1 || urn !== own.urns[0]);
  const [only, another] = vaults;
  return { name: only && !another ? readString(only.props, "name") : arn, urns: urnsOf(vaults) };
}

/** Whether `arn` is that of `vault`, or of one of its name while its own is not known. */
export function isVault(vault: PolicyResource, arn: string): boolean {
  const own = readString(vault.props, "arn");
  return own.state === "known" ? own.value === arn : isNamed(vault, vaultName(arn));
}

/** A vault's name in its ARN. */
export function vaultName(arn: string): string | undefined {
  return /:backup-vault:(.+)$/.exec(arn)?.[1];
}

/** The vaults from which `owner` took something for `property`. */
export function sources(owner: PolicyResource, property: string, view: StackView): PolicyResource[] {
  const urns = sourcesOf(owner, property);
  return vaultsOf(view).filter(({ urn }) => urns.includes(urn));
}

function isNamed(vault: PolicyResource, name: string | undefined): boolean {
  const own = readString(vault.props, "name");
  return own.state === "known" && own.value === name;
}

/** The vaults of the stack that `reference` may be. */
export function vaultsAt({ urns }: VaultReference, view: StackView): PolicyResource[] {
  return vaultsOf(view).filter(({ urn }) => urns.includes(urn));
}

const vaultsOf = (view: StackView) => VAULTS.flatMap((type) => view.ofType(type));
const urnsOf = (resources: PolicyResource[]) => resources.map(({ urn }) => urn);
