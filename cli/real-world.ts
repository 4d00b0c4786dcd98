import { createInterface } from "node:readline/promises";
import type { StorageUse } from "../model/storage-promises";
import { shown } from "./output/shown";
import type { World } from "./world";

/** The World of a command that was really called. What is large is loaded when it is needed: `--help` stays quick. */
export function realWorld(signal: AbortSignal): World {
  const { env, stdin, stdout, stderr } = process;
  const ask = async (question: string) => {
    const lines = createInterface({ input: stdin, output: stderr });
    try {
      return await lines.question(`${shown(question)} `, { signal });
    } finally {
      lines.close();
    }
  };
  return {
    out: (text) => stdout.write(`${shown(text)}\n`),
    err: (text) => stderr.write(shown(text)),
    terminal: { in: stdin.isTTY === true, out: stdout.isTTY === true, err: stderr.isTTY === true },
    // See no-color.org: the variable counts when it is not empty.
    color: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb",
    env,
    now: () => new Date(),
    signal,
    async confirm(question) {
      return /^y(es)?$/i.test((await ask(`${question} [y/N]`)).trim());
    },
    ask,
    async stackOutputs(stack, folder) {
      return (await import("./connection/stack")).stackOutputs(stack, folder, signal);
    },
    async cluster(context) {
      return (await import("./connection/kubernetes")).openCluster(context, signal);
    },
    async bucket(bucket) {
      return (await import("../store/s3-store")).S3Store.open(bucket, signal, "person");
    },
    async folder(path) {
      return (await import("../store/open")).openStore({ kind: "nfs", path }, "", signal);
    },
    async checkStorage(place) {
      const [{ checkBucket, checkFolder }, { promisesRequired }] = await Promise.all([
        import("../catalog/storage-check"),
        import("../model/storage-promises"),
      ]);
      if (place.kind === "folder") return checkFolder(place.path, place.prefix, promisesRequired("folder", ["writer"]));
      const uses = Object.keys(place.keys) as StorageUse[];
      return checkBucket(place.keys, place.prefix, promisesRequired("bucket", uses), "person");
    },
  };
}
