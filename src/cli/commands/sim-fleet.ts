import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { JsonMap } from '../../core/object/index.ts'
import type { Account, ClusterPlan, Platform } from '../../sim/index.ts'
import { cliFailure } from '../cli-failure.ts'

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
})

const userName = z.string().regex(/^[A-Za-z0-9][-A-Za-z0-9.@_]{0,252}$/, 'wanted the name of a user')

const schema = z.strictObject({
  accounts: z
    .array(z.strictObject({ name: userName, groups: z.array(z.string().min(1)).default([]) }))
    .min(1)
    .optional(),
  platforms: z
    .record(
      z.string(),
      z.strictObject({
        nodes: z.int().min(0).max(500).optional(),
        node: z.strictObject({ cpu: z.string(), memory: z.string() }).optional(),
        manifests: z.array(manifest).optional(),
      }),
    )
    .default({}),
  clusters: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'wanted a name of small letters, digits and -'),
        as: z.enum(['1.33', '1.34', '1.35', '1.36']).optional(),
        platform: z.string().optional(),
      }),
    )
    .min(1)
    .max(1_000),
})

/** Which clusters are simulated, and what they begin with. */
export interface SimFleet {
  readonly clusters: readonly ClusterPlan[]
  readonly platforms: Readonly<Record<string, Platform>>
  /** Who may come; the usual ones without it. */
  readonly accounts?: readonly Account[]
}

/** Reads the file of `--fleet`: JSON with `platforms`, `clusters` and `accounts`. Throws `file` or `usage`. */
export async function readSimFleet(file: string): Promise<SimFleet> {
  const refused = (why: string): Error => cliFailure('usage', `${file}: no simulated fleet: ${why}`)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw cliFailure(
      'file',
      `${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refused('wanted JSON')
  }
  const read = schema.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    throw refused(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`)
  }
  const { platforms, clusters, accounts } = read.data
  const names = new Set<string>()
  for (const { name, platform } of clusters) {
    if (names.has(name)) throw refused(`cluster ${name} is there twice`)
    if (platform !== undefined && !Object.hasOwn(platforms, platform)) {
      throw refused(`cluster ${name}: there is no platform ${platform}`)
    }
    names.add(name)
  }
  return {
    clusters: clusters.map(({ name, as, platform }) => ({
      name,
      ...(as === undefined ? {} : { profile: as }),
      ...(platform === undefined ? {} : { platform }),
    })),
    ...(accounts === undefined ? {} : { accounts }),
    platforms: Object.fromEntries(
      Object.entries(platforms).map(([name, { nodes, node, manifests }]) => [
        name,
        {
          ...(nodes === undefined ? {} : { nodes }),
          ...(node === undefined ? {} : { node }),
          ...(manifests === undefined ? {} : { manifests: manifests as unknown as JsonMap[] }),
        },
      ]),
    ),
  }
}
