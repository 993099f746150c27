/**
 * The demo: a fleet of simulated clusters, a Git repository that declares it, a hub, and a story that never stops.
 *
 * It starts the simulator and the hub as processes of their own and meets both over HTTP, as anybody would; what it plays,
 * people, controllers and operators, acts under names of its own. Refuses to touch anything that it has not made. Key
 * invariant: the same seed draws the same fleet and tells the same story, and when it ends nothing is left running.
 */
export { Demo, type DemoOptions, kept } from './demo.ts'
export { type Progress, untilInSync } from './in-sync.ts'
export type { Scene } from './story/scene.ts'
export { Storyteller } from './story/storyteller.ts'
