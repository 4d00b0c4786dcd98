/** One of examples/, the one that EXAMPLE names. What it imports as `restorable` is this checkout. */
const Module = require("node:module");
const { join } = require("node:path");
require("tsx/cjs");

const root = join(__dirname, "../../..");
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return resolve.call(this, request === "restorable" ? join(root, "components/index.ts") : request, ...rest);
};
module.exports = require(join(root, "examples", process.env.EXAMPLE, "index.ts"));
