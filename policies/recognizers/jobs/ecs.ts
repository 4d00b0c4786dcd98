import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, readBoolean, readKeys, readList, readPartly, readString, UNKNOWN } from "../../known";
import type { Backup, Schedule } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import type { StackView } from "../../stack/view";
import { wordsOf } from "../shared/commands";
import { foreignBackup } from "../shared/foreign-backup";
import { databasesOf } from "./databases";
import { followed } from "./followed";
import { type Found, recognizeJob, uncertain } from "./programs";
import { retentionOf } from "./retention";
import { storesOf } from "./stores";

const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const SCHEDULE = "aws:scheduler/schedule:Schedule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const RULE = "aws:cloudwatch/eventRule:EventRule";

/** Tasks of Amazon ECS, which EventBridge starts by a schedule: what a CronJob is in Kubernetes. */
export const ecsTasks: Recognizer = {
  types: new RegExp(`^${TASK}$`),
  backups: (task, view) => {
    const triggers = triggersOf(task, view);
    const containers = containersOf(task);
    const found = recognize(task, containers, triggers, view);
    return found ? [backup(task, found, [...(containers ?? []), ...overridesOf(triggers)], triggers, view)] : [];
  },
};

/** Undefined while they are unknown: they are one JSON text, of which a preview knows all or nothing. */
function containersOf({ props }: PolicyResource): unknown[] | undefined {
  const text = readString(props, "containerDefinitions");
  if (text.state !== "known") return text.state === "unknown" ? undefined : [];
  const parsed = parse(text.value);
  return Array.isArray(parsed) ? parsed.map(asContainer) : [];
}

/** In the words of a pod's container. */
function asContainer(one: unknown): unknown {
  const secrets = readList(one, "secrets").map((secret) => ({ name: readPartly(secret, "name"), valueFrom: {} }));
  return {
    name: readPartly(one, "name"),
    image: readPartly(one, "image"),
    command: readList(one, "entryPoint"),
    args: readList(one, "command"),
    env: [...readList(one, "environment"), ...secrets],
  };
}

function recognize(
  task: PolicyResource,
  containers: unknown[] | undefined,
  triggers: PolicyResource[],
  view: StackView,
): Found | undefined {
  const family = readString(task.props, "family");
  const named = [task.name, ...(family.state === "known" ? [family.value] : [])];
  const kind = "an ECS task";
  const all = [...(containers ?? []), ...overridesOf(triggers)];
  const around = { kind, named, near: false, hasFiles: () => false };
  const found = recognizeJob(followed(all, { containers: all }, task, view), around);
  if (found || containers !== undefined) return found;
  // Nearly every application's containers are unknown before its image has been pushed.
  const called = named.some((name) => /backup|dump/i.test(name));
  return called ? uncertain(`${kind} whose containers are unknown at preview and that may be a backup`) : undefined;
}

function backup(
  task: PolicyResource,
  found: Found,
  containers: unknown[],
  triggers: PolicyResource[],
  view: StackView,
): Backup {
  const words = wordsOf(containers);
  const from = { ...task, propertyDependencies: { spec: task.propertyDependencies.containerDefinitions ?? [] } };
  const databases = databasesOf(words, known("aws"), from as PolicyResource, view);
  const schedules = triggers.flatMap((trigger) => scheduleOf(trigger, view));
  const idle = triggers.length > 0 && schedules.length === 0 ? "its schedule is switched off" : undefined;
  const doesNotCount = idle ?? found.doesNotCount;
  return foreignBackup(task, `ECS task ${task.name}`, databases, view, {
    what: found.what,
    method: found.method,
    certain: found.certain,
    ...(doesNotCount === undefined ? {} : { doesNotCount }),
    id: `aws/${databases.length === 1 && databases[0]?.id.name.state === "known" ? databases[0].id.name.value : task.name} (ECS task ${task.name})`,
    database: ABSENT,
    schedules,
    retention: retentionOf(words),
    stores: storesOf(words, { volumes: [] }, from as PolicyResource, view),
    images: containers.map((container, index) => ({
      path: `containerDefinitions[${index}].image`,
      image: readString(container, "image"),
    })),
  });
}

const triggersByTask = new WeakMap<StackView, Map<string, PolicyResource[]>>();

/** What starts `task`, sorted once for all tasks: by what it was made from, or by the family in its ARN. */
function triggersOf(task: PolicyResource, view: StackView): PolicyResource[] {
  let byTask = triggersByTask.get(view);
  if (!byTask) {
    byTask = new Map();
    for (const trigger of [...view.ofType(SCHEDULE), ...view.ofType(TARGET)])
      for (const key of tasksOf(trigger)) byTask.set(key, [...(byTask.get(key) ?? []), trigger]);
    triggersByTask.set(view, byTask);
  }
  const family = readString(task.props, "family");
  const named = family.state === "known" ? (byTask.get(`family ${family.value}`) ?? []) : [];
  return [...new Set([...(byTask.get(task.urn) ?? []), ...named])];
}

function tasksOf(trigger: PolicyResource): string[] {
  const isSchedule = trigger.type === SCHEDULE;
  const path = isSchedule ? ["target", "ecsParameters", "taskDefinitionArn"] : ["ecsTarget", "taskDefinitionArn"];
  const arn = readString(trigger.props, ...path);
  if (arn.state === "known") return [`family ${/task-definition\/([^:]+)/.exec(arn.value)?.[1] ?? ""}`];
  const sources = trigger.propertyDependencies[isSchedule ? "target" : "ecsTarget"] ?? [];
  return sources.filter(({ type }) => type === TASK).map(({ urn }) => urn);
}

/** Commands that a trigger gives instead of the task's own. */
function overridesOf(triggers: PolicyResource[]): unknown[] {
  return triggers.flatMap((trigger) => {
    const path = trigger.type === SCHEDULE ? ["target", "input"] : ["input"];
    const input = readPartly(trigger.props, ...path);
    const parsed = typeof input === "string" ? parse(input) : undefined;
    return readList(parsed, "containerOverrides")
      .filter((one) => one !== UNKNOWN && readKeys(one).includes("command"))
      .map(asContainer);
  });
}

function scheduleOf(trigger: PolicyResource, view: StackView): Schedule[] {
  const place = trigger.type === SCHEDULE ? trigger : ruleOf(trigger, view);
  if (!place) return [];
  const state = readString(place.props, "state");
  const enabled = readBoolean(place.props, "isEnabled");
  if ((state.state === "known" && /^DISABLED$/.test(state.value)) || (enabled.state === "known" && !enabled.value))
    return [];
  const expression = readString(place.props, "scheduleExpression");
  if (expression.state === "absent") return [];
  return [{ expression, fields: "aws", timeZone: readString(place.props, "scheduleExpressionTimezone") }];
}

const rulesByName = new WeakMap<StackView, Map<string, PolicyResource>>();

/** By what the target was made from; a rule whose name is written out is found by it. */
function ruleOf(target: PolicyResource, view: StackView): PolicyResource | undefined {
  const source = (target.propertyDependencies.rule ?? []).find(({ type }) => type === RULE);
  if (source) return source;
  let byName = rulesByName.get(view);
  if (!byName) {
    const named = view.ofType(RULE).flatMap((rule): [string, PolicyResource][] => {
      const name = readString(rule.props, "name");
      return name.state === "known" ? [[name.value, rule]] : [];
    });
    byName = new Map(named);
    rulesByName.set(view, byName);
  }
  const name = readString(target.props, "rule");
  return name.state === "known" ? byName.get(name.value) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
