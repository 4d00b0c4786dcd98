import { z } from "zod";

/** A setting of PostgreSQL: `work_mem`, or `auto_explain.log_min_duration` of an extension. */
const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/, {
  error:
    "must be the name of a setting: letters, digits and _, with dots between an extension's name and the setting's",
});

const value = z.string().refine((text) => !/[\0\r\n]/.test(text), { error: "must be one line" });

/** A setting of the application's own: PostgreSQL takes whatever has a dot in its name. */
const OWN_NAME = /^(?!restorable\.)[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$/;

/** What the application sets in its sessions, for policies, triggers and constraints. They are no secrets. */
export const applicationSettingsField = z.record(z.string(), value).superRefine((settings, context) => {
  for (const name of Object.keys(settings)) {
    if (OWN_NAME.test(name)) continue;
    const message =
      'must be the name of a setting of the application\'s own, with a dot in it, such as "app.tenant_id"';
    context.addIssue({ code: "custom", path: [name], message });
  }
});

const statement = z.string().trim().min(1);

/** How a drill reads and writes as the application's role: one statement each, which must return or touch a row. */
export const probeField = z
  .strictObject({ read: statement.optional(), write: statement.optional() })
  .refine(({ read, write }) => read !== undefined || write !== undefined, { error: "must have read, write or both" });

/** Settings of a server, each of which becomes one argument. */
export const serverParametersField = z.record(name, value);
