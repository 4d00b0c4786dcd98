/** The bucket's roles: three for Jobs, and S3's own, when it replicates. */
export const ROLES = ["writer", "drill", "pruner", "replication"] as const;
export type RoleUse = (typeof ROLES)[number];

/** Known before the role is made, so that its ARN is. */
export const roleName = (prefix: string, role: RoleUse) => `${prefix}-${role}`;
