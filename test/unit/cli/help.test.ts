import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { Command } from "commander";
import { SHELLS } from "../../../cli/completion";
import { newProgram } from "../../../cli/program";
import type { World } from "../../../cli/world";
import { call } from "./support";

function commandsOf(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  const below = command.commands.flatMap((sub) => commandsOf(sub, [...path, sub.name()]));
  return [{ path, command }, ...below];
}

const all = commandsOf(newProgram({} as World));
const leaves = all.filter(({ command }) => command.commands.length === 0);

describe("the help of restorable", () => {
  it("knows every command", () => {
    assert.deepEqual(leaves.map(({ path }) => path.join(" ")).sort(), [
      ...["backup copy", "backup create", "backup get", "backup list", "backup prune", "backup stats", "backup verify"],
      ...["completion", "drill list", "drill run", "drill show", "evidence chain", "evidence show", "evidence verify"],
      ...["storage adopt", "storage check"],
    ]);
  });

  for (const { path } of all)
    it(`of ${["restorable", ...path].join(" ")} has exit codes and ends with 0`, async () => {
      const { code, out } = await call([...path, "--help"]);
      assert.equal(code, 0);
      assert.match(out, /Exit codes:\n {2}0 {4}good/);
    });

  it("has examples of every command, which are read without an error", () => {
    for (const { path, command } of leaves) {
      let text = "";
      command.configureOutput({ writeOut: (part) => (text += part) });
      command.outputHelp();
      assert.match(text, new RegExp(`Examples:\n {2}\\$ restorable ${path.join(" ")}`), path.join(" "));
    }
  });

  it("is printed, with exit code 2, for a command that there is not", async () => {
    const { code, err } = await call(["backup", "lst"]);
    assert.equal(code, 2);
    assert.match(err, /unknown command 'lst'\n\(Did you mean list\?\)/);
  });
});

describe("the completion", () => {
  for (const shell of SHELLS)
    it(`for ${shell} has every command and every option`, async () => {
      const { code, out } = await call(["completion", shell]);
      assert.equal(code, 0);
      for (const { command } of all.slice(1)) assert.ok(out.includes(command.name()), command.name());
      for (const { command } of all)
        for (const { long } of command.options) assert.ok(out.includes((long ?? "").replace("--", "")), long ?? "");
    });

  it("completes in bash: commands, their commands, their options, and the choices of an option", async () => {
    const { out } = await call(["completion", "bash"]);
    const complete = (...words: string[]) => {
      const given = words.map((word) => `'${word}'`).join(" ");
      const script = `${out}\nCOMP_WORDS=(restorable ${given}); COMP_CWORD=${words.length}; _restorable; echo "\${COMPREPLY[*]}"`;
      return spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" }).stdout.trim();
    };
    assert.equal(complete("ba"), "backup");
    assert.equal(complete("backup", "l"), "list");
    assert.equal(complete("drill", "l"), "list");
    assert.equal(complete("backup", "verify", "--n"), "--newest --namespace");
    assert.equal(complete("backup", "verify", "--copy", ""), "primary off-site");
    assert.equal(complete("storage", "--st"), "");
  });

  it("knows no other shell", async () => {
    assert.equal((await call(["completion", "csh"])).code, 2);
  });
});
