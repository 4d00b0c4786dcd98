import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known } from "../../../../../policies/known";
import { indexStack } from "../../../../../policies/stack/index-stack";
import { resource, UNKNOWN_STRING } from "../../stack";

const task = (containers: unknown, family = "nightly") =>
  resource("aws:ecs/taskDefinition:TaskDefinition", "nightly", {
    family,
    containerDefinitions: containers === UNKNOWN_STRING ? containers : JSON.stringify(containers),
  });
const dump = {
  name: "main",
  image: "postgres:17",
  entryPoint: ["sh", "-c"],
  command: ["pg_dump app | aws s3 cp - s3://b/x"],
};
const madeFrom = (one: PolicyResource, property: string, other: PolicyResource) => {
  one.propertyDependencies[property] = [other];
  return one;
};
const schedule = (of: PolicyResource, more: object = {}, target: object = {}) =>
  madeFrom(
    resource("aws:scheduler/schedule:Schedule", "s", {
      scheduleExpression: "cron(0 2 * * ? *)",
      target: { ecsParameters: { taskDefinitionArn: UNKNOWN_STRING }, ...target },
      ...more,
    }),
    "target",
    of,
  );
const found = (...resources: PolicyResource[]) => indexStack(resources).backups;

describe("a task of Amazon ECS", () => {
  it("is a backup by the command of a container, at the times at which EventBridge's scheduler starts it", () => {
    const own = task([{ name: "log", image: "fluent" }, dump]);
    const [backup, ...more] = found(own, schedule(own));
    assert.deepEqual([backup?.what, backup?.certain, more], ["an ECS task that runs pg_dump", true, []]);
    assert.equal(backup?.id, "aws/nightly (ECS task nightly)");
    assert.deepEqual(
      backup?.schedules.map(({ expression, fields }) => [expression, fields]),
      [[known("cron(0 2 * * ? *)"), "aws"]],
    );
    assert.equal(backup?.stores[0]?.kind, "s3");
    const off = found(own, schedule(own, { state: "DISABLED" }));
    assert.equal(off[0]?.doesNotCount, "its schedule is switched off");
  });

  it("is one by a rule of EventBridge, by the family in its ARN, and by the command that a trigger gives it", () => {
    const own = task([{ name: "main", image: "postgres:17", command: ["true"] }]);
    const input = JSON.stringify({ containerOverrides: [{ name: "main", command: ["pg_dump", "app"] }] });
    const rule = resource("aws:cloudwatch/eventRule:EventRule", "r", { name: "r", scheduleExpression: "rate(1 day)" });
    const target = resource("aws:cloudwatch/eventTarget:EventTarget", "t", {
      rule: "r",
      ecsTarget: { taskDefinitionArn: "arn:aws:ecs:eu-central-1:000000000000:task-definition/nightly:3" },
      input,
    });
    const [backup] = found(own, rule, target);
    assert.deepEqual(
      backup?.schedules.map(({ expression }) => expression),
      [known("rate(1 day)")],
    );
    assert.deepEqual(found(own, rule), []);
    assert.equal(found(own, schedule(own, {}, { input })).length, 1);
  });

  it("is none by another command, and may be one by its name while its containers are unknown", () => {
    assert.deepEqual(found(task([{ image: "acme/web:1" }]), task("not a list")), []);
    assert.deepEqual(found(task(UNKNOWN_STRING, "web")), []);
    assert.deepEqual(
      found(task(UNKNOWN_STRING, "orders-backup")).map(({ certain }) => certain),
      [false],
    );
  });
});
