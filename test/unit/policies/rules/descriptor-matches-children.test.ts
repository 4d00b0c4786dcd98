import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { BackupCopy, BackupRetention, LogicalBackup, RestoreDrill } from "../../../../components";
import { descriptorMatchesChildren } from "../../../../policies/rules/descriptor-matches-children";
import { newKeys, trusting } from "../../../policy/support/evidence";
import { run } from "../../components/declare";
import * as examples from "../../components/examples";
import { found } from "../drills";
import { resource, UNKNOWN_STRING } from "../stack";

/** What the library's own components really declare, as the engine hands it to the pack. */
const DECLARED: Record<string, () => unknown> = {
  backup: () => new LogicalBackup("b", examples.backup({ onDeployment: true })),
  encrypted: () =>
    new LogicalBackup(
      "b",
      examples.backup({
        restorePath: { ...examples.PATH, encryption: "age" },
        encryption: { recipients: [`age1${"q".repeat(58)}`] },
      }),
    ),
  "backup on a volume": () => new LogicalBackup("b", examples.backup({ storage: { kind: "nfs", claim: "c" } })),
  "backup in Amazon S3": () =>
    new LogicalBackup("b", examples.backup({ storage: { kind: "s3", bucket: "orders", region: "eu-central-1" } })),
  copy: () => new BackupCopy("b", examples.copy({ retention: "90d", onDeployment: true })),
  retention: () => new BackupRetention("b", examples.retention()),
  drill: () => new RestoreDrill("b", examples.drill()),
  "drill on a schedule": () => new RestoreDrill("b", examples.drill({ triggers: { schedule: "0 4 * * *" } })),
  "drill for which its backup asks": () => new RestoreDrill("b", examples.drill({ requestedBy: "orders-backup" })),
  "drill with a command of the application's": () =>
    new RestoreDrill(
      "b",
      examples.drill({
        restorePath: { ...examples.PATH, applicationChecks: [{ name: "healthy", command: ["/bin/check"] }] },
      }),
    ),
  "drill of two copies": () =>
    new RestoreDrill("b", examples.drill({ offSite: { reader: { secret: "other-reader" }, rpo: "4h" } })),
};

type Props = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: props of many kinds, as a transformation has them
type Loose = any;
/** How a transformation changes the props of the children of one kind; undefined removes the child. */
type Change = (props: Loose, kind: string) => Props | undefined;

async function stackOf(what: string, change: Change = (props) => props): Promise<PolicyResource[]> {
  const program = await run(DECLARED[what] as () => unknown, { stack: "staging" });
  const [[key = "", outputs] = []] = Object.entries(program.registered);
  const [type = "", name = ""] = key.split(" ");
  const parent = resource(type, name, outputs as Props);
  const children = program.resources.flatMap(({ type: of, name: called, inputs }) => {
    if (of === type) return [];
    const props = change(structuredClone(inputs), of.split(":").pop() ?? "");
    return props === undefined ? [] : [resource(of, called, props, parent)];
  });
  return [parent, ...children];
}

const gate = (environment: string) => ({ environment, trustedKeys: trusting(newKeys()) });
const said = async (what: string, change?: Change, environment = "staging") =>
  found(descriptorMatchesChildren, await stackOf(what, change), gate(environment)).map(({ message }) => message);

const inPod =
  (edit: (pod: Loose) => void): Change =>
  (props, kind) => {
    if (kind === "CronJob") edit(props.spec.jobTemplate.spec.template.spec);
    return props;
  };
const inConfig =
  (edit: (config: Loose) => void): Change =>
  (props, kind) => {
    if (kind !== "ConfigMap" || props.data?.["config.json"] === undefined) return props;
    const config = JSON.parse(props.data["config.json"]);
    edit(config);
    return { ...props, data: { ...props.data, "config.json": JSON.stringify(config) } };
  };

