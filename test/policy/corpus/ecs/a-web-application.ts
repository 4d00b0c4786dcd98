import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a web application on Amazon ECS whose image is known only after it has been pushed, and a job that vacuums",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const image = pulumi.interpolate`registry.acme.test/shop/web@${help.notYet("image")}`;
    new aws.ecs.TaskDefinition("web", {
      family: "web",
      containerDefinitions: pulumi.jsonStringify([
        { name: "web", image, environment: [{ name: "PGHOST", value: "orders.acme.test" }] },
      ]),
    });
    new aws.ecs.TaskDefinition("vacuum", {
      family: "vacuum",
      containerDefinitions: JSON.stringify([{ name: "vacuum", image: "postgres:17", command: ["vacuumdb", "--all"] }]),
    });
  },
} satisfies CorpusStack;
