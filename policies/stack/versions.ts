import { imageMajor } from "../../model/fields";
import { firstSaid, map, type Reading, readNumber, readString } from "../known";
import type { Database } from "./facts";
import type { StackView } from "./view";

/** Where products say which PostgreSQL they run: `17`, `16.4`, `POSTGRES_16`. */
const PLACES: [RegExp, string[]][] = [
  [/^kubernetes:postgresql\.(cnpg\.io|k8s\.enterprisedb\.io)\//, ["spec", "imageCatalogRef", "major"]],
  [/^kubernetes:acid\.zalan\.do\//, ["spec", "postgresql", "version"]],
  [/^kubernetes:(postgres-operator\.crunchydata|(upstream\.)?pgv2\.percona)\.com\//, ["spec", "postgresVersion"]],
  [/^kubernetes:stackgres\.io\//, ["spec", "postgres", "version"]],
  [/^kubernetes:kubedb\.com\//, ["spec", "version"]],
  [/^aws:rds\//, ["engineVersion"]],
  [/^gcp:sql\//, ["databaseVersion"]],
  [/^azure(-native)?:(dbforpostgresql|postgresql)/, ["version"]],
];

/** The major version that `database` runs, by its own declaration or by its image's tag; absent where neither says. */
export function majorOf(database: Database, view: StackView): Reading<number> {
  const resource = view.resource(database.urn);
  const said = PLACES.filter(([type]) => resource && type.test(resource.type)).map(([, path]) => {
    const number = readNumber(resource?.props, ...path);
    return number.state === "absent" ? map(readString(resource?.props, ...path), majorIn) : number;
  });
  const [server] = database.images;
  return firstSaid([...said, ...(server ? [map(server.image, imageMajor)] : [])]);
}

function majorIn(version: string): number | undefined {
  const digits = /^(?:POSTGRES_|v)?(\d{1,2})(?![\d])/i.exec(version)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
