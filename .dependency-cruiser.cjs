/** The layout's rules: the model knows nobody; components, policies, agent and command know it, not each other. */
const outside = (folder, allowed) => ({
  name: `${folder}-knows-only-${allowed.join("-and-")}`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: {
    path: "^(agent|cli|components|evidence|lab|policies|scripts|stacks|test)/",
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
    outside("agent", ["model"]),
    outside("cli", ["model"]),
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
