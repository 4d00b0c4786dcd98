// What Pulumi runs. tsx reads the TypeScript of the program whatever way the language host has with it: older hosts do
// not hear of the options by which Pulumi.yaml could ask for it.
const { RunError } = require("@pulumi/pulumi");

require("tsx/cjs");
try {
  module.exports = require("./index.ts");
} catch (error) {
  // Wrong settings are the reader's to mend, not ours: a stack trace would only hide what is wrong with them.
  throw error.name === "InvalidInputError" ? new RunError(error.message) : error;
}
