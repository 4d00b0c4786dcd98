#!/usr/bin/env node
import { endProcess } from "../runtime/end-process";
import { stopSignal } from "../runtime/signals";
import { realWorld } from "./real-world";
import { run } from "./run";

run(realWorld(stopSignal()), process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  endProcess();
});
