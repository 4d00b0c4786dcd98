import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { TYPE_TOKENS } from "../../model/descriptor";
import { secretValue, validated } from "../validate";
import { type AccessDeclaration, type DatabaseAccessArgs, databaseAccessSchema } from "./database-access-args";
import { defaultPrivilegesOf, grantsOf } from "./privileges";

/**
 * Who may do what in one database: an owner for migrations, a group that reads and writes, a group that reads, and the
 * logins in them. PUBLIC loses CONNECT, TEMPORARY and CREATE. Pass a `postgresql.Provider` that connects as a
 * superuser, such as PostgresCluster's admin role, in `opts.providers`.
 */
export class DatabaseAccess extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.access;
  declare public readonly database: pulumi.Output<string>;
  declare public readonly owner: pulumi.Output<string>;
  declare public readonly readWriteGroup: pulumi.Output<string>;
  declare public readonly readOnlyGroup: pulumi.Output<string>;

  constructor(name: string, args: DatabaseAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.access, name, {}, opts);
      return;
    }
    const access: AccessDeclaration = validated(databaseAccessSchema, args, "DatabaseAccess", name);
    super(TYPE_TOKENS.access, name, plainInputs(access), opts);
    const { database, owner } = access;
    const subject = `DatabaseAccess "${name}"`;

    /** What the next resource waits for. PostgreSQL refuses two changes of one object's grants at the same time. */
    let last: pulumi.Resource[] = [];
    if (access.createOwner) {
      const password = access.ownerPassword && secretValue(access.ownerPassword, subject, "ownerPassword");
      last.push(
        new postgresql.Role(
          `${name}-owner`,
          { name: owner, login: password !== undefined, password },
          // Dropping an owner would hand over what it owns: that is no side effect of a deployment.
          { parent: this, retainOnDelete: true },
        ),
      );
    }
    if (access.createDatabase) {
      const { locale } = access;
      const created = new postgresql.Database(
        `${name}-database`,
        { name: database, owner, encoding: "UTF8", lcCollate: locale, lcCtype: locale, template: "template0" },
        // Data are never deleted by a deployment, and what PostgreSQL cannot change in place is not replaced.
        { parent: this, dependsOn: last, retainOnDelete: true, ignoreChanges: ["lcCollate", "lcCtype", "template"] },
      );
      last = [...last, created];
    }
    const groups = [access.readWriteGroup, access.readOnlyGroup].map(
      (group, index) =>
        new postgresql.Role(
          `${name}-${index === 0 ? "rw" : "ro"}`,
          { name: group, login: false },
          { parent: this, dependsOn: last },
        ),
    );
    last = [...last, ...groups];
    for (const grant of grantsOf(access)) {
      const { id, ...privileges } = grant;
      const opts = { parent: this, dependsOn: last };
      last = [new postgresql.Grant(`${name}-grant-${id}`, { database, ...privileges }, opts)];
    }
    for (const { id, ...privileges } of defaultPrivilegesOf(access)) {
      const opts = { parent: this, dependsOn: last };
      last = [new postgresql.DefaultPrivileges(`${name}-default-${id}`, { database, owner, ...privileges }, opts)];
    }
    for (const [index, role] of access.roles.entries()) {
      new postgresql.Role(
        `${name}-login-${role.name}`,
        {
          name: role.name,
          login: true,
          password: secretValue(role.password, subject, `roles.${index}.password`),
          roles: [role.access === "read-write" ? access.readWriteGroup : access.readOnlyGroup],
          connectionLimit: role.connectionLimit,
        },
        // After the grants: who can log in may do what it is for.
        { parent: this, dependsOn: [...groups, ...last] },
      );
    }

    this.database = pulumi.output(database);
    this.owner = pulumi.output(owner);
    this.readWriteGroup = pulumi.output(access.readWriteGroup);
    this.readOnlyGroup = pulumi.output(access.readOnlyGroup);
    this.registerOutputs({
      database: this.database,
      owner: this.owner,
      readWriteGroup: this.readWriteGroup,
      readOnlyGroup: this.readOnlyGroup,
    });
  }
}

/** What state and policies may see of the args: no passwords. */
function plainInputs({ ownerPassword, roles, ...plain }: AccessDeclaration): Record<string, unknown> {
  return { ...plain, ownerLogsIn: ownerPassword !== undefined, roles: roles.map(({ password, ...role }) => role) };
}
