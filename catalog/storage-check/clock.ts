import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { broken, kept, type Probe, unknown } from "./probe";

/** Amazon refuses requests at 15 minutes; retention and locks go wrong by as much as the clocks differ. */
const MOST_SECONDS = 60;

export const clock: Probe = async (site) => {
  const { bucket, client } = site.anyKey();
  let date: string | undefined;
  const command = new ListObjectsV2Command({ Bucket: bucket.bucket, Prefix: site.folder, MaxKeys: 1 });
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      date = (result.response as { headers?: Record<string, string> }).headers?.date;
      return result;
    },
    { step: "deserialize", name: "noteDate", priority: "low" },
  );
  const before = Date.now();
  await client.send(command);
  const server = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(server)) return unknown("the server's answers bear no date");
  return skewFinding(server, (before + Date.now()) / 2);
};

/** The header tells whole seconds. */
export function skewFinding(server: number, here: number) {
  const seconds = Math.round((server - here) / 1000);
  if (Math.abs(seconds) <= MOST_SECONDS) return kept(`within ${Math.max(1, Math.abs(seconds))} s`);
  return broken(
    `the server's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead" : "behind"}`,
    "let both follow a time server (NTP): from 15 minutes on S3 refuses requests",
  );
}
