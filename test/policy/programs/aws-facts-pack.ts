import { PolicyPack } from "@pulumi/policy";
import { indexStack } from "../../../policies/stack/index-stack";

/** Says, as advice, what the recognizers read of a stack as the engine really hands it over. */
new PolicyPack("aws-facts", {
  policies: [
    {
      name: "aws-facts",
      description: "What the recognizers read.",
      enforcementLevel: "advisory",
      validateStack: ({ resources }, reportViolation) => {
        const { databases, buckets, backups, restoreTests } = indexStack(resources);
        reportViolation(`FACTS ${JSON.stringify({ databases, buckets, backups, restoreTests })}`);
      },
    },
  ],
});
