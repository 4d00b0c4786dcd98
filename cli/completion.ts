import type { Command, Option } from "commander";

/**
 * Completion scripts made from the commands themselves, so that they cannot differ from them. They are whole: nothing is
 * started at each press of the key, as the libraries for it do (omelette, tabtab, @bomb.sh/tab, the latter before its
 * first release), and what they would add, values from a storage, would ask it at each press.
 */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Node {
  /** `backup list`; "" for the program. */
  path: string;
  summary: string;
  commands: { name: string; summary: string }[];
  options: { flag: string; summary: string; takes: boolean; choices: readonly string[] }[];
}

export function completionScript(program: Command, shell: Shell): string {
  const nodes = nodesOf(program);
  return { bash, zsh, fish }[shell](nodes);
}

function nodesOf(command: Command, path = ""): Node[] {
  const options = [
    ...command.options.map(describe),
    { flag: "--help", summary: "show this help", takes: false, choices: [] },
  ];
  const commands = command.commands.map((sub) => ({ name: sub.name(), summary: sub.summary() }));
  const below = command.commands.flatMap((sub) => nodesOf(sub, path === "" ? sub.name() : `${path} ${sub.name()}`));
  return [{ path, summary: command.summary(), commands, options }, ...below];
}

function describe(option: Option) {
  return {
    flag: option.long ?? option.short ?? "",
    summary: option.description,
    takes: option.required || option.optional,
    choices: option.argChoices ?? [],
  };
}

/** The longest path of commands among the words decides what is offered; after an option that takes a value, files. */
function bash(nodes: Node[]): string {
  const words = (node: Node) => [...node.commands.map(({ name }) => name), ...node.options.map(({ flag }) => flag)];
  const cases = nodes.map((node) => `    '${node.path}') words='${words(node).join(" ")}' ;;`);
  const choices = new Map(
    nodes
      .flatMap(({ options }) => options)
      .flatMap((o) => (o.choices.length > 0 ? [[o.flag, o.choices] as const] : [])),
  );
  const chosen = [...choices].map(
    ([flag, values]) => `    ${flag}) COMPREPLY=($(compgen -W '${values.join(" ")}' -- "$current")); return ;;`,
  );
  const taking = [
    ...new Set(
      nodes.flatMap(({ options }) => options.filter((o) => o.takes && o.choices.length === 0).map((o) => o.flag)),
    ),
  ];
  return `# bash completion of restorable: put it into ~/.local/share/bash-completion/completions/restorable
_restorable() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' word
  case "$previous" in
${chosen.join("\n")}
    ${taking.join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${nodes
      .map(({ path }) => path.replaceAll(" ", "/"))
      .join(" ")
      .trim()} " in
      *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;;
    esac
  done
  case "\${path//\\// }" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _restorable restorable`;
}

function zsh(nodes: Node[]): string {
  const quote = (text: string) =>
    text.replaceAll("'", "’").replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", "\\:");
  const functions = nodes.map((node) => {
    const name = `_restorable${node.path === "" ? "" : `_${node.path.replaceAll(" ", "_")}`}`;
    const options = node.options.map(({ flag, summary, takes, choices }) => {
      const value = choices.length > 0 ? `:value:(${choices.join(" ")})` : takes ? ":value:_files" : "";
      return `    '${flag}[${quote(summary)}]${value}'`;
    });
    if (node.commands.length === 0)
      return `${name}() {\n  _arguments \\\n${options.join(" \\\n")} \\\n    '*:file:_files'\n}`;
    const commands = node.commands.map((sub) => `'${sub.name}:${quote(sub.summary)}'`).join(" ");
    const flags = node.options.map(({ flag, summary }) => `'${flag}:${quote(summary)}'`).join(" ");
    const dispatch = node.commands.map((sub) => `    ${sub.name}) ${name}_${sub.name} ;;`);
    return `${name}() {
  local -a commands; commands=(${commands})
  local -a options; options=(${flags})
  if (( CURRENT == 2 )); then
    _describe command commands
    _describe -o option options
    return
  fi
  shift words; (( CURRENT-- ))
  case "$words[1]" in
${dispatch.join("\n")}
  esac
}`;
  });
  return `#compdef restorable
# zsh completion of restorable: put it into a folder of $fpath, as _restorable
${functions.join("\n")}
# As a file of $fpath its whole text is the function, and is called; sourced, it says for what it is.
if [ "$funcstack[1]" = "_restorable" ]; then _restorable "$@"; else compdef _restorable restorable; fi`;
}

function fish(nodes: Node[]): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = nodes.flatMap((node) => {
    const parts = node.path === "" ? [] : node.path.split(" ");
    const below = node.commands.map(({ name }) => name).join(" ");
    const seen = parts.map((part) => `__fish_seen_subcommand_from ${part}`);
    const open = below === "" ? [] : [`not __fish_seen_subcommand_from ${below}`];
    const at = [...seen, ...open].join("; and ");
    const when = at === "" ? "" : ` -n ${quote(at)}`;
    const files = node.commands.length > 0 ? " -f" : "";
    return [
      ...node.commands.map((sub) => `complete -c restorable${files}${when} -a ${sub.name} -d ${quote(sub.summary)}`),
      ...node.options.map(({ flag, summary, takes, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${quote(choices.join(" "))}` : takes ? " -r" : "";
        return `complete -c restorable${when} -l ${flag.replace(/^--/, "")}${value} -d ${quote(summary)}`;
      }),
    ];
  });
  return ["# fish completion of restorable: put it into ~/.config/fish/completions/restorable.fish", ...lines].join(
    "\n",
  );
}
