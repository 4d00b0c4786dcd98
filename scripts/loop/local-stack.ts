import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { RestorableDatabaseOutput } from "../../components";
import { cacheDir, labDir } from "../../lab/paths";
import type { Settings } from "../../model/settings";
import { PulumiStack } from "./pulumi";

const repository = join(__dirname, "..", "..");

/** One database of the stack. */
export type LocalDatabase = RestorableDatabaseOutput;

export interface LocalOutputs {
  environment: string;
  namespace: string;
  clusterName: string;
  drillNamespace: string;
  databases: LocalDatabase[];
}

export interface StorageKeys {
  endpoint: string;
  bucket: string;
  region: string;
  writer: { accessKeyId: string; secretAccessKey: string };
  reader: { accessKeyId: string; secretAccessKey: string };
  evidence: { accessKeyId: string; secretAccessKey: string };
  pruner: { accessKeyId: string; secretAccessKey: string };
}

/** Where the local stack's state is: with the lab's data, or, for a cluster of one's own, in a folder by its context. */
export function stackFolder(context?: string): string {
  return context === undefined ? join(labDir, "stack") : join(cacheDir, "own", context.replace(/[^A-Za-z0-9.-]/g, "_"));
}

/**
 * The `local` stack: the program and settings of stacks/, with state, keys and credentials in a folder outside the
 * repository. Keys and passwords are made once and kept as long as the data they belong to.
 */
export class LocalStack {
  readonly pulumi: PulumiStack;
  private readonly configFile: string;

  constructor(readonly folder = stackFolder()) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.configFile = join(folder, "Pulumi.local.yaml");
    this.pulumi = new PulumiStack({ folder, stack: "local", program: repository, configFile: this.configFile });
  }

  /** The committed settings, which are the same for everybody. */
  settings(): Settings {
    const file = join(repository, "stacks", "Pulumi.local.yaml");
    return (parse(readFileSync(file, "utf8")) as { config: Record<string, Settings> }).config[
      "restorable:settings"
    ] as Settings;
  }

  /** Writes the stack's settings with images and secrets. Does nothing when nothing has changed. */
  async configure(
    images: { server: string; agent: string },
    storage: StorageKeys,
    apiServerCidrs: string[],
  ): Promise<void> {
    await this.pulumi.ensure();
    const settings = this.settings();
    Object.assign(settings.drill, { apiServerCidrs });
    const { endpoint, bucket, region } = storage;
    Object.assign(settings.storage, { endpoint, bucket, region });
    const credentials = this.credentials(settings, storage);
    const inputs = JSON.stringify([settings, images, credentials]);
    const stamp = createHash("sha256").update(inputs).digest("hex");
    const stampFile = join(this.folder, "configured");
    if (existsSync(this.configFile) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
    // What the encryption needs stays: Pulumi keeps its salt in the same file.
    const before = existsSync(this.configFile)
      ? (parse(readFileSync(this.configFile, "utf8")) as Record<string, unknown>)
      : {};
    const { config: _, ...kept } = before;
    const config = { "restorable:settings": settings, "restorable:images": images };
    writeFileSync(this.configFile, stringify({ ...kept, config }), { mode: 0o600 });
    await this.pulumi.setSecret("restorable:credentials", credentials);
    writeFileSync(stampFile, stamp);
  }

  /** What the policy pack is told, apart from the program that it judges. */
  policyConfig(): string {
    const file = join(this.folder, "policies.json");
    const config = { "restore-gate": { environment: "local", trustedKeys: { local: [this.publicKey()] } } };
    writeFileSync(file, JSON.stringify(config, null, 2));
    return file;
  }

  policyArguments(): string[] {
    return [
      "--policy-pack",
      join(repository, "dist", "policies", "restorable-policies"),
      "--policy-pack-config",
      this.policyConfig(),
    ];
  }

  outputs(): Promise<LocalOutputs> {
    return this.pulumi.outputs<LocalOutputs>();
  }

  /** The private key that signs evidence: PKCS #8, PEM. */
  signingKey(): string {
    return this.kept("signing-key.pem", () => {
      const { privateKey } = generateKeyPairSync("ed25519");
      return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    });
  }

  /** Its public half, which the policy pack trusts. */
  publicKey(): string {
    return createPublicKey(this.signingKey()).export({ type: "spki", format: "pem" }).toString();
  }

  private credentials(settings: Settings, { writer, reader, evidence, pruner }: StorageKeys): string {
    const roles = settings.databases.flatMap((database) => database.roles.map((role) => role.name));
    return JSON.stringify({
      storage: { writer, reader, evidence, pruner },
      signingKey: this.signingKey(),
      backupPassword: this.password("backup"),
      adminPassword: this.password("admin"),
      rolePasswords: Object.fromEntries(roles.map((role) => [role, this.password(role)])),
    });
  }

  /** Every password that was made for this stack: what tests look for where it must not be. */
  passwords(): string[] {
    const folder = join(this.folder, "secrets");
    return readdirSync(folder)
      .filter((name) => name.startsWith("password-"))
      .map((name) => readFileSync(join(folder, name), "utf8"));
  }

  private password(name: string): string {
    return this.kept(`password-${name}`, () => randomBytes(24).toString("base64url"));
  }

  private kept(name: string, make: () => string): string {
    const folder = join(this.folder, "secrets");
    const file = join(folder, name);
    if (!existsSync(file)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, make(), { mode: 0o600 });
    }
    return readFileSync(file, "utf8");
  }
}
