import { sha256 } from "../files";
import type { TarEntry } from "./tar";

/** A layer: an uncompressed tar on disk. The same digest means the same bytes, which containerd stores once. */
export interface Layer {
  /** SHA-256 in hexadecimal. */
  digest: string;
  size: number;
  path: string;
}

export interface ImageConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
}

export interface Image {
  /** Name and tag; the tag ends with the hash of layers and configuration, so another content is another name. */
  ref: string;
  layers: readonly Layer[];
  config: Buffer;
  manifest: Buffer;
}

const mediaType = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
};

/** Names an image by what is in it and writes its OCI configuration and manifest. */
export function image(name: string, tagPrefix: string, layers: readonly Layer[], imageConfig: ImageConfig): Image {
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      os: "linux",
      config: imageConfig,
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
      history: layers.map(() => ({ created_by: "restorable lab" })),
    }),
  );
  const descriptor = (type: string, digest: string, size: number) => ({
    mediaType: type,
    digest: `sha256:${digest}`,
    size,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaType.manifest,
      config: descriptor(mediaType.config, sha256(config), config.length),
      layers: layers.map(({ digest, size }) => descriptor(mediaType.layer, digest, size)),
    }),
  );
  const tag = `${tagPrefix}${tagPrefix ? "-" : ""}${sha256(config).slice(0, 12)}`;
  return { ref: `localhost/restorable/${name}:${tag}`, layers, config, manifest };
}

/**
 * The members of an OCI archive of one image. Layers that `present` names are left out: containerd has their bytes
 * already and does not miss them in the archive, so changing the top layer moves that layer only.
 */
export function archiveEntries(of: Image, present: ReadonlySet<string> = new Set()): TarEntry[] {
  const manifestDigest = sha256(of.manifest);
  const index = {
    schemaVersion: 2,
    mediaType: mediaType.index,
    manifests: [
      {
        mediaType: mediaType.manifest,
        digest: `sha256:${manifestDigest}`,
        size: of.manifest.length,
        annotations: { "io.containerd.image.name": of.ref, "org.opencontainers.image.ref.name": of.ref },
      },
    ],
  };
  const blob = (digest: string) => `blobs/sha256/${digest}`;
  const seen = new Set(present);
  const layers = of.layers.filter(({ digest }) => !seen.has(digest) && seen.add(digest));
  return [
    { path: "oci-layout", content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: "index.json", content: JSON.stringify(index) },
    { path: blob(manifestDigest), content: of.manifest },
    { path: blob(sha256(of.config)), content: of.config },
    ...layers.map(({ digest, path }) => ({ path: blob(digest), file: path })),
  ];
}
