/**
 * The layout's rules: the model knows nobody; components, policies, agent and command know it, not each other. What
 * agent and command have in common stands below both: runtime, store, encryption, catalog.
 */
const outside = (folder, allowed) => ({
  name: `${folder}-knows-only-${allowed.join("-and-")}`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: {
    path: "^(agent|catalog|cli|components|encryption|evidence|lab|policies|runtime|scripts|stacks|store|test)/",
    pathNot: `^(${[folder, ...allowed].join("|")})/`,
  },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    outside("model", ["model"]),
    outside("components", ["evidence", "model"]),
    outside("policies", ["evidence", "model"]),
    outside("evidence", ["model"]),
    outside("runtime", ["model"]),
    outside("store", ["model", "runtime"]),
    outside("encryption", ["model", "runtime"]),
    outside("catalog", ["encryption", "model", "runtime", "store"]),
    outside("agent", ["catalog", "encryption", "model", "runtime", "store"]),
    outside("cli", ["catalog", "encryption", "model", "runtime", "store"]),
    outside("lab", ["model"]),
    outside("stacks", ["components", "model"]),
    {
      name: "model-is-pure",
      severity: "error",
      from: { path: "^model/" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto)$" },
    },
    {
      name: "model-knows-no-service",
      severity: "error",
      from: { path: "^model/" },
      to: { path: "node_modules/(@pulumi|@aws-sdk|@kubernetes|pg)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
