import { z } from "zod";
import { drillNamespaceProblem } from "../../model/contradictions";
import { checked, imageField, sizeField } from "../../model/fields";
import { kubernetesName } from "../../model/names";
import { prefixField } from "../backup/logical-backup-args";
import { reportProblem } from "../validate";
import { MOUNT_OPTIONS, mountOptionProblem } from "./nfs/mount-options";

/** A folder on an NFS server. */
export interface NfsVolumeArgs {
  /** The NFS server's host name or address. Give `server` and `path`, or `storageClass`. */
  server?: string;
  /** The exported folder, such as `/export/backups`. It must exist, and be the user 26's or be squashed to it. */
  path?: string;
  /** A storage class that makes the volume, such as `nfs-backup`. */
  storageClass?: string;
  /** The volume's size, such as `500Gi`. With a `server` Kubernetes needs one and nobody enforces it. */
  size: string;
  /**
   * `ReadWriteMany`, or `ReadWriteOnce` for a storage class that knows nothing else: then all Jobs must run on one node.
   * @default "ReadWriteMany"
   */
  accessMode?: string;
  /**
   * With `server`: how nodes mount it, one option each; a storage class has its own. Options that lose data are refused.
   * @default nfsvers=4.1, hard, timeo=600, retrans=2
   */
  mountOptions?: string[];
  /** Below which everything is kept: "" or ending in a slash. @default "" */
  prefix?: string;
  /** Whether Pulumi refuses to delete volumes and claims (its `protect` option). The files stay in either case. @default true */
  deletionProtection?: boolean;
}

export interface NfsBackupStorageArgs extends NfsVolumeArgs {
  /** Where backups run. It must exist. */
  sourceNamespace: string;
  /** Where drills run. It must exist. */
  drillNamespace: string;
  /** The agent's image: a Job of it initialises the volume at deployment. */
  agentImage: string;
}

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?$/;

const serverField = z.string().refine(
  (server) => {
    if (z.ipv6().safeParse(server).success || z.ipv4().safeParse(server).success) return true;
    return HOST_NAME.test(server) && !/^[\d.]+$/.test(server);
  },
  { error: "must be a host name or an address, such as nas.example.com or 192.0.2.7, without a scheme, port or path" },
);

const pathField = z.string().regex(/^\/([^/\s]+(\/[^/\s]+)*)?$/, {
  error: "must be an absolute path without spaces and without a slash at its end, such as /export/backups",
});

const storageClassField = z.string().regex(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/, {
  error: "must be a storage class's name: lower-case letters, digits, dots and hyphens",
});

const schema = z
  .strictObject({
    server: serverField.optional(),
    path: pathField.refine((path) => !path.split("/").includes(".."), { error: 'must not contain ".."' }).optional(),
    storageClass: storageClassField.optional(),
    size: sizeField,
    accessMode: z.enum(["ReadWriteMany", "ReadWriteOnce"]).default("ReadWriteMany"),
    mountOptions: z.array(checked(mountOptionProblem)).optional(),
    prefix: prefixField.default(""),
    sourceNamespace: kubernetesName,
    drillNamespace: kubernetesName,
    agentImage: imageField,
    deletionProtection: z.boolean().default(true),
  } satisfies Record<keyof NfsBackupStorageArgs, z.ZodType>)
  .superRefine((args, context) => {
    const { server, path, storageClass, mountOptions } = args;
    reportProblem(sourceProblem(server, path, storageClass), context);
    if (storageClass !== undefined && mountOptions !== undefined)
      reportProblem(
        "has no meaning with a storage class, which says how its volumes are mounted",
        context,
        "mountOptions",
      );
    reportProblem(drillNamespaceProblem(args.drillNamespace, args.sourceNamespace), context, "drillNamespace");
  })
  .transform((args) => ({
    ...args,
    mountOptions: args.mountOptions ?? [...MOUNT_OPTIONS],
  })) satisfies z.ZodType<NfsBackupStorageArgs>;

export type NfsStorageDeclaration = z.output<typeof schema>;

/** The longest suffix of a claim's or a Job's name, and the hash behind it. */
const LONGEST_NAME = 63 - "-evidence".length;

/** The schema for a component called `name`, after which its claims are called. */
export const nfsStorageSchemaFor = (name: string) =>
  schema.superRefine((_, context) => {
    if (!kubernetesName.safeParse(name).success || name.length > LONGEST_NAME)
      reportProblem(
        `"${name}" names the claims, so it must be a Kubernetes name of at most ${LONGEST_NAME} lower-case letters, digits and hyphens`,
        context,
      );
  });

/** Exactly one of two ways to the volume. */
function sourceProblem(server?: string, path?: string, storageClass?: string): string | undefined {
  if (storageClass !== undefined)
    return server === undefined && path === undefined
      ? undefined
      : "give either server and path, or storageClass, not both: it must be plain where backups go";
  if (server !== undefined && path !== undefined) return undefined;
  return "give server and path of an NFS export, or the storageClass that makes the volume";
}
