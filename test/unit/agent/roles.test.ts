import assert from "node:assert/strict";
import { scriptOf, settingsOfEveryRole } from "../../../agent/backup/roles";
import { parseRoles } from "../../../model/roles-script/parse";
import { SINCE_16 } from "../model/roles-script/scripts";
import { recordingClient } from "./recording-client";

const settings = (name: string, value: string) =>
  settingsOfEveryRole(recordingClient([[/./, [{ name, value }]]]).client);

describe("the script of roles that a backup stores", () => {
  it("holds a list setting element by element: one with a command for psql in it stays a string", async () => {
    // PostgreSQL takes it: set_config('search_path', …), then ALTER ROLE ALL SET search_path FROM CURRENT.
    const script = scriptOf(SINCE_16, await settings("search_path", "a;\\! ,;id>(scratch)/OWNED"));
    assert.ok(script.includes(`\nALTER ROLE ALL SET "search_path" TO E'a;\\\\!', ';id>(scratch)/OWNED';\n`), script);
    const commands = script.split("\n").filter((line) => line.startsWith("\\"));
    assert.deepEqual(
      [commands.length, script.indexOf(commands[0] ?? ""), commands[1]],
      [2, 0, (commands[0] ?? "").replace("\\", "\\un")],
    );
    assert.ok(script.endsWith(`${commands[1]}\n`), "nothing stands behind the wrapper");
  });

  it("keeps the names in a list that need quotes, and a value with commas that is no list", async () => {
    const [path] = await settings("search_path", '"$user", "a, b", public');
    assert.deepEqual(path?.kind === "setting" && path.values, ["$user", "a, b", "public"]);
    const [style] = await settings("DateStyle", "ISO, MDY");
    assert.deepEqual(style?.kind === "setting" && style.values, ["ISO, MDY"]);
  });

  it("has one wrapper, with a key of its own that nobody can foresee", () => {
    const [first, second] = [scriptOf(SINCE_16, []), scriptOf(SINCE_16, [])];
    assert.match(first, /^\\restrict [0-9a-f]{64}\n/);
    assert.notEqual(first.split("\n")[0], second.split("\n")[0]);
    assert.ok(!first.includes("Ggd9zYJ2279c6qVvbP5ZTyGX2XS8Q13Ij4fPVvcrv7TibaE5AAwpe3XFtkW3105"));
    assert.equal(parseRoles(first).length, parseRoles(SINCE_16).length);
  });

  it("is an error of the backup where a drill could not read it: no drill comes too late to say so", async () => {
    assert.throws(() => scriptOf("CREATE ROLE a;\nALTER ROLE a PASSWORD 's3cret';\n", []), {
      message:
        "what pg_dumpall wrote cannot be backed up, since no drill could read it: line 2: expected an attribute of a role, found PASSWORD; change that role or setting",
    });
    await assert.rejects(settings("search_path", '"a'), /the settings of every role cannot be backed up/);
  });
});
