import { PolicyPack } from "@pulumi/policy";

/** The rule as one would write it first: it reads the descriptor as if everything were known at preview. */
new PolicyPack("naive", {
  policies: [
    {
      name: "naive-drill-has-evidence",
      description: "Every drill has evidence.",
      enforcementLevel: "mandatory",
      validateStack: (args, reportViolation) => {
        for (const resource of args.resources) {
          if (resource.type !== "restorable:index:RestoreDrill") continue;
          if (resource.props.descriptor.evidence.length === 0) reportViolation("no evidence", resource.urn);
        }
      },
    },
  ],
});
