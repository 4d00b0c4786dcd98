import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "Gitea by its chart, which brings a PostgreSQL of its own along unless it is switched off",
  environment: "production",
  refusedBy: ["database-is-recognized"],
  declare() {
    custom("argoproj.io/v1alpha1/Application", "argocd/gitea", {
      project: "default",
      source: { repoURL: "https://dl.gitea.com/charts", chart: "gitea", targetRevision: "12.x" },
      destination: { namespace: "gitea" },
    });
  },
} satisfies CorpusStack;
