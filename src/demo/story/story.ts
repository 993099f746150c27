import type { DrawnCluster } from '../fleet/draw-fleet.ts'
import { seeded } from '../random.ts'
import { autoscaler, certificate, insisting, silence, webhook } from './machines.ts'
import { binding, incident, namespace, policy, quota } from './people.ts'
import { badRelease, release } from './releases.ts'
import { asked, movingIn } from './teams.ts'
import { type Beat, beats, type BeatScript, minutes, type Scene, seconds } from './scene.ts'

const scripts: Readonly<Record<Beat, BeatScript>> = {
  incident,
  asked,
  'moving-in': movingIn,
  policy,
  namespace,
  quota,
  binding,
  autoscaler,
  webhook,
  operator: insisting,
  silence,
  certificate,
  release,
  'bad-release': badRelease,
}

/** When each beat of the opening begins, in seconds; up to ten seconds are added by the seed. */
const opening: Readonly<Record<Beat, number>> = {
  incident: 8,
  asked: 14,
  autoscaler: 25,
  'moving-in': 32,
  quota: 40,
  binding: 48,
  policy: 55,
  silence: 70,
  operator: 85,
  webhook: 100,
  namespace: 115,
  certificate: 130,
  release: 150,
  'bad-release': 210,
}

/**
 * Every round is over when the next one begins: what a beat did has healed by then, or was put back. Only what waits for
 * a decision stays.
 */
export const roundMs = minutes(16)
/** No beat begins later in a round, so that each can end. */
const latestStart = minutes(5)
const beatsInLaterRounds = 6

/**
 * The scenes of one round, in order. The opening (round 0) has every beat; later ones have some of them, at other times,
 * places and sizes, and something to decide. The same seed and fleet give the same scenes.
 */
export function scenesOfRound(seed: string, clusters: readonly DrawnCluster[], round: number): Scene[] {
  const random = seeded(seed).part(`story/${round}`)
  const chosen = new Set<Beat>(round === 0 ? beats : ['asked', ...random.some(beats, beatsInLaterRounds)])
  const scenes = [...chosen].flatMap((beat) => {
    const draw = random.part(`${round}/${beat}`)
    const within = round === 0 ? seconds(opening[beat]) + draw.below(seconds(10)) : draw.below(latestStart)
    return scripts[beat]({ clusters, random: draw, round }).map((scene) => ({
      ...scene,
      at: round * roundMs + within + scene.at,
    }))
  })
  return scenes
    .filter(({ act }) => act.kind === 'commit' || act.clusters.length > 0)
    .toSorted((a, b) => a.at - b.at)
}

/** All scenes, round after round. It never ends. */
export function* story(seed: string, clusters: readonly DrawnCluster[], from = 0): Generator<Scene, never> {
  for (let round = from; ; round += 1) yield* scenesOfRound(seed, clusters, round)
}
