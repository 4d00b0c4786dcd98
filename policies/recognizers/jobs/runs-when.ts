import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, map, type Reading, readBoolean, readList, readNumber, readString } from "../../known";
import type { Schedule } from "../../stack/facts";
import { kubernetesNamespace, type StackView } from "../../stack/view";
import type { JobWords } from "../shared/commands";
import type { Followed } from "./followed";

/** When what runs pods does so: by its own schedule, by a clock in its containers, or not at all. */

/** Why it does not run now; absent when it does. */
export function idleness({ props }: PolicyResource, kind: string): Reading<string> {
  if (kind === "CronJob" || kind === "Job" || kind === "CronWorkflow" || kind === "Workflow") {
    const suspended = readBoolean(props, "spec", "suspend");
    return map(suspended, (yes) => (yes ? "it is suspended" : undefined));
  }
  const replicas = readNumber(props, "spec", "replicas");
  return map(replicas, (count) => (count === 0 ? "it has no replicas" : undefined));
}

interface Told {
  words: JobWords;
  containers: Followed[];
  idle: Reading<string>;
}

export function clocksOf(resource: PolicyResource, kind: string, told: Told, view: StackView): Schedule[] {
  // Suspended, it makes no backups until somebody wakes it up.
  if (told.idle.state === "known") return [];
  if (kind === "CronJob")
    return [{ ...scheduleAt(resource, ["spec", "schedule"], ["spec", "timeZone"]), fields: "cronjob" }];
  if (kind === "CronWorkflow") return workflowSchedules(resource);
  if (kind === "WorkflowTemplate") return cronWorkflowsOf(resource, view).flatMap(workflowSchedules);
  return kind === "Job" || kind === "Workflow" ? [] : ownClock(told);
}

function scheduleAt({ props }: PolicyResource, expression: string[], timeZone: string[]): Schedule {
  return { expression: readString(props, ...expression), fields: "any", timeZone: readString(props, ...timeZone) };
}

/** `schedules` since Argo Workflows 3.6, `schedule` before. */
function workflowSchedules(resource: PolicyResource): Schedule[] {
  const several = readList(resource.props, "spec", "schedules");
  const { timeZone, ...single } = scheduleAt(resource, ["spec", "schedule"], ["spec", "timezone"]);
  if (several.length === 0) return single.expression.state === "absent" ? [] : [{ ...single, timeZone }];
  return several.map((_, index) => ({
    ...single,
    expression: readString(resource.props, "spec", "schedules", String(index)),
    timeZone,
  }));
}

const references = new WeakMap<StackView, Map<string, PolicyResource[]>>();

/** The CronWorkflows that run a WorkflowTemplate, sorted once for all templates. */
function cronWorkflowsOf(template: PolicyResource, view: StackView): PolicyResource[] {
  let byTemplate = references.get(view);
  if (!byTemplate) {
    byTemplate = new Map();
    for (const workflow of view.ofKind("argoproj.io", "CronWorkflow")) {
      const name = readString(workflow.props, "spec", "workflowSpec", "workflowTemplateRef", "name");
      const key = keyOf(kubernetesNamespace(workflow), name);
      byTemplate.set(key, [...(byTemplate.get(key) ?? []), workflow]);
    }
    references.set(view, byTemplate);
  }
  return byTemplate.get(keyOf(kubernetesNamespace(template), readString(template.props, "metadata", "name"))) ?? [];
}

const keyOf = (...readings: Reading<string>[]) =>
  JSON.stringify(readings.map((reading) => (reading.state === "known" ? reading.value : null)));

/** The schedule that backup images read from a variable, or that stands in a crontab. */
function ownClock({ words: { variables }, containers }: Told): Schedule[] {
  const zone = variables.find(({ name }) => name === "TZ")?.value ?? ABSENT;
  const schedule = (expression: Reading<string>): Schedule => ({ expression, fields: "any", timeZone: zone });
  const written = containers.flatMap(({ runs }) => runs.clocks);
  if (written.length > 0) return [...new Set(written)].map((text) => schedule(known(text)));
  const clock = variables.find(({ name }) => /^(BACKUP_|CRON_)?SCHEDULE$|^(BACKUP_)?CRON(_EXPRESSION)?$/.test(name));
  return clock ? [schedule(clock.value)] : [];
}
