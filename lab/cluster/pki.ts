import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { remove } from "../files";
import { apiServiceAddress, nodeAddress, nodeName, pkiDir } from "../paths";
import { run } from "../run";

const validDays = 3650;
const renewBeforeMs = 30 * 24 * 3600 * 1000;

interface Identity {
  name: string;
  subject: string;
  /** Further names and addresses it answers to. */
  san?: string;
  /** Whether a kubeconfig is written for it. */
  client?: boolean;
}

const identities: readonly Identity[] = [
  {
    name: "apiserver",
    subject: "/CN=kube-apiserver",
    san: `DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:${nodeAddress},IP:${apiServiceAddress}`,
  },
  { name: "admin", subject: "/O=system:masters/CN=admin", client: true },
  { name: "controller-manager", subject: "/CN=system:kube-controller-manager", client: true },
  { name: "scheduler", subject: "/CN=system:kube-scheduler", client: true },
  {
    name: "kubelet",
    subject: `/O=system:nodes/CN=system:node:${nodeName}`,
    san: `DNS:${nodeName},IP:${nodeAddress}`,
    client: true,
  },
  { name: "proxy", subject: "/CN=system:kube-proxy", client: true },
  { name: "front-proxy", subject: "/CN=front-proxy-client" },
];

/** When the first certificate of the lab ends, or undefined while there are none. */
function firstExpiry(): number | undefined {
  const files = ["ca", ...identities.map(({ name }) => name)].map((name) => join(pkiDir, `${name}.crt`));
  if (!files.every((file) => existsSync(file))) return undefined;
  return Math.min(...files.map((file) => Date.parse(new X509Certificate(readFileSync(file)).validTo)));
}

/** Makes the lab's certificates, and makes them anew when they are about to end. True when they were made. */
export async function ensurePki(now = Date.now()): Promise<boolean> {
  const done = join(pkiDir, "complete");
  const expiry = firstExpiry();
  if (existsSync(done) && expiry !== undefined && expiry - renewBeforeMs > now) return false;
  // The key that signs service account tokens outlives the certificates: pods' tokens stay good.
  remove(done);
  mkdirSync(pkiDir, { recursive: true, mode: 0o700 });
  const openssl = (...args: string[]) => run(["openssl", ...args], { cwd: pkiDir });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
    "-days",
    `${validDays}`,
    "-subj",
    "/CN=restorable-lab-ca",
  );
  if (!existsSync(join(pkiDir, "sa.key"))) {
    await openssl("genrsa", "-out", "sa.key", "2048");
    await openssl("rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub");
  }
  for (const { name, subject, san } of identities) {
    await openssl("req", "-new", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
    const extensions = `subjectAltName=${san ?? `DNS:${name}`}\nextendedKeyUsage=serverAuth,clientAuth\n`;
    writeFileSync(join(pkiDir, `${name}.ext`), extensions);
    const signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", `${validDays}`];
    await openssl("x509", "-req", "-in", `${name}.csr`, ...signer, "-out", `${name}.crt`, "-extfile", `${name}.ext`);
    remove(join(pkiDir, `${name}.csr`));
    remove(join(pkiDir, `${name}.ext`));
  }
  for (const { name } of identities.filter(({ client }) => client)) writeKubeconfig(name);
  writeFileSync(done, "");
  return true;
}

function writeKubeconfig(name: string): void {
  const base64 = (file: string) => readFileSync(join(pkiDir, file)).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "lab",
    clusters: [
      {
        name: "lab",
        cluster: { server: `https://${nodeAddress}:6443`, "certificate-authority-data": base64("ca.crt") },
      },
    ],
    users: [
      {
        name,
        user: { "client-certificate-data": base64(`${name}.crt`), "client-key-data": base64(`${name}.key`) },
      },
    ],
    contexts: [{ name: "lab", context: { cluster: "lab", user: name } }],
  };
  writeFileSync(join(pkiDir, `${name}.kubeconfig`), `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}
