import { reportProblems } from "../../validate";
import { type S3StorageDeclaration, s3BackupStorageSchema } from "../s3-backup-storage-args";
import { storageProblems } from "./contradictions";

/** The schema for a component called `name`, with which the roles' names begin. */
export const s3BackupStorageSchemaFor = (name: string) =>
  s3BackupStorageSchema
    .transform((args): S3StorageDeclaration => ({ ...args, roleNamePrefix: args.roleNamePrefix ?? name }))
    .superRefine((args, context) => reportProblems(storageProblems(args), context));
