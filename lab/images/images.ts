import { existsSync } from "node:fs";
import { join } from "node:path";
import { toolFile } from "../build/build";
import { filesBelow, inputsHash } from "../build/inputs";
import { isRunning } from "../cluster/processes";
import { LabError } from "../errors";
import { readJson, writeIfChanged } from "../files";
import { imagesDir, sourceDir } from "../paths";
import { step } from "../report";
import type { Image } from "./archive";
import { type ImageRefs, importImage, readImages, recordImages } from "./import";
import * as recipes from "./recipes";

type PlatformImage = Exclude<keyof ImageRefs, "agent">;

const platformImages: Record<PlatformImage, () => Promise<Image>> = {
  pause: recipes.pauseImage,
  busybox: recipes.busyboxImage,
  coredns: recipes.corednsImage,
  operator: recipes.operatorImage,
  versitygw: recipes.versitygwImage,
  minio: recipes.minioImage,
  postgres: recipes.postgresImage,
  postgresNoCitext: recipes.postgresNoCitextImage,
};

/** What the images are made of: while it is the same, so are they, and nothing needs to be read to know it. */
function recipeHash(): string {
  const recipe = filesBelow(join(sourceDir, "images")).flatMap(({ path, content }) => [path, content]);
  const tools = [
    ["cloudnative-pg", "cnpg-manager"],
    ["versitygw", "versitygw"],
    ["minio", "minio"],
    ["coredns", "coredns"],
  ] as const;
  return inputsHash([...recipe, ...tools.map(([tool, file]) => toolFile(tool, file))]);
}

const knownFile = join(imagesDir, "known.json");

/** The images in the cache, made where they are missing. */
export async function ensureImages(): Promise<Record<PlatformImage, Image>> {
  const made = {} as Record<PlatformImage, Image>;
  for (const [name, make] of Object.entries(platformImages) as [PlatformImage, () => Promise<Image>][]) {
    await step(`image ${name}`, async () => {
      made[name] = await make();
      return undefined;
    });
  }
  const refs = Object.fromEntries(Object.entries(made).map(([name, { ref }]) => [name, ref]));
  writeIfChanged(knownFile, JSON.stringify({ recipe: recipeHash(), refs }));
  return made;
}

/** References of the images that `ensureImages` would give, when it has made them all before. */
export function knownRefs(): Omit<ImageRefs, "agent"> | undefined {
  const known = readJson<{ recipe: string; refs: Omit<ImageRefs, "agent"> }>(knownFile);
  return known?.recipe === recipeHash() ? known.refs : undefined;
}

/** Gives the images to the running lab and notes their references in images.json. */
export async function importImages(made: Record<PlatformImage, Image>): Promise<void> {
  for (const [name, image] of Object.entries(made)) {
    await step(`image ${name} in the lab`, async () => ((await importImage(image)) ? undefined : "there already"));
  }
  recordImages(Object.fromEntries(Object.entries(made).map(([name, { ref }]) => [name, ref])));
}

/**
 * Makes the agent's image from its bundle, gives it to the running lab, and notes its reference in images.json.
 * A changed bundle takes a few seconds: the layers below it are in the lab already.
 */
export async function importAgentImage(bundle: string): Promise<string> {
  if (!isRunning("containerd")) {
    throw new LabError("the lab's containerd does not run, so no image can be given to it", {
      todo: "start the lab first: `make lab-up`, or `tsx lab/main.ts up`",
    });
  }
  const agent = await recipes.agentImage(bundle);
  await importImage(agent);
  recordImages({ agent: agent.ref });
  return agent.ref;
}

/** True when images.json names these very images: then they were imported, and containerd keeps them. */
export function areImported(refs: Omit<ImageRefs, "agent">): boolean {
  const recorded = readImages();
  return existsSync(knownFile) && Object.entries(refs).every(([name, ref]) => recorded[name as PlatformImage] === ref);
}
