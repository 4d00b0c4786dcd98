import { PolicyPack, type StackValidationPolicy } from "@pulumi/policy";

/** One rule of each class as one would write it first: it reads what it needs as if everything were known at preview. */
// biome-ignore lint/suspicious/noExplicitAny: a careless rule knows no types.
type Check = (props: any) => boolean;

function careless(name: string, type: string, isWrong: Check): StackValidationPolicy {
  return {
    name,
    description: name,
    enforcementLevel: "mandatory",
    validateStack: (args, reportViolation) => {
      for (const resource of args.resources)
        if (resource.type === type && isWrong(resource.props)) reportViolation("it is wrong", resource.urn);
    },
  };
}

new PolicyPack("careless", {
  policies: [
    careless(
      "careless-schedule",
      "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup",
      ({ spec }) => spec.schedule.split(" ").length !== 6,
    ),
    careless("careless-copy-outside", "kubernetes:barmancloud.cnpg.io/v1:ObjectStore", ({ spec }) =>
      spec.configuration.endpointURL.includes(".svc"),
    ),
    careless("careless-instances", "kubernetes:postgresql.cnpg.io/v1:Cluster", ({ spec }) => spec.instances < 3),
  ],
});
