import { debianSources, suite } from "../debian";
import { run } from "../run";
import type { ImageConfig, Layer } from "./archive";
import { cachedLayer } from "./layers";
import { type TarEntry, writeTar } from "./tar";

export const postgresMajor = 17;

const packages = ["postgresql-17", "postgresql-client-17", "ca-certificates", "zstd", "locales"];
const leftOut = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*"];

/** Runs in the new root's parent: $1 is the root. */
const customize = `
set -e
sed -i 's/^postgres:x:[0-9]*:[0-9]*:/postgres:x:26:26:/' "$1/etc/passwd"
sed -i 's/^postgres:x:[0-9]*:/postgres:x:26:/' "$1/etc/group"
sed -i '/^tape:/d' "$1/etc/group" # it had 26
rm -rf "$1/var/lib/postgresql/17/main" "$1/var/cache/apt" "$1/var/lib/apt/lists"
mkdir -p "$1/var/lib/postgresql/data"
chroot "$1" chown -R 26:26 /var/lib/postgresql /var/run/postgresql
echo 'en_US.UTF-8 UTF-8' > "$1/etc/locale.gen"
chroot "$1" locale-gen
for program in "$1"/usr/lib/postgresql/17/bin/*; do
  ln -sf "/usr/lib/postgresql/17/bin/\${program##*/}" "$1/usr/bin/\${program##*/}"
done
`;

/** What CloudNativePG expects of an image: uid 26, server programs in PATH; it brings its own instance manager. */
export const postgresConfig: ImageConfig = {
  User: "26",
  Env: [
    `PATH=/usr/lib/postgresql/${postgresMajor}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    "LANG=C.UTF-8",
  ],
};

/** Debian trixie with PostgreSQL and its contrib modules: about 400 MB, 25 s to make, once. */
export function postgresLayer(): Promise<Layer> {
  const options = leftOut.map((pattern) => `--dpkgopt=path-exclude=${pattern}`);
  const keep = "--dpkgopt=path-include=/usr/share/doc/*/copyright";
  return cachedLayer("postgres", [suite, ...packages, ...options, keep, customize], async (path) => {
    const sources = await debianSources();
    await run(
      [
        ...["mmdebstrap", "--variant=minbase", "--format=tar", `--include=${packages.join(",")}`],
        ...options,
        keep,
        `--customize-hook=${customize}`,
        suite,
        path,
        ...sources,
      ],
      {
        env: { ...process.env, SOURCE_DATE_EPOCH: "1767225600" },
        todo: "the packages come from Debian's mirrors by way of mmdebstrap: check that apt-get update works",
      },
    );
  });
}

/** Members that hide the files of an extension in the layers below (whiteouts, in OCI's terms). */
export function whiteouts(paths: readonly string[], extension: string): TarEntry[] {
  const sql = `extension/${extension}(--[^/]*)?\\.(control|sql)`;
  const belongs = new RegExp(`/(${sql}|lib/${extension}\\.so|bitcode/${extension})$`);
  const hidden = paths.map((path) => path.replace(/^\.\//, "").replace(/\/$/, "")).filter((path) => belongs.test(path));
  if (hidden.length === 0) throw new Error(`no file of the extension ${extension} in the layer below`);
  return hidden.map((path) => ({ path: path.replace(/([^/]+)$/, ".wh.$1"), content: "" }));
}

/** A layer that takes citext away: for the test in which the image to restore with lacks an extension. */
export async function withoutCitextLayer(postgres: Layer): Promise<Layer> {
  return cachedLayer("no-citext", [postgres.digest, whiteouts.toString()], async (path) => {
    const paths = (await run(["tar", "tf", postgres.path])).split("\n");
    await writeTar(path, whiteouts(paths, "citext"));
  });
}
