import { type Random, seeded } from '../random.ts'

export type EnvironmentName = 'dev' | 'stage' | 'prod'
export const regions = ['eu', 'us', 'ap', 'sa', 'edge'] as const
export type Region = (typeof regions)[number]

/** A cluster of the demo, before anything has happened to it. */
export interface DrawnCluster {
  /** `prod-eu-3`. */
  readonly name: string
  readonly environment: EnvironmentName
  readonly region: Region
  /** The release that it behaves as. */
  readonly version: string
  /** A key of `platforms`. */
  readonly platform: string
  readonly labels: Readonly<Record<string, string>>
}

/** How many of a hundred clusters are where. */
const shares: readonly (readonly [EnvironmentName, Region, number])[] = [
  ['prod', 'eu', 14],
  ['prod', 'us', 11],
  ['prod', 'ap', 7],
  ['prod', 'sa', 3],
  ['prod', 'edge', 5],
  ['stage', 'eu', 11],
  ['stage', 'us', 8],
  ['stage', 'ap', 5],
  ['stage', 'sa', 2],
  ['dev', 'eu', 15],
  ['dev', 'us', 9],
  ['dev', 'ap', 6],
  ['dev', 'sa', 2],
  ['dev', 'edge', 2],
]

/** What clusters of a region run on, the newer ones ahead where nobody is hurt by it. */
const hardware: Readonly<Record<EnvironmentName, readonly (readonly [platform: string, version: string])[]>> =
  {
    dev: [
      ['kubernetes', '1.36'],
      ['kubernetes', '1.35'],
      ['openshift', '1.34'],
    ],
    stage: [
      ['kubernetes', '1.35'],
      ['kubernetes-large', '1.35'],
      ['openshift', '1.34'],
      ['openshift', '1.33'],
    ],
    prod: [
      ['kubernetes-large', '1.35'],
      ['kubernetes-large', '1.34'],
      ['openshift-large', '1.34'],
      ['openshift-large', '1.33'],
    ],
  }

/**
 * The clusters of a demo: so many, spread over environments and regions, each with a platform and a release. The same
 * seed draws the same ones.
 */
export function drawFleet(count: number, seed: string): DrawnCluster[] {
  const random = seeded(seed).part('fleet')
  return counted(count).flatMap(([environment, region, clusters]) =>
    Array.from({ length: clusters }, (_, at) => cluster(random, environment, region, at + 1)),
  )
}

function cluster(random: Random, environment: EnvironmentName, region: Region, number: number): DrawnCluster {
  const [platform, version] =
    region === 'edge' ? (['kubernetes-edge', '1.33'] as const) : random.pick(hardware[environment])
  const isGpu = environment === 'prod' && region !== 'edge' && number % 6 === 2
  return {
    name: `${environment}-${region}-${number}`,
    environment,
    region,
    version,
    platform,
    labels: {
      region,
      provider: platform.startsWith('openshift') ? 'datacentre' : region === 'edge' ? 'branch' : 'cloud',
      ...(isGpu ? { gpu: 'true' } : {}),
    },
  }
}

/** Largest remainders, so that the parts add up; a place with no cluster is left out. */
function counted(count: number): (readonly [EnvironmentName, Region, number])[] {
  const exact = shares.map(([environment, region, share]) => {
    const wanted = (count * share) / 100
    return { environment, region, whole: Math.floor(wanted), rest: wanted - Math.floor(wanted) }
  })
  let left = count - exact.reduce((sum, { whole }) => sum + whole, 0)
  for (const place of exact.toSorted((a, b) => b.rest - a.rest)) {
    if (left === 0) break
    place.whole += 1
    left -= 1
  }
  return exact
    .filter(({ whole }) => whole > 0)
    .map(({ environment, region, whole }) => [environment, region, whole] as const)
}
