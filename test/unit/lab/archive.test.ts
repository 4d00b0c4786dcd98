import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveEntries, image, type Layer } from "../../../lab/images/archive";
import { whiteouts } from "../../../lab/images/postgres";
import { type TarEntry, tarBytes, writeTar } from "../../../lab/images/tar";

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");

async function bytes(entries: TarEntry[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of tarBytes(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("the tar writer", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lab-tar-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("writes what tar reads back: files, folders, links, modes and owners", async () => {
    const path = join(folder, "a.tar");
    await writeTar(path, [
      { path: "bin", folder: true, mode: 0o755 },
      { path: "bin/tool", content: "#!/bin/sh\n", mode: 0o750, uid: 26, gid: 26 },
      { path: "bin/link", symlink: "tool" },
    ]);
    const listing = execFileSync("tar", ["--numeric-owner", "-tvf", path], { encoding: "utf8" });
    const lines = listing.trim().split("\n");
    assert.match(lines[0] as string, /^drwxr-xr-x 0\/0 .* bin\/$/);
    assert.match(lines[1] as string, /^-rwxr-x--- 26\/26 +10 .* bin\/tool$/);
    assert.match(lines[2] as string, /^lrwxrwxrwx 0\/0 .* bin\/link -> tool$/);
    assert.equal(execFileSync("tar", ["-xOf", path, "bin/tool"], { encoding: "utf8" }), "#!/bin/sh\n");
  });

  it("takes a file from disk byte for byte", async () => {
    const source = join(folder, "source");
    const content = Buffer.from(Array.from({ length: 1500 }, (_, i) => i % 251));
    writeFileSync(source, content);
    const path = join(folder, "b.tar");
    await writeTar(path, [{ path: "data", file: source }]);
    assert.deepEqual(execFileSync("tar", ["-xOf", path, "data"]), content);
  });

  it("gives the same bytes for the same content, so that a layer keeps its digest", async () => {
    const entries = [{ path: "x", content: "1" }];
    assert.equal(sha256(await bytes(entries)), sha256(await bytes(entries)));
  });

  it("keeps paths longer than 100 bytes", async () => {
    const long = `${"folder/".repeat(20)}file`;
    const path = join(folder, "c.tar");
    await writeTar(path, [{ path: long, content: "x" }]);
    assert.equal(execFileSync("tar", ["-tf", path], { encoding: "utf8" }).trim(), long);
  });

  it("refuses a path that the format cannot hold instead of cutting it", async () => {
    await assert.rejects(bytes([{ path: "x".repeat(101), content: "" }]), /path too long for a tar/);
  });
});

describe("an image", () => {
  const layer = (text: string): Layer => ({
    digest: sha256(Buffer.from(text)),
    size: text.length,
    path: `/none/${text}`,
  });
  const [base, top] = [layer("base"), layer("top")];

  it("is named by its content: other layers or another configuration are another tag", () => {
    const refs = [
      image("agent", "", [base, top], { User: "26" }).ref,
      image("agent", "", [base], { User: "26" }).ref,
      image("agent", "", [base, top], { User: "0" }).ref,
    ];
    assert.equal(new Set(refs).size, 3);
    assert.equal(image("agent", "", [base, top], { User: "26" }).ref, refs[0]);
  });

  it("carries the version before the hash in its tag", () => {
    assert.match(image("postgres", "17", [base], {}).ref, /^localhost\/restorable\/postgres:17-[0-9a-f]{12}$/);
  });

  it("has the configuration's diff ids and the manifest's layers in the same order", () => {
    const made = image("agent", "", [base, top], {});
    const config = JSON.parse(made.config.toString()) as { rootfs: { diff_ids: string[] } };
    const manifest = JSON.parse(made.manifest.toString()) as {
      config: { digest: string; size: number };
      layers: { digest: string; size: number }[];
    };
    assert.deepEqual(config.rootfs.diff_ids, [`sha256:${base.digest}`, `sha256:${top.digest}`]);
    assert.deepEqual(
      manifest.layers.map(({ digest, size }) => [digest, size]),
      [
        [`sha256:${base.digest}`, 4],
        [`sha256:${top.digest}`, 3],
      ],
    );
    assert.equal(manifest.config.digest, `sha256:${sha256(made.config)}`);
    assert.equal(manifest.config.size, made.config.length);
  });

  it("leaves layers that containerd has already out of its archive, and names every other blob by its digest", () => {
    const made = image("agent", "", [base, top], {});
    const paths = (present: Set<string>) => archiveEntries(made, present).map(({ path }) => path);
    assert.ok(paths(new Set()).includes(`blobs/sha256/${base.digest}`));
    const fewer = paths(new Set([base.digest]));
    assert.ok(!fewer.includes(`blobs/sha256/${base.digest}`));
    assert.ok(fewer.includes(`blobs/sha256/${top.digest}`));
    assert.ok(fewer.includes(`blobs/sha256/${sha256(made.manifest)}`));
    assert.ok(fewer.includes(`blobs/sha256/${sha256(made.config)}`));
  });

  it("is announced in the index under its own reference", () => {
    const made = image("agent", "", [base], {});
    const entry = archiveEntries(made).find(({ path }) => path === "index.json");
    const index = JSON.parse(entry?.content?.toString() ?? "") as {
      manifests: { annotations: Record<string, string>; digest: string }[];
    };
    assert.equal(index.manifests[0]?.annotations["io.containerd.image.name"], made.ref);
    assert.equal(index.manifests[0]?.digest, `sha256:${sha256(made.manifest)}`);
  });

  it("writes a layer once when an image names it twice", () => {
    const made = image("agent", "", [base, base], {});
    const blobs = archiveEntries(made).filter(({ path }) => path.endsWith(base.digest));
    assert.equal(blobs.length, 1);
  });
});

describe("a whiteout layer", () => {
  const paths = [
    "./usr/share/postgresql/17/extension/citext.control",
    "./usr/share/postgresql/17/extension/citext--1.4.sql",
    "./usr/share/postgresql/17/extension/citext--1.4--1.5.sql",
    "./usr/share/postgresql/17/extension/hstore.control",
    "./usr/lib/postgresql/17/lib/citext.so",
    "./usr/lib/postgresql/17/lib/bitcode/citext/",
    "./usr/lib/postgresql/17/lib/bitcode/citext/citext.bc",
    "./usr/share/doc/citext",
  ];

  it("hides every file of the extension and no file of another", () => {
    assert.deepEqual(
      whiteouts(paths, "citext").map(({ path }) => path),
      [
        "usr/share/postgresql/17/extension/.wh.citext.control",
        "usr/share/postgresql/17/extension/.wh.citext--1.4.sql",
        "usr/share/postgresql/17/extension/.wh.citext--1.4--1.5.sql",
        "usr/lib/postgresql/17/lib/.wh.citext.so",
        "usr/lib/postgresql/17/lib/bitcode/.wh.citext",
      ],
    );
  });

  it("refuses to hide nothing: the test that relies on it would prove nothing", () => {
    assert.throws(() => whiteouts(paths, "nosuch"), /no file of the extension nosuch/);
  });
});
