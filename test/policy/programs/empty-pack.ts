import { PolicyPack } from "@pulumi/policy";

/** What any pack costs: one policy that looks at nothing. */
new PolicyPack("empty", {
  policies: [
    { name: "nothing", description: "Says nothing.", enforcementLevel: "mandatory", validateStack: () => undefined },
  ],
});
