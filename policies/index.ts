import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

/** Constructing the pack starts a server: everything that can be tested without one is in the files beside this one. */
new PolicyPack("restorable", { policies, enforcementLevel: "mandatory" });
