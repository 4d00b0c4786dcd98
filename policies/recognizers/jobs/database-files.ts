import type { PolicyResource } from "@pulumi/policy";
import { readList, readString } from "../../known";
import { kubernetesNamespace, type StackView, sameReading } from "../../stack/view";
import { databaseOfClaim } from "../shared/covered-databases";

/** How people call the volume with a server's data, … */
const DATA = /(^|[-_./])(pg-?data|postgres(ql)?(-?data)?|pgsql)([-_./]|$)/i;
/** … and those with what is made of them. */
const MADE = /dump|backup|wal|archive|conf|init|script|secret/i;

/** Whether `container` has a volume with the files of a database: a claim of one of the stack's, or one called so. */
export function holdsDatabaseFiles(
  container: unknown,
  pod: unknown,
  resource: PolicyResource,
  view: StackView,
): boolean {
  const volumes = readList(pod, "volumes");
  return readList(container, "volumeMounts").some((mount) => {
    const volume = volumes.find((one) => sameReading(readString(one, "name"), readString(mount, "name")));
    const claim = readString(volume, "persistentVolumeClaim", "claimName");
    if (databaseOfClaim(kubernetesNamespace(resource), claim, view)) return true;
    const folder = readString(volume, "hostPath", "path");
    if (claim.state === "absent" && folder.state === "absent") return false;
    const names = [claim, folder, readString(mount, "name"), readString(mount, "mountPath")];
    return names.some(
      (name) => name.state === "known" && DATA.test(name.value) && !MADE.test(name.value.replace(/^\/backup\//, "")),
    );
  });
}
