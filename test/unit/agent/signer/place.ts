import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { DataPatch } from "../../../../agent/cluster/config-map";
import type { ChainPlace } from "../../../../agent/signer/append";
import { CHAIN_KEY } from "../../../../model/chain";
import { keySigner } from "../../../../model/dsse";
import type { ListedObject } from "../../../../store/store";
import { drillJob } from "../jobs";

export const newSigner = () =>
  keySigner(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString());

/** A ConfigMap that takes a change only for the version that was read, as the API server does, and a bucket. */
export class Place {
  data: Record<string, string> = {};
  objects: Record<string, string> = {};
  away = false;
  said: string[] = [];
  private version = 0;
  readonly signer = newSigner();

  with(signer = this.signer): ChainPlace {
    const { target, environment, stack } = drillJob;
    return {
      ...{ target, environment, stack, prefix: "", signer, configMap: drillJob.evidenceConfigMap, retryMs: 1 },
      say: (line) => this.said.push(line),
      store: {
        place: "the bucket",
        putText: async (key: string, text: string) => {
          if (this.away) throw new Error("the bucket is away");
          this.objects[key] = text;
          return { key, bytes: text.length, sha256: "" };
        },
        readTextIfThere: async (key: string) => this.objects[key],
        list: async function* (this: Place, prefix: string): AsyncIterable<ListedObject[]> {
          const keys = Object.keys(this.objects).filter((key) => key.startsWith(prefix));
          yield keys.map((key) => ({ key, bytes: 1, modified: new Date() }));
        }.bind(this),
      },
      patch: async (_namespace, _name, decide) => {
        for (;;) {
          const read = this.version;
          const change: DataPatch | undefined = await decide({ ...this.data });
          await sleep(1);
          if (read !== this.version) continue;
          this.version++;
          for (const [key, value] of Object.entries(change ?? {}))
            if (value === null) delete this.data[key];
            else this.data[key] = value;
          return;
        }
      },
    };
  }

  get records(): string[] {
    return Object.keys(this.data)
      .filter((key) => CHAIN_KEY.test(key))
      .sort()
      .map((key) => this.data[key] as string);
  }
}
