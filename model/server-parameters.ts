import { z } from "zod";

/** A setting of PostgreSQL: `work_mem`, or `auto_explain.log_min_duration` of an extension. */
const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/, {
  error:
    "must be the name of a setting: letters, digits and _, with dots between an extension's name and the setting's",
});

const value = z.string().refine((text) => !/[\0\r\n]/.test(text), { error: "must be one line" });

/** Settings of a server, each of which becomes one argument. */
export const serverParametersField = z.record(name, value);
