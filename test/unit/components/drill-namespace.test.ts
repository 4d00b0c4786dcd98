import { strict as assert } from "node:assert";
import { DrillNamespace } from "../../../components";
import { storageEgress } from "../../../components/drill/egress";
import { refusal, run } from "./declare";

const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const args = {
  namespace: "shop-drill",
  storageEndpoint: "http://s3.storage.svc.cluster.local:7070",
  apiServerCidrs: ["10.0.0.5/32", "10.0.1.5/32"],
};
const declare = (changes = {}) => run(() => new DrillNamespace("drills", { ...args, ...changes }));

describe("DrillNamespace", () => {
  it("declares the namespace and four policies, and nothing else", async () => {
    assert.deepEqual((await declare()).list(), [
      "kubernetes:core/v1:Namespace drills",
      `${POLICY} drills-allow-api-server`,
      `${POLICY} drills-allow-dns`,
      `${POLICY} drills-allow-storage`,
      `${POLICY} drills-deny-all`,
      "restorable:index:DrillNamespace drills",
    ]);
  });

  it("admits only pods that are restricted", async () => {
    const { metadata } = (await declare()).get("kubernetes:core/v1:Namespace", "drills").inputs;
    assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
  });

  it("lets nothing in, and nothing out but DNS, the API server and the storage", async () => {
    const program = await declare();
    const spec = (name: string) => program.get(POLICY, `drills-${name}`).inputs.spec;
    assert.deepEqual(spec("deny-all"), { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [] });
    assert.deepEqual(spec("allow-dns").egress, [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
            podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
          },
        ],
        ports: [
          { protocol: "UDP", port: 53 },
          { protocol: "TCP", port: 53 },
        ],
      },
    ]);
    assert.deepEqual(spec("allow-api-server").egress, [
      {
        to: [{ ipBlock: { cidr: "10.0.0.5/32" } }, { ipBlock: { cidr: "10.0.1.5/32" } }],
        ports: [
          { protocol: "TCP", port: 443 },
          { protocol: "TCP", port: 6443 },
        ],
      },
    ]);
    assert.deepEqual(spec("allow-storage").egress, [storageEgress(args.storageEndpoint)]);
  });

  it("opens the way to the storage of the off-site copy where it is told of one", async () => {
    const offSiteEndpoint = "https://192.0.2.9:9000";
    const program = await run(() => new DrillNamespace("drills", { ...args, offSiteEndpoint }));
    const { egress } = program.get("kubernetes:networking.k8s.io/v1:NetworkPolicy", "drills-allow-off-site").inputs
      .spec;
    assert.deepEqual(egress, [storageEgress(offSiteEndpoint)]);
    assert.match(
      refusal(() => new DrillNamespace("drills", { ...args, offSiteEndpoint: "192.0.2.9" })),
      /offSiteEndpoint: .* is not a URL/,
    );
  });

  it("lets drills reach the EKS Pod Identity Agent where they need it, and no other metadata service", async () => {
    const program = await declare({ podIdentityAgent: true });
    assert.deepEqual(program.get(POLICY, "drills-allow-pod-identity").inputs.spec.egress, [
      {
        to: [{ ipBlock: { cidr: "169.254.170.23/32" } }, { ipBlock: { cidr: "fd00:ec2::23/128" } }],
        ports: [{ protocol: "TCP", port: 80 }],
      },
    ]);
  });

  it("has no way to a storage that is a volume, which the node mounts", async () => {
    const program = await declare({ storageEndpoint: undefined });
    assert.deepEqual(
      program.list().filter((name) => name.startsWith(POLICY)),
      ["allow-api-server", "allow-dns", "deny-all"].map((name) => `${POLICY} drills-${name}`),
    );
  });

  it("asks a resolver of the node where it is told of one, and no other", async () => {
    const { egress } = (await declare({ dnsCidr: "169.254.20.10/32" })).get(POLICY, "drills-allow-dns").inputs.spec;
    assert.deepEqual(egress[0].to, [{ ipBlock: { cidr: "169.254.20.10/32" } }]);
  });

  it("opens the way to the KMS that signs evidence where it is told of one", async () => {
    const signingEndpoint = "https://kms.eu-central-1.amazonaws.com";
    const { egress } = (await declare({ signingEndpoint })).get(POLICY, "drills-allow-signing").inputs.spec;
    assert.deepEqual(egress, [storageEgress(signingEndpoint)]);
  });

  it("has no way to any address that it is not told of", async () => {
    const program = await declare({ podIdentityAgent: true });
    for (const { type, name, inputs } of program.resources)
      if (type === POLICY)
        for (const { to } of inputs.spec.egress) {
          assert.ok(to?.length > 0, name);
          assert.doesNotMatch(JSON.stringify(to), /"0\.0\.0\.0\/0"|"::\/0"/, name);
        }
  });

  it("refuses to guess where the API server is, and says how to find it", () => {
    const refused = (apiServerCidrs: unknown) =>
      refusal(() => new DrillNamespace("drills", { ...args, apiServerCidrs } as never));
    const find =
      "kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes shows the API server's addresses; " +
      'give each as a range, such as ["10.0.0.5/32"]';
    const problem = (text: string) => `DrillNamespace "drills" cannot be used as declared:\n  - ${text}`;
    for (const none of [undefined, []])
      assert.equal(refused(none), problem(`apiServerCidrs: must hold at least one address: ${find}`));
    assert.equal(refused(["10.0.0.0"]), problem("apiServerCidrs.0: must be an address range, such as 10.0.0.5/32"));
  });
});

describe("the storage a drill may reach", () => {
  const except = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"];
  const cases: [string, unknown, number][] = [
    [
      "http://s3.storage.svc.cluster.local:7070",
      { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "storage" } } },
      7070,
    ],
    ["http://s3.storage.svc", { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "storage" } } }, 80],
    ["https://192.0.2.7:9000", { ipBlock: { cidr: "192.0.2.7/32" } }, 9000],
    ["https://[2001:db8::7]", { ipBlock: { cidr: "2001:db8::7/128" } }, 443],
    ["https://s3.eu-central-1.amazonaws.com", { ipBlock: { cidr: "0.0.0.0/0", except } }, 443],
  ];
  for (const [endpoint, to, port] of cases)
    it(`of ${endpoint} is that and no more`, () => {
      assert.deepEqual(storageEgress(endpoint), { to: [to], ports: [{ protocol: "TCP", port }] });
    });
});
