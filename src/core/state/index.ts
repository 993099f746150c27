/**
 * The seven states that people see, of a cluster and of a bundle on a cluster (ux §3).
 *
 * Refuses to guess: what was not heard in time, or is not known, is `unreachable` and never good. Reads no
 * clock: ages are passed in. Key invariant: the state is the worst of the flags by one fixed precedence,
 * ✕ > ▲ > ◆ > ◐ > ❚❚ > ◇ > in sync, and adding a flag never makes a state better.
 */
export {
  type Reach,
  silenceLimit,
  type StateFacts,
  type PartFacts,
  type Standing,
  standingOf,
} from './standing.ts'
export { stateGlyph, stateName, stateWords, type StateWord, worstState } from './state-word.ts'
