import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { apiVersion } from '../core/kinds/index.ts'
import { accounts, hubAccount, visitor } from './fleet/cast.ts'
import type { DrawnCluster } from './fleet/draw-fleet.ts'
import { platforms } from './fleet/platforms.ts'
import type { SimAddress } from './sim-door.ts'

/** The files of a demo, below its folder. */
export interface DemoFiles {
  readonly folder: string
  /** For `ek sim --fleet`. */
  readonly simFleet: string
  /** What the clusters of a kept demo go on with. */
  readonly simState: string
  /** As `ek sim` writes it: every account on every cluster. */
  readonly simKubeconfig: string
  /** The visitor's: one context a cluster. */
  readonly kubeconfig: string
  readonly hubConfig: string
  readonly hubData: string
  readonly auditToken: string
  readonly secrets: string
}

export function demoFiles(folder: string): DemoFiles {
  return {
    folder,
    simFleet: join(folder, 'sim-fleet.json'),
    simState: join(folder, 'sim-state'),
    simKubeconfig: join(folder, 'sim.kubeconfig'),
    kubeconfig: join(folder, 'kubeconfig'),
    hubConfig: join(folder, 'hub.yaml'),
    hubData: join(folder, 'data'),
    auditToken: join(folder, 'audit-token'),
    secrets: join(folder, 'secrets'),
  }
}

/** What `ek sim --fleet` reads. */
export async function writeSimFleet(
  { simFleet }: DemoFiles,
  clusters: readonly DrawnCluster[],
): Promise<void> {
  const used = new Set(clusters.map(({ platform }) => platform))
  const fleet = {
    accounts,
    platforms: Object.fromEntries(Object.entries(platforms()).filter(([name]) => used.has(name))),
    clusters: clusters.map(({ name, version, platform }) => ({ name, as: version, platform })),
  }
  await writeFile(simFleet, JSON.stringify(fleet))
}

const kubeconfigSchema = z.object({
  clusters: z
    .array(
      z.object({
        name: z.string(),
        cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }),
      }),
    )
    .min(1),
  users: z.array(z.object({ name: z.string(), user: z.object({ token: z.string() }) })),
})

/**
 * Divides the simulator's kubeconfig: one file a cluster for the hub, and one with all clusters for the visitor. Answers
 * where the simulator is.
 */
export async function divideKubeconfig(files: DemoFiles): Promise<SimAddress> {
  const { clusters, users } = kubeconfigSchema.parse(JSON.parse(await readFile(files.simKubeconfig, 'utf8')))
  const tokens = Object.fromEntries(users.map(({ name, user }) => [name, user.token]))
  const of = (user: string, members: typeof clusters): string =>
    `${JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: members,
        users: [{ name: user, user: { token: tokens[user] ?? '' } }],
        contexts: members.map(({ name }) => ({ name, context: { cluster: name, user } })),
        'current-context': members[0]?.name ?? '',
      },
      undefined,
      1,
    )}\n`
  await writeFile(files.kubeconfig, of(visitor, clusters), { mode: 0o600 })
  await mkdir(files.secrets, { recursive: true, mode: 0o700 })
  for (const one of clusters) {
    await writeFile(join(files.secrets, `${one.name}.kubeconfig`), of(hubAccount, [one]), { mode: 0o600 })
  }
  // There is one: the schema says so.
  const [{ cluster }] = clusters as [(typeof clusters)[number]]
  return {
    url: new URL(cluster.server).origin,
    certificate: Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8'),
    tokens,
  }
}

/** What the hub of the demo is told. */
export async function writeHubConfig(
  files: DemoFiles,
  given: { readonly port: number; readonly repository: string; readonly clusters: readonly DrawnCluster[] },
): Promise<void> {
  const config = {
    apiVersion,
    kind: 'HubConfig',
    spec: {
      data: files.hubData,
      listen: `127.0.0.1:${given.port}`,
      fleet: { url: given.repository, branch: 'main', poll: '2s' },
      logLevel: 'warn',
      credentials: given.clusters.map(({ name }) => ({
        name,
        file: join(files.secrets, `${name}.kubeconfig`),
      })),
    },
  }
  await writeFile(files.hubConfig, JSON.stringify(config, undefined, 1), { mode: 0o600 })
}
