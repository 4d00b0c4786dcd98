// What Pulumi runs. tsx reads the TypeScript, as for stacks/.
require("tsx/cjs");
module.exports = require("./index.ts");
