/**
 * What Amazon recommends for EFS ("Mount settings used by EFS mount helper"), which holds for any server: 4.1, since its
 * sessions carry out a request that was sent twice only once (RFC 8881, section 2.10.6), so that a rename that got
 * through is not told as failed; hard, so that a server that restarts is waited for instead of losing writes; a minute
 * for each attempt. noatime is not among them: it has no effect on NFS mounts (nfs(5)).
 */
export const MOUNT_OPTIONS = ["nfsvers=4.1", "hard", "timeo=600", "retrans=2"] as const;

/** Options with which data are lost or wrong, and why. Sources: nfs(5) of Linux; the kernel's NFS_DISABLE_UDP_SUPPORT. */
const REFUSED: [pattern: RegExp, why: string][] = [
  [/^soft(err)?$/, "a request that times out is given up, which can corrupt data silently (nfs(5)); use hard"],
  [/^softreval$/, "while the server is away, what was cached counts as true: a drill must see what is stored"],
  [
    /^nolock$|^local_lock=(?!none$)/,
    "other nodes do not see the locks, as on a server that needs it (nfs(5)); use NFS 4.1",
  ],
  [
    /^nocto$/,
    "a file that another node has written is read as it was before (nfs(5)); a drill must see what is stored",
  ],
  [
    /^udp6?$|^(mount)?proto=udp6?$/,
    "over UDP, fast networks corrupt data by fragments put together wrongly (nfs(5)); use TCP",
  ],
  [/^ro$/, "backups could not be written; what only reads is mounted read-only without it"],
];

/** Why `option` cannot be used, or undefined. */
export function mountOptionProblem(option: string): string | undefined {
  if (!/^[a-z0-9_]+(=[A-Za-z0-9_.:/@%-]+)?$/.test(option))
    return `"${option}" is no mount option; give each as one text, such as "nfsvers=4.1"`;
  const why = REFUSED.find(([pattern]) => pattern.test(option))?.[1];
  return why === undefined ? undefined : `"${option}" is refused: ${why}`;
}

/** Whether what travels to the server is encrypted: by RPC with TLS (RFC 9289) or by Kerberos with privacy. */
export function isEncrypted(options: readonly string[]): boolean {
  return options.some((option) => /^(xprtsec=m?tls|sec=krb5p)$/.test(option));
}
