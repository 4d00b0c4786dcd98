/** One stack of test/policy/corpus, the one that the runner names; tsx reads the TypeScript. */
require("tsx/cjs");
const { declareStack } = require("../corpus/parts/help.ts");

declareStack(JSON.parse(process.env.CORPUS));
