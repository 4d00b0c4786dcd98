/** The few data sources that programs ask at preview, in an account that cannot exist. */
const ACCOUNT = "000000000000";

function call(token, args, configuration) {
  const region = args.region ?? configuration.region ?? "eu-central-1";
  const functions = {
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({
      id: ACCOUNT,
      accountId: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:user/aws-stand-in`,
      userId: "AWS-STAND-IN",
    }),
    "aws:index/getRegion:getRegion": () => ({
      id: region,
      name: region,
      region,
      description: "AWS stand-in",
      endpoint: `ec2.${region}.amazonaws.com`,
    }),
    "aws:index/getPartition:getPartition": () => ({
      id: "aws",
      partition: "aws",
      dnsSuffix: "amazonaws.com",
      reverseDnsPrefix: "com.amazonaws",
    }),
    "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({
      id: region,
      region,
      names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
      zoneIds: ["az1", "az2", "az3"],
      groupNames: [region],
    }),
  };
  const known = functions[token];
  if (!known) throw new Error(`the AWS stand-in of the tests does not know the function ${token}`);
  return known();
}

module.exports = { call };
