// What Pulumi runs. tsx reads the TypeScript of the program whatever way the language host has with it: older hosts do
// not hear of the options by which Pulumi.yaml could ask for it.
require("tsx/cjs");
module.exports = require("./index.ts");
