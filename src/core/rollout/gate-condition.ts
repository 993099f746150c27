import { conditionKind } from '../cel/index.ts'

/**
 * Compiles a gate's CEL expression. It may ask `run` (bundle, revision), `stage` (name, clusters, healthy, failed, away)
 * and `now`, a timestamp.
 */
export const compileGate = conditionKind('gate', {
  run: 'map<string, dyn>',
  stage: 'map<string, dyn>',
  now: 'google.protobuf.Timestamp',
})
