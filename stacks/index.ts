import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parseDrillSettings } from "../model/drill-settings";
import { parseSettings } from "../model/settings";
import { declareApplication } from "./application";
import { declareDrills } from "./drills";

/**
 * The one program of all stacks. What differs between them is in Pulumi.<stack>.yaml. The stack of an application has its
 * settings as `restorable:settings` (model/settings.ts says what there is), and secrets as `restorable:credentials`
 * (model/credentials.ts). The stack of a platform, which drills another stack's databases and holds the keys, has
 * `restorable:drills` (model/drill-settings.ts).
 */
const PROJECT = resolve(__dirname, "..");

const config = new pulumi.Config("restorable");
const stack = pulumi.getStack();
const drills = config.getObject("drills");

// `make up` builds images and hands their names over in `restorable:images`; elsewhere they stand in the settings.
const application = () => parseSettings(config.requireObject("settings"), config.getObject("images"), stack);

export = drills === undefined
  ? declareApplication(application(), stack, PROJECT)
  : declareDrills(parseDrillSettings(drills, stack), PROJECT);