describe("descriptor-matches-children", () => {
  for (const what of Object.keys(DECLARED))
    it(`is silent on the library's own ${what}`, async () => assert.deepEqual(await said(what), []));

  it("says what is otherwise than declared: verdict, reasons, remedy, page", async () => {
    const change = inPod((pod) => {
      pod.containers[0].image = "mallory/agent";
    });
    assert.deepEqual(await said("backup", change), [
      [
        "shop/orders/shop: b does not run what its descriptor says.",
        `Reason: the CronJob's container backup: image is "mallory/agent", not "${examples.PATH.agentImage}"`,
        "Remedy: let no transformation change the resources of this library's components; change the component's settings instead",
        "Page: docs/policies/descriptor-matches-children.md",
      ].join("\n"),
    ]);
  });

  const swapped: [string, string, Change, RegExp][] = [
    [
      "another image for the drill's agent",
      "drill",
      inPod((pod) => {
        pod.containers[0].image = "mallory/agent";
      }),
      /container drill: image is "mallory\/agent"/,
    ],
    [
      "another image for the temporary server",
      "drill",
      inPod((pod) => {
        pod.initContainers[0].image = "mallory/server";
      }),
      /container server: image is "mallory\/server"/,
    ],
    [
      "another command for the temporary server",
      "drill",
      inPod((pod) => {
        pod.initContainers[0].command = ["/bin/sh", "-c", "serve what they want to see"];
      }),
      /container server: command is not what this library's component declares/,
    ],
    [
      "a command instead of the agent's own",
      "drill",
      inPod((pod) => {
        pod.containers[0].command = ["/bin/sh", "-c", "true"];
      }),
      /container drill: command is not what this library's component declares/,
    ],
    [
      "other arguments",
      "drill",
      inPod((pod) => {
        pod.containers[0].args = ["storage-check"];
      }),
      /container drill: args is not what this library's component declares/,
    ],
    [
      "a container more",
      "drill",
      inPod((pod) => {
        pod.containers.push({ name: "extra", image: "mallory/extra" });
      }),
      /has a container "extra", which has no place there/,
    ],
    [
      "no temporary server",
      "drill",
      inPod((pod) => {
        pod.initContainers = [];
      }),
      /the CronJob has no container server/,
    ],
    [
      "a program mounted over the agent's",
      "drill",
      inPod((pod) => {
        pod.containers[0].volumeMounts.push({ name: "x", mountPath: "/opt/restorable" });
      }),
      /has something mounted at "\/opt\/restorable", where its programs are/,
    ],
    [
      "a variable that loads another program",
      "drill",
      inPod((pod) => {
        pod.containers[0].env.push({ name: "NODE_OPTIONS", value: "--require=/tmp/x.js" });
      }),
      /has the variable "NODE_OPTIONS", by which another program could run/,
    ],
    [
      "an environment from elsewhere",
      "drill",
      inPod((pod) => {
        pod.containers[0].envFrom = [{ configMapRef: { name: "x" } }];
      }),
      /takes its environment from elsewhere \(envFrom\)/,
    ],
    [
      "another schedule",
      "backup",
      (props, kind) => (kind === "CronJob" ? { ...props, spec: { ...props.spec, schedule: "0 0 1 1 *" } } : props),
      /the CronJob's schedule is "0 0 1 1 \*", not /,
    ],
    [
      "another time zone",
      "backup",
      (props, kind) => (kind === "CronJob" ? { ...props, spec: { ...props.spec, timeZone: "Asia/Tokyo" } } : props),
      /the CronJob's timeZone is "Asia\/Tokyo"/,
    ],
    [
      "a suspended schedule",
      "drill on a schedule",
      (props, kind) => (kind === "CronJob" ? { ...props, spec: { ...props.spec, suspend: true } } : props),
      /the CronJob's suspend is true, not false/,
    ],
    [
      "a storage of somebody else",
      "backup",
      inPod((pod) => {
        for (const { secret } of pod.volumes) if (secret) secret.secretName = "mallorys";
      }),
      /is not given \S+, the storage with which it is declared to work/,
    ],
    [
      "a bucket of somebody else",
      "backup in Amazon S3",
      inConfig((config) => {
        config.storage.bucket = "mallorys";
      }),
      /the config's storage\.bucket is "mallorys", not "orders"/,
    ],
    [
      "the target of another database",
      "drill",
      inConfig((config) => {
        config.target.database = "toy";
      }),
      /the config's target is \{.*"toy"/,
    ],
    [
      "checks that the restore path does not have",
      "drill",
      inConfig((config) => {
        config.restorePath.applicationChecks = "0".repeat(64);
      }),
      /the config's restorePath is /,
    ],
    [
      "another environment",
      "drill",
      inConfig((config) => {
        config.environment = "production";
      }),
      /the config's environment is "production", not "staging"/,
    ],
    [
      "another stack",
      "drill",
      inConfig((config) => {
        config.stack = "x";
      }),
      /the config's stack is "x"/,
    ],
    [
      "another fingerprint",
      "drill of two copies",
      inConfig((config) => {
        config.offSite.fingerprint = "0".repeat(64);
      }),
      /the config's offSite\.fingerprint is /,
    ],
    [
      "a retention that removes sooner",
      "retention",
      inConfig((config) => {
        config.retention.keepSeconds = 60;
      }),
      /the config's retention\.keepSeconds is 60/,
    ],
    [
      "a retention that removes at all",
      "retention",
      inConfig((config) => {
        config.dryRun = !config.dryRun;
      }),
      /the config's dryRun is /,
    ],
    ["no CronJob", "drill", (props, kind) => (kind === "CronJob" ? undefined : props), /it declares no CronJob/],
    [
      "no config",
      "copy",
      (props, kind) => (kind === "ConfigMap" ? undefined : props),
      /the config that its Jobs are given is not a ConfigMap of its own/,
    ],
  ];
  for (const [what, of, change, reason] of swapped)
    it(`refuses a ${of} into which a transformation put ${what}`, async () => {
      const [message = "", ...others] = await said(of, change);
      assert.match(message, reason);
      assert.deepEqual(others, []);
    });

  it("refuses a Job of a deployment that runs something else", async () => {
    const change: Change = (props, kind) => {
      if (kind === "Job") props.spec.template.spec.containers[0].image = "mallory/agent";
      return props;
    };
    for (const of of ["backup", "copy", "drill"])
      assert.match((await said(of, change))[0] ?? "", /the Job b-on-deployment's container/);
  });

  it("refuses another image or other arguments for what starts drills: it may have anything run there", async () => {
    for (const [field, value] of [
      ["image", "mallory/agent"],
      ["args", ["start-drills", "--namespace", "shop-drill", "--drill", "another"]],
    ] as const) {
      const change: Change = (props, kind) => {
        if (kind === "Deployment") props.spec.template.spec.containers[0][field] = value;
        return props;
      };
      const [message = ""] = await said("drill for which its backup asks", change);
      assert.match(message, new RegExp(`the Deployment b-starter's container starter: ${field}`));
    }
  });

  it("takes what is unknown at preview for a doubt in production, and waits elsewhere", async () => {
    const change = inPod((pod) => {
      pod.containers[0].image = UNKNOWN_STRING;
    });
    assert.deepEqual(await said("drill", change), []);
    const [message = ""] = await said("drill", change, "production");
    assert.match(message, /^shop\/orders\/shop: it cannot be told whether b runs what its descriptor says\./);
    assert.match(message, /container drill: image is unknown at preview/);
  });

  it("refuses a component that was made by hand and declares nothing", async () => {
    const [parent] = await stackOf("drill");
    const [violation] = found(descriptorMatchesChildren, [parent as PolicyResource], gate("staging"));
    assert.match(violation?.message ?? "", /it declares no CronJob/);
  });

  it("has nothing to compare of a drill that another stack declares, or of a descriptor that is unknown", async () => {
    const descriptor = (await run(DECLARED.drill as () => unknown)).registered["restorable:index:RestoreDrill b"] as {
      descriptor: object;
    };
    const type = "restorable:index:RestoreDrill";
    for (const given of [{ ...descriptor.descriptor, declares: "reference", attestation: "platform" }, UNKNOWN_STRING])
      assert.deepEqual(
        found(descriptorMatchesChildren, [resource(type, "d", { descriptor: given })], gate("staging")),
        [],
      );
  });
});
