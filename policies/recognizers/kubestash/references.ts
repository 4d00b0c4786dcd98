import { periodSeconds } from "../../../model/go-duration";
import { ABSENT, known, map, type Reading, readBoolean, readString } from "../../known";
import type { Backup, ServerId, Store } from "../../stack/facts";
import { kubernetesNamespace, type StackView, sameReading, serverText } from "../../stack/view";
import { elsewhereStore, resticStore, unknownStore } from "../shared/backup-stores";
import { KEPT_ELSEWHERE, type KeepWords, keptBy } from "../shared/keep-words";

/** What KubeStash's resources refer to: BackupStorages and RetentionPolicies (storage.kubestash.com, apis/storage/v1alpha1). */

const GROUP = "storage.kubestash.com";

/** The reference at `path`; without a namespace it is one in the referring resource's own. */
export function reference(owner: unknown, path: string[], own: Reading<string>): ServerId {
  const namespace = readString(owner, ...path, "namespace");
  return { name: readString(owner, ...path, "name"), namespace: namespace.state === "absent" ? own : namespace };
}

/** Where a BackupStorage is. Without a name it is the default one of the namespace, if this stack declares one. */
export function storageStore(named: ServerId, view: StackView, encrypted: Reading<boolean> = ABSENT): Store {
  if (named.name.state === "unknown") return unknownStore(named.name.path, encrypted);
  const storage =
    named.name.state === "known" ? view.named(GROUP, "BackupStorage", named) : defaultOf("BackupStorage", named, view);
  const store = storage && resticStore(storage, ["spec", "storage"], view, { encrypted });
  if (store) return store;
  const name = named.name.state === "known" ? `the BackupStorage ${serverText(named)}` : "the default BackupStorage";
  // What it is when it is here and cannot be read is unknown; what is not here is another stack's.
  return storage ? unknownStore(name, encrypted) : elsewhereStore(name, encrypted);
}

const WORDS: KeepWords = {
  last: "last",
  hourly: "hourly",
  daily: "daily",
  weekly: "weekly",
  monthly: "monthly",
  yearly: "yearly",
};

/** What a RetentionPolicy keeps. One that this stack does not declare says nothing. */
export function retentionOf(named: ServerId, view: StackView): Backup["retention"] {
  const unread = [named.name, named.namespace].find(({ state }) => state === "unknown");
  if (unread?.state === "unknown") return { count: unread, seconds: unread, elsewhere: false };
  const policy =
    named.name.state === "known"
      ? view.named(GROUP, "RetentionPolicy", named)
      : defaultOf("RetentionPolicy", named, view);
  if (!policy) return KEPT_ELSEWHERE;
  const kept = keptBy(policy.props, ["spec", "successfulSnapshots"], WORDS);
  const period = map(readString(policy.props, "spec", "maxRetentionPeriod"), periodSeconds);
  return { ...kept, seconds: shorter(kept.seconds, period) };
}

/** Nothing is kept longer than maxRetentionPeriod, whatever the windows say. */
function shorter(window: Reading<number>, period: Reading<number>): Reading<number> {
  if (window.state !== "known" || period.state !== "known") return period.state === "absent" ? window : period;
  return known(Math.min(window.value, period.value));
}

function defaultOf(kind: string, { namespace }: ServerId, view: StackView) {
  return view.ofKind(GROUP, kind).find((candidate) => {
    const isDefault = readBoolean(candidate.props, "spec", "default");
    return isDefault.state === "known" && isDefault.value && sameReading(kubernetesNamespace(candidate), namespace);
  });
}
