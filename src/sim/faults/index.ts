/**
 * Faults between a cluster and its clients: slowness, throttling, errors, silence, watches that break or fall asleep,
 * lists that are cut, credentials that run out, clocks that go wrong.
 *
 * It refuses to touch what is stored. Key invariant: without a plan nothing is different.
 */
export { type FaultPlan, readFaultPlan } from './fault-plan.ts'
export { FaultyCluster } from './faulty-cluster.ts'
