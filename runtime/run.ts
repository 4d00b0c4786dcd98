import { print } from "./print";
import { Stages } from "./stages";

/** One run of a command: its stages, the signal that ends it, and where it talks to people. */
export interface Run {
  stages: Stages;
  signal: AbortSignal;
  say: (line: string) => void;
}

export function newRun(signal: AbortSignal): Run {
  return { stages: new Stages(), signal, say: print };
}
