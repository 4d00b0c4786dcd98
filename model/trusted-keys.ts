/**
 * The public keys (PEM) whose signatures count, by the environment whose drills sign with them: a key of one environment
 * proves nothing for another. Several while one replaces the other.
 */
export type TrustedKeys = Readonly<Record<string, readonly string[]>>;

export function keysOf(keys: TrustedKeys, environment: string | undefined): readonly string[] {
  return environment !== undefined && Object.hasOwn(keys, environment) ? (keys[environment] ?? []) : [];
}
