/**
 * Mocha's own spec output, and the counts of the suite as one line of JSON in the file that RESTORABLE_TEST_COUNTS
 * names, so that `make test` can add the suites up. JavaScript, because Mocha loads reporters before it loads tsx.
 */
const { appendFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    let ended = 0;
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.on(Runner.constants.EVENT_TEST_END, () => ended++);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.RESTORABLE_TEST_COUNTS;
      if (!file) return;
      const { passes, failures, pending } = runner.stats;
      // Tests that never ran because a hook failed before them count as failed: nobody saw them pass.
      const unrun = runner.total - ended;
      appendFileSync(
        file,
        `${JSON.stringify({ passed: passes, failed: failures + unrun, skipped: pending, names: skipped })}\n`,
      );
    });
  }
}

module.exports = CountingReporter;
