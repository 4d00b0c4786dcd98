import { PolicyPack } from "@pulumi/policy";

/**
 * The rules as one would write them first: one reads the descriptor as if everything were known at preview, the other
 * looks at a database only when the whole stack is there.
 */
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
    {
      name: "naive-database-is-proven",
      description: "No database without proof.",
      enforcementLevel: "mandatory",
      validateStack: (args, reportViolation) => {
        for (const { type, urn } of args.resources)
          if (type === "kubernetes:postgresql.cnpg.io/v1:Cluster") reportViolation("no proof", urn);
      },
    },
  ],
});
