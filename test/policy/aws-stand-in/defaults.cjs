const { propertiesOf } = require("./outputs.cjs");

/**
 * Defaults that the provider fills in before anything is created, as the SDK documents them, of the resources that the
 * policies read.
 */
const DEFAULTS = {
  "aws:rds/instance:Instance": {
    autoMinorVersionUpgrade: true,
    copyTagsToSnapshot: false,
    deleteAutomatedBackups: true,
    monitoringInterval: 0,
    performanceInsightsEnabled: false,
    publiclyAccessible: false,
    skipFinalSnapshot: false,
  },
  "aws:rds/cluster:Cluster": {
    copyTagsToSnapshot: false,
    deleteAutomatedBackups: true,
    engineMode: "provisioned",
    skipFinalSnapshot: false,
  },
  "aws:s3/bucket:Bucket": { forceDestroy: false },
  "aws:s3/bucketV2:BucketV2": { forceDestroy: false },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    blockPublicAcls: false,
    blockPublicPolicy: false,
    ignorePublicAcls: false,
    restrictPublicBuckets: false,
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": { objectLockEnabled: "Enabled" },
  "aws:backup/vault:Vault": { forceDestroy: false },
};

const RULE_DEFAULTS = { startWindow: 60, completionWindow: 180, scheduleExpressionTimezone: "Etc/UTC" };

/** `inputs` of a resource of `type` with what the provider fills in. */
function withDefaults(type, inputs, configuration) {
  const filled = { ...DEFAULTS[type], ...inputs };
  if (type === "aws:backup/plan:Plan" && Array.isArray(inputs.rules))
    filled.rules = inputs.rules.map((rule) => (typeof rule === "object" ? { ...RULE_DEFAULTS, ...rule } : rule));
  // The provider merges its own default tags into the resource's, unless those are unknown.
  const tags = defaultTags(configuration);
  if (tags && propertiesOf(type).computed.includes("tagsAll") && typeof (inputs.tags ?? {}) === "object")
    filled.tags = { ...tags, ...inputs.tags };
  return filled;
}

/** The provider's configuration holds objects as JSON. */
function defaultTags({ defaultTags: given }) {
  if (given === undefined) return undefined;
  try {
    return (typeof given === "string" ? JSON.parse(given) : given).tags;
  } catch {
    return undefined;
  }
}

module.exports = { withDefaults };
