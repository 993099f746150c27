import { type BeatScript, minutes } from './scene.ts'

const released = [
  { app: 'checkout', files: ['api', 'worker'], version: (round: number) => `1.${5 + round}.0` },
  { app: 'storefront', files: ['web'], version: (round: number) => `7.${9 + round}.0` },
] as const

/** A team releases a version: a commit that reaches the clusters in stages. */
export const release: BeatScript = ({ random, round }) => {
  const { app, files, version } = released[round === 0 ? 0 : random.below(released.length)] ?? released[0]
  return [
    {
      at: 0,
      beat: 'release',
      says: `${app} ${version(round)} is released`,
      act: {
        kind: 'commit',
        change: {
          by: 'alice',
          message: `Release ${app} ${version(round)}`,
          edits: files.map((part) => ({
            file: `apps/${app}/base/${part}.yaml`,
            pattern: `${app}/${part}:\\S+`,
            to: `${app}/${part}:${version(round)}`,
          })),
        },
      },
    },
  ]
}

/** A version that never starts stops at its canary and goes back; the next one is good. */
export const badRelease: BeatScript = ({ round }) => {
  const image = (version: string) => [
    { file: 'apps/catalog/values.yaml', pattern: 'catalog/api:\\S+', to: `catalog/api:${version}` },
  ]
  return [
    {
      at: 0,
      beat: 'bad-release',
      says: `catalog 5.${4 + round}.0 is released, and does not start`,
      act: {
        kind: 'commit',
        change: {
          by: 'frank',
          message: `Release catalog 5.${4 + round}.0`,
          edits: image(`5.${4 + round}.0-broken`),
        },
      },
    },
    {
      at: minutes(5),
      beat: 'bad-release',
      says: `catalog 5.${4 + round}.1 mends it`,
      act: {
        kind: 'commit',
        change: {
          by: 'frank',
          message: `Release catalog 5.${4 + round}.1: start without the old index`,
          edits: image(`5.${4 + round}.1`),
        },
      },
    },
  ]
}
