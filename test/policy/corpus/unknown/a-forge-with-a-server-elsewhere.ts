import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "Gitea by its chart, whose own PostgreSQL is switched off",
  environment: "production",
  refusedBy: [],
  declare() {
    custom("argoproj.io/v1alpha1/Application", "argocd/gitea", {
      project: "default",
      source: {
        repoURL: "https://dl.gitea.com/charts",
        chart: "gitea",
        targetRevision: "12.x",
        helm: { valuesObject: { postgresql: { enabled: false }, "postgresql-ha": { enabled: false } } },
      },
      destination: { namespace: "gitea" },
    });
  },
} satisfies CorpusStack;
