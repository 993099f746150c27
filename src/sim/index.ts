/**
 * Simulated Kubernetes API servers: many clusters in one process, behind one address, for demonstrations and for tests of
 * scale and faults.
 *
 * What happens to objects is Kubernetes' own code (`src/apimachinery`); what surrounds it is here: storing, revisions,
 * lists and watches, discovery, deletion, access, controllers, faults. It refuses to run containers and to keep secrets.
 * Nothing else of Evenkeel imports it, save the command that starts it: it is met over HTTP only. Key invariant: what it
 * answers is what a real API server of that release answers, and what differs is known (`docs/simulator.md`).
 */
export { type ControllerName, controllerNames } from './controllers/index.ts'
export type { Account } from './access/index.ts'
export type { Platform } from './clusters/platform-base.ts'
export { type ClusterPlan, Simulator, type SimulatorOptions } from './simulator.ts'
export { readState, type SimulatorState, writeState } from './state/index.ts'
