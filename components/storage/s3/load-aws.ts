import type * as aws from "@pulumi/aws";

/**
 * Pulumi's AWS package, loaded when a component first needs it. It takes as long to load as all the rest of this library
 * several times over and has 84 MB, so that programs whose backups go elsewhere need not even install it.
 */
export function loadAws(): typeof aws {
  try {
    return require("@pulumi/aws") as typeof aws;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(
      "S3BackupStorage needs the package @pulumi/aws, which is not installed: this library asks for it only where it is used\n" +
        "  hint: npm install @pulumi/aws",
    );
  }
}
