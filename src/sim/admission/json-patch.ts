import { canonicalJson, isList, isMap, type Json, type JsonMap, textOf } from '../../core/object/index.ts'

/** Applies a JSON patch (RFC 6902). Throws an `Error` for one that does not fit. */
export function jsonPatched(target: Json, patch: readonly JsonMap[]): Json {
  return patch.reduce<Json>(applied, target)
}

function applied(target: Json, { op, path, from, value = null }: JsonMap): Json {
  const to = stepsOf(textOf(path))
  switch (textOf(op)) {
    case 'add':
      return changed(target, to, () => value, true)
    case 'replace':
      at(target, to)
      return changed(target, to, () => value, false)
    case 'remove':
      return removed(target, to)
    case 'test':
      if (canonicalJson(at(target, to)) === canonicalJson(value)) return target
      throw new Error(`testing value ${textOf(path)} failed`)
    case 'copy':
      return changed(target, to, () => at(target, stepsOf(textOf(from))), true)
    case 'move': {
      const moved = at(target, stepsOf(textOf(from)))
      return changed(removed(target, stepsOf(textOf(from))), to, () => moved, true)
    }
    default:
      throw new Error(`unexpected kind: ${textOf(op)}`)
  }
}

/** The names of a JSON pointer (RFC 6901). */
function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function at(target: Json, steps: readonly string[]): Json {
  let value: Json | undefined = target
  for (const step of steps)
    value = isList(value) ? value[Number(step)] : isMap(value) ? value[step] : undefined
  if (value === undefined) throw new Error(`there is nothing at /${steps.join('/')}`)
  return value
}

function changed(target: Json, steps: readonly string[], make: () => Json, inserts: boolean): Json {
  const [step, ...rest] = steps
  if (step === undefined) return make()
  if (isList(target)) {
    const index = step === '-' ? target.length : Number(step)
    if (rest.length > 0) return target.with(index, changed(at(target, [step]), rest, make, inserts))
    return target.toSpliced(index, inserts ? 0 : 1, make())
  }
  if (!isMap(target)) throw new Error(`there is nothing to hold ${step}`)
  const inner = rest.length === 0 ? make() : changed(at(target, [step]), rest, make, inserts)
  return { ...target, [step]: inner }
}

function removed(target: Json, steps: readonly string[]): Json {
  at(target, steps)
  const [step = '', ...rest] = steps
  if (isList(target)) {
    const index = Number(step)
    return rest.length === 0
      ? target.toSpliced(index, 1)
      : target.with(index, removed(at(target, [step]), rest))
  }
  if (!isMap(target)) return target
  const { [step]: gone, ...others } = target
  return rest.length === 0 ? others : { ...others, [step]: removed(gone ?? null, rest) }
}
