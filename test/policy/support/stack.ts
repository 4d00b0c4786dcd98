import type { DeclaredChild } from "./children";

/** What the program under test declares: it reads this as JSON, so that each test says its stack in one place. */
export interface DeclaredStack {
  components?: {
    type: string;
    name: string;
    descriptor?: unknown;
    /** Makes the descriptor, or the value at this dotted path in it, unknown at preview: an output of a new resource. */
    unknown?: string;
    /** What it declares below itself. */
    children?: DeclaredChild[];
  }[];
  /** Raw CronJobs with this command; `{unknown}` in it becomes an output of a new resource. */
  cronJobs?: { name: string; image: string; command: string[] }[];
  /** Raw custom resources, as an operator's users write them. */
  resources?: {
    apiVersion: string;
    kind: string;
    name: string;
    namespace: string;
    spec: object;
    /** Makes the value at this dotted path unknown at preview. */
    unknown?: string;
  }[];
  /** A folder in which the raw custom resources become files, instead of going to a cluster. */
  renderTo?: string;
  /** How many lines a ConfigMap has that has nothing to do with anything. */
  bigConfigMapLines?: number;
  /** How many other resources the stack has. */
  others?: number;
}
