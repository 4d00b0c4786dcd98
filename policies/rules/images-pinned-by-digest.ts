import type { DrillDescriptor } from "../../model/descriptor";
import { targetId } from "../../model/target";
import { oneLine } from "../../model/text";
import { known, type Reading } from "../known";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import { DESCRIPTOR_REMEDY } from "../stack/declared";
import type { StackIndex } from "../stack/index-stack";
import { databaseText, listText } from "../stack/text";

/**
 * In production, images of databases, backups and drills are pinned by their digest: what a drill proved is what runs,
 * whatever happens to the tag.
 *
 * Severity: medium, advisory. Page: docs/policies/images-pinned-by-digest.md
 */
export const rule: Rule = {
  name: "images-pinned-by-digest",
  description: "In production, images of databases, backups and drills are pinned by their digest.",
  level: "advisory",
  severity: "medium",
  remedy: "Write the image with the digest that was tested: name:tag@sha256:….",
  check: ({ index, gate }) => {
    if (!isProduction(gate)) return [];
    const used = uses(index);
    return [...unpinned(used), ...unknownImages(used), ...untold(index)];
  },
};

export const imagesPinnedByDigest = stackPolicy(rule);

interface Use {
  urn: string;
  /** Who runs the image, for people. */
  by: string;
  path: string;
  image: Reading<string>;
}

function uses({ databases, backups, drills, clusters }: StackIndex): Use[] {
  return [
    ...databases.flatMap((database) =>
      database.images.map((use) => ({ ...use, urn: database.urn, by: databaseText(database) })),
    ),
    ...backups.flatMap(({ urn, id, images }) => images.map((use) => ({ ...use, urn, by: id }))),
    ...clusters.flatMap(({ urn, descriptor: d }) =>
      d ? [{ urn, by: `${d.namespace}/${d.cluster}`, path: "image", image: known(d.image) }] : [],
    ),
    ...drills.flatMap(({ urn, descriptor }) => (descriptor ? usesOfDrill(urn, descriptor) : [])),
  ];
}

/** An external drill may leave its images out: then nothing is known of them, and nothing is said. */
function usesOfDrill(urn: string, { target, restorePath }: DrillDescriptor): Use[] {
  const by = `the drill of ${targetId(target)}`;
  return Object.entries(restorePath.images).flatMap(([name, image]) =>
    image === undefined ? [] : [{ urn, by, path: `restorePath.images.${name}`, image: known(image) }],
  );
}

/** One finding for each image, not for each use: its digest has to be found out once. */
function unpinned(all: Use[]): Finding[] {
  const byImage = new Map<string, Use[]>();
  for (const use of all)
    if (use.image.state === "known" && !/@sha256:[0-9a-f]{64}$/.test(use.image.value))
      byImage.set(use.image.value, [...(byImage.get(use.image.value) ?? []), use]);
  return [...byImage].map(([image, used]) => {
    const text = oneLine(image, 200);
    const places = new Set(used.map(({ by, path }) => `${by} (${path})`));
    return {
      urn: used[0]?.urn,
      verdict: `${text} is not pinned by its digest.`,
      reasons: [
        `it is used by ${listText([...places])}`,
        "what a tag means can change after the drill that proved it, and from one node to the next",
      ],
      remedies: [`append the digest that was tested: ${text.replace(/@.*$/, "")}@sha256:…`],
    };
  });
}

function unknownImages(all: Use[]): Finding[] {
  return all.flatMap(({ urn, by, path, image }) =>
    image.state === "unknown"
      ? [
          {
            urn,
            verdict: `${oneLine(by, 200)} runs an image that is unknown at preview.`,
            reasons: [`${path} is unknown at preview, so nobody can tell whether it is pinned by its digest`],
            remedies: ["give the image as a plain value, with its digest"],
          },
        ]
      : [],
  );
}

/** Components of this library whose descriptor says nothing that could be relied on. */
function untold({ clusters, drills }: StackIndex): Finding[] {
  return [...clusters, ...drills].flatMap(({ urn, name, descriptor, problem }) =>
    descriptor
      ? []
      : [
          {
            urn,
            verdict: `${oneLine(name, 200)}: nobody can tell which images this runs.`,
            reasons: [problem ?? "it registered no descriptor"],
            remedies: [DESCRIPTOR_REMEDY],
          },
        ],
  );
}
