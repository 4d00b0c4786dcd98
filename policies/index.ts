import { PolicyPack } from "@pulumi/policy";
import { deserializeOnce } from "./deserialize-once";
import { noteDryRun } from "./dry-run";
import { policies } from "./policies";

deserializeOnce();
noteDryRun();

/** Constructing the pack starts a server: everything that can be tested without one is in the files beside this one. */
new PolicyPack("restorable", { policies, enforcementLevel: "mandatory" });
