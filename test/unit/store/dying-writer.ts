import { setTimeout as sleep } from "node:timers/promises";
import { FolderStore } from "../../../store/folder-store";

/** A process that is killed while it writes: `dying-writer.ts <root> <key>`. */
async function* endless(): AsyncGenerator<Buffer> {
  for (;;) {
    yield Buffer.alloc(65_536, 1);
    process.stdout.write(".");
    await sleep(5);
  }
}

const [root = "", key = ""] = process.argv.slice(2);
void FolderStore.open(root).then((store) => store.upload(key, endless()));
