import type { Access, Environment } from '../../core/kinds/index.ts'
import { compilePlacement } from '../../core/placement/index.ts'
import type { Declared } from './model.ts'
import { didYouMean, type ReferenceCheck } from './reference-check.ts'

/** The Access kinds, without those whose expression does not compile; of the others each gives what it says. */
export function checkAccess(
  check: ReferenceCheck,
  declared: readonly Declared<Access>[],
  environments: ReadonlyMap<string, Declared<Environment>>,
): Map<string, Declared<Access>> {
  const found = check.unique('Access', declared)
  for (const [name, access] of found) {
    const { where } = access.value.spec
    for (const one of access.value.spec.environments ?? []) {
      if (environments.has(one)) continue
      check.warn('Access', access, `there is no environment ${one}`, didYouMean(one, environments.keys()))
    }
    if (access.value.spec.writes !== undefined && access.value.spec.bundles === undefined) {
      const hint = 'name the bundles of this team under bundles'
      check.refuse('Access', access, 'writes: bounds no bundle, because none is named', hint)
      found.delete(name)
      continue
    }
    if (where === undefined) continue
    const place = { file: access.file, line: access.line, subject: `Access ${name}` }
    const compiled = compilePlacement(where, place)
    if (!('message' in compiled)) continue
    check.refuse('Access', access, compiled.message, compiled.hint)
    found.delete(name)
  }
  return found
}
