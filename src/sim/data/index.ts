/**
 * What releases of Kubernetes publish about themselves: discovery and OpenAPI, as real API servers gave them
 * (`node tools/sim/main.ts` asks them again), without descriptions.
 *
 * `kubernetes.json.br` is derived from Kubernetes, whose licence (Apache-2.0) and copyright are in NOTICE beside it. It
 * refuses releases that it was not made from. Key invariant: schemas, kinds, verbs and names are a real server's.
 */
export { openReleases, type PublishedRelease, type Releases } from './open-releases.ts'
