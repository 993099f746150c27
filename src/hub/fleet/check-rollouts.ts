import type { KindName, Rollout, RolloutChoice, RolloutSpec } from '../../core/kinds/index.ts'
import { compilePlacement } from '../../core/placement/index.ts'
import { compileGate } from '../../core/rollout/index.ts'
import type { Declared } from './model.ts'
import { didYouMean, type Named, type ReferenceCheck } from './reference-check.ts'

/** The named rollouts, without those whose stages cannot be evaluated. */
export function checkRollouts(
  check: ReferenceCheck,
  declared: readonly Declared<Rollout>[],
): Map<string, Declared<Rollout>> {
  const rollouts = check.unique('Rollout', declared)
  for (const [name, rollout] of rollouts) {
    if (!checkStages(check, 'Rollout', rollout, rollout.value.spec)) rollouts.delete(name)
  }
  return rollouts
}

/** A rollout as a bundle or an environment chooses it: a name that is known, or stages that can be evaluated. */
export function checkRolloutChoice(
  check: ReferenceCheck,
  kind: KindName,
  where: Declared<Named>,
  choice: RolloutChoice | undefined,
  rollouts: ReadonlyMap<string, Declared<Rollout>>,
): void {
  if (choice === undefined) return
  if (typeof choice !== 'string') {
    checkStages(check, kind, where, choice)
    return
  }
  if (rollouts.has(choice)) return
  check.refuse(kind, where, `there is no rollout ${choice}`, didYouMean(choice, rollouts.keys()))
}

function checkStages(
  check: ReferenceCheck,
  kind: KindName,
  where: Declared<Named>,
  spec: RolloutSpec,
): boolean {
  const place = { file: where.file, line: where.line, subject: `${kind} ${where.value.metadata.name}` }
  const before = check.problems.length
  const names = new Set<string>()
  for (const stage of spec.stages) {
    if (names.has(stage.name))
      check.refuse(kind, where, `two stages are called ${stage.name}`, 'rename one of them')
    names.add(stage.name)
    const compiled = stage.where === undefined ? undefined : compilePlacement(stage.where, place)
    if (compiled !== undefined && 'message' in compiled) {
      check.refuse(kind, where, `stage ${stage.name}: ${compiled.message}`, compiled.hint)
    }
    for (const gate of stage.gates ?? []) {
      if (gate === 'health' || !('cel' in gate)) continue
      const condition = compileGate(gate.cel, place)
      if ('message' in condition) {
        check.refuse(kind, where, `stage ${stage.name}: ${condition.message}`, condition.hint)
      }
    }
  }
  return check.problems.length === before
}
