import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { toolFile } from "../build/build";
import { filesBelow } from "../build/inputs";
import { LabError } from "../errors";
import { sha256File } from "../files";
import { sourceDir } from "../paths";
import { run } from "../run";
import { type Image, image } from "./archive";
import { cachedLayer, filesLayer } from "./layers";
import { nodePin, pinnedNode } from "./node";
import { postgresConfig, postgresLayer, postgresMajor, withoutCitextLayer } from "./postgres";
import { type TarEntry, writeTar } from "./tar";

const certificates = "/etc/ssl/certs/ca-certificates.crt";

/** What a static program needs of a system: certificates, a /tmp, and a user to be. */
async function baseEntries(): Promise<TarEntry[]> {
  return [
    { path: "etc/ssl/certs/ca-certificates.crt", file: certificates },
    {
      path: "etc/passwd",
      content: "root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n",
    },
    { path: "etc/group", content: "root:x:0:\nnonroot:x:65532:\n" },
    { path: "tmp", folder: true, mode: 0o1777 },
  ];
}

/** A layer with one program from the lab's tools; its name in the cache says which build, so its hash need not be read. */
async function programLayer(name: string, binary: string, entries: readonly TarEntry[]) {
  const base = await baseEntries();
  return filesLayer(name, [binary, await sha256File(certificates)], [...base, ...entries]);
}

/** The sandbox of every pod. */
export async function pauseImage(): Promise<Image> {
  const source = join(sourceDir, "images", "pause.c");
  const layer = await cachedLayer("pause", [readFileSync(source, "utf8")], async (path) => {
    await run(["gcc", "-O2", "-static", "-s", "-o", `${path}.bin`, source]);
    await writeTar(path, [{ path: "pause", file: `${path}.bin`, mode: 0o755 }]);
    await run(["rm", `${path}.bin`]);
  });
  return image("pause", "", [layer], { Entrypoint: ["/pause"] });
}

/** A shell and the few commands that local-path's helper pods need; tests use it too. */
export async function busyboxImage(): Promise<Image> {
  const binary = "/bin/busybox";
  const applets = (await run([binary, "--list"])).split("\n").filter((applet) => applet && applet !== "busybox");
  const layer = await filesLayer(
    "busybox",
    [await sha256File(binary)],
    [
      { path: "bin/busybox", file: binary, mode: 0o755 },
      ...applets.map((applet) => ({ path: `bin/${applet}`, symlink: "busybox" })),
      { path: "tmp", folder: true, mode: 0o1777 },
    ],
  );
  return image("busybox", "", [layer], { Env: ["PATH=/bin"], Cmd: ["sh"] });
}

export async function postgresImage(): Promise<Image> {
  return image("postgres", `${postgresMajor}`, [await postgresLayer()], postgresConfig);
}

/** The same PostgreSQL with one extension missing. */
export async function postgresNoCitextImage(): Promise<Image> {
  const postgres = await postgresLayer();
  return image(
    "postgres-no-citext",
    `${postgresMajor}`,
    [postgres, await withoutCitextLayer(postgres)],
    postgresConfig,
  );
}

/** /manager is what pods run, /operator/manager_amd64 what the operator hashes to upgrade instances online. */
export async function operatorImage(): Promise<Image> {
  const binary = toolFile("cloudnative-pg", "cnpg-manager");
  const layer = await programLayer("cloudnative-pg", binary, [
    { path: "operator/manager_amd64", file: binary, mode: 0o755 },
    { path: "manager", symlink: "operator/manager_amd64" },
  ]);
  return image("cloudnative-pg", "1.30.0", [layer], {
    Entrypoint: ["/manager"],
    User: "65532:65532",
    WorkingDir: "/",
  });
}

export async function versitygwImage(): Promise<Image> {
  const binary = toolFile("versitygw", "versitygw");
  const layer = await programLayer("versitygw", binary, [{ path: "versitygw", file: binary, mode: 0o755 }]);
  return image("versitygw", "1.8.0", [layer], { Entrypoint: ["/versitygw"], User: "65532:65532" });
}

export async function minioImage(): Promise<Image> {
  const binary = toolFile("minio", "minio");
  const layer = await programLayer("minio", binary, [{ path: "minio", file: binary, mode: 0o755 }]);
  return image("minio", "20260212", [layer], { Entrypoint: ["/minio"], User: "65532:65532" });
}

export async function corednsImage(): Promise<Image> {
  const binary = toolFile("coredns", "coredns");
  const layer = await programLayer("coredns", binary, [{ path: "coredns", file: binary, mode: 0o755 }]);
  return image("coredns", "1.14.6", [layer], { Entrypoint: ["/coredns"] });
}

/**
 * PostgreSQL's layer, the very one of the servers; Node.js; the agent's bundle, a folder. Only the last changes from day
 * to day.
 */
export async function agentImage(bundle: string): Promise<Image> {
  if (!statSync(join(bundle, AGENT), { throwIfNoEntry: false })?.isFile()) {
    throw new LabError("the agent's bundle is not there", {
      where: join(bundle, AGENT),
      todo: "build it first (npm run build), or name its folder with --agent PATH",
    });
  }
  const node = await pinnedNode();
  const launcher = `#!/bin/sh\nexec /usr/local/bin/node /opt/restorable/${AGENT} "$@"\n`;
  const files = filesBelow(bundle);
  const layers = [
    await postgresLayer(),
    await filesLayer("node", [nodePin().integrity], [{ path: "usr/local/bin/node", file: node, mode: 0o755 }]),
    await filesLayer(
      "agent",
      [launcher, ...files.flatMap(({ path, content }) => [path, content])],
      [
        ...files.map(({ path, content }) => ({ path: `opt/restorable/${path}`, content, mode: 0o644 })),
        { path: "usr/local/bin/restorable-agent", content: launcher, mode: 0o755 },
      ],
    ),
  ];
  return image("agent", "", layers, { ...postgresConfig, Entrypoint: ["/usr/local/bin/restorable-agent"] });
}

const AGENT = "agent.mjs";
