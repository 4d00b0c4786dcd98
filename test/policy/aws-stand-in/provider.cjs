/**
 * The AWS stand-in of the tests as Pulumi's engine sees it: the ResourceProvider service that @pulumi/pulumi ships. Plain
 * JavaScript, since the engine starts it by itself and without a compiler.
 */
const { createHash } = require("node:crypto");
const grpc = require("@grpc/grpc-js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");
const engine = require("@pulumi/pulumi/proto/engine_pb.js");
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb.js");
const proto = require("@pulumi/pulumi/proto/provider_pb.js");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const { version } = require("@pulumi/aws/package.json");
const { withDefaults } = require("./defaults.cjs");
const { call } = require("./functions.cjs");
const { plannedOutputs, propertiesOf } = require("./outputs.cjs");

const SELF = "this is the AWS stand-in of the tests: it answers previews only";

/** The provider's own configuration, for what it says of resources. */
let configuration = {};
let address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));

/** An answer made by `make`; what it throws is the answer too. */
function answering(make) {
  return (request, respond) => {
    try {
      respond(null, make(request.request) ?? new Empty());
    } catch (error) {
      respond({ code: error.code ?? grpc.status.UNKNOWN, message: error.message });
    }
  };
}

function refuse() {
  throw Object.assign(new Error(SELF), { code: grpc.status.FAILED_PRECONDITION });
}

const struct = (value) => Struct.fromJavaScript(value);
const values = (message) => message?.toJavaScript() ?? {};

/** Says once, where people see it, that this is not AWS. */
function introduce() {
  if (!address) return;
  const client = new EngineClient(address, grpc.credentials.createInsecure());
  const line = new engine.LogRequest();
  line.setSeverity(engine.LogSeverity.INFO);
  line.setMessage(`aws: ${SELF}`);
  client.log(line, () => client.close());
}

function configure(request) {
  configuration = values(request.getArgs());
  introduce();
  const response = new proto.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setAcceptresources(true);
  response.setSupportspreview(true);
  return response;
}

/** Inputs as the engine will keep them: with defaults and names. */
function check(request) {
  const urn = request.getUrn();
  const [type, name] = [urn.split("::")[2].split("$").at(-1), urn.split("::").slice(3).join("::")];
  const [olds, news] = [values(request.getOlds()), values(request.getNews())];
  const suffix = createHash("sha256").update(urn).digest("hex").slice(0, 7);
  const filled = withDefaults(type, news, configuration);
  // A prefix asks AWS for a name, and a name once given stays.
  for (const [property, given] of Object.entries(namesOf(type, name, suffix)))
    if (news[property] === undefined && news[`${property}Prefix`] === undefined)
      filled[property] = olds[property] ?? given;
  return checked(filled);
}

/**
 * Pulumi names what is called `name`, and these. RDS clusters are not among them: AWS names those, and nobody knows how
 * before they exist.
 */
function namesOf(type, name, suffix) {
  if (type === "aws:s3/bucket:Bucket" || type === "aws:s3/bucketV2:BucketV2")
    return { bucket: `${name.toLowerCase()}-${suffix}` };
  if (type === "aws:rds/instance:Instance") return { identifier: `${name}${suffix}` };
  return propertiesOf(type).takesName ? { name: `${name}-${suffix}` } : {};
}

function checked(inputs) {
  const response = new proto.CheckResponse();
  response.setInputs(struct(inputs));
  return response;
}

function create(request) {
  if (!request.getPreview()) refuse();
  const response = new proto.CreateResponse();
  response.setProperties(struct(plannedOutputs(typeOf(request), values(request.getProperties()), {}, configuration)));
  return response;
}

function update(request) {
  if (!request.getPreview()) refuse();
  const [olds, news] = [values(request.getOlds()), values(request.getNews())];
  const response = new proto.UpdateResponse();
  response.setProperties(struct(plannedOutputs(typeOf(request), news, olds, configuration)));
  return response;
}

const typeOf = (request) => request.getUrn().split("::")[2].split("$").at(-1);

function diff(request) {
  const [olds, news] = [values(request.getOldInputs() ?? request.getOlds()), values(request.getNews())];
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = keys.filter((key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]));
  const response = new proto.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(changed);
  return response;
}

/** There is no AWS to read from: what the program or the state says is all that there is. */
function read(request) {
  const response = new proto.ReadResponse();
  response.setId(request.getId());
  response.setProperties(request.getProperties());
  response.setInputs(request.getInputs());
  return response;
}

function invoke(request) {
  const response = new proto.InvokeResponse();
  response.setReturn(struct(call(request.getTok(), values(request.getArgs()), configuration)));
  return response;
}

function pluginInfo() {
  const info = new PluginInfo();
  info.setVersion(`${version}+stand-in`);
  return info;
}

const service = {
  getPluginInfo: answering(pluginInfo),
  attach: answering((request) => {
    address = request.getAddress();
  }),
  cancel: answering(() => undefined),
  checkConfig: answering((request) => checked(values(request.getNews()))),
  diffConfig: answering(() => new proto.DiffResponse()),
  configure: answering(configure),
  check: answering(check),
  diff: answering(diff),
  create: answering(create),
  update: answering(update),
  delete: answering(refuse),
  read: answering(read),
  invoke: answering(invoke),
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(ResourceProviderService, service);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the port in the first line.
  process.stdout.write(`${port}\n`);
});
