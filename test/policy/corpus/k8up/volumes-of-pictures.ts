import { schedule } from "../parts/k8up";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "K8up for the volumes that are labelled as pictures: no database is in them",
  environment: "production",
  refusedBy: [],
  declare() {
    schedule("pictures-nightly", { labelSelectors: [{ matchLabels: { content: "pictures" } }] });
  },
} satisfies CorpusStack;
