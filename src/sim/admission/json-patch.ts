import { canonicalJson, isList, isMap, type Json, type JsonMap, textOf } from '../../core/object/index.ts'

/** Applies a JSON patch (RFC 6902). Throws an `Error` for one that does not fit, in the words of the library of API servers. */
export function jsonPatched(target: Json, patch: readonly JsonMap[]): Json {
  return patch.reduce<Json>(applied, target)
}

/** Source: evanphx/json-patch v4, patch.go. */
function applied(target: Json, operation: JsonMap): Json {
  const { value = null } = operation
  const [op, path, from] = [textOf(operation.op), textOf(operation.path), textOf(operation.from)]
  const to = stepsOf(path)
  const quoted = op === 'add' || op === 'remove' ? JSON.stringify(path) : path
  if (to.length > 0 && at(target, to.slice(0, -1)) === undefined)
    throw new Error(`${op} operation does not apply: doc is missing path: ${quoted}: missing value`)
  const found = at(target, to)
  switch (op) {
    case 'add':
      return changed(target, to, () => value, true)
    case 'replace':
      // A field that is not there is replaced all the same; a member of a list is not.
      if (found === undefined && isList(at(target, to.slice(0, -1))))
        throw new Error(`replace operation does not apply: doc is missing key: ${path}: missing value`)
      return changed(target, to, () => value, false)
    case 'remove': {
      if (found !== undefined) return removed(target, to)
      const why = `Unable to remove nonexistent key: ${to.at(-1) ?? ''}: missing value`
      throw new Error(`error in remove for path: '${path}': ${why}`)
    }
    case 'test':
      if (canonicalJson(found ?? null) === canonicalJson(value)) return target
      throw new Error(`testing value ${path} failed: test failed`)
    case 'copy':
      return changed(target, to, () => moved(target, op, from), true)
    case 'move': {
      const what = moved(target, op, from)
      return changed(removed(target, stepsOf(from)), to, () => what, true)
    }
    default:
      throw new Error(`Unexpected kind: ${op}`)
  }
}

/** What a copy or a move takes. */
function moved(target: Json, op: string, from: string): Json {
  const found = at(target, stepsOf(from))
  if (found !== undefined) return found
  throw new Error(`${op} operation does not apply: doc is missing from path: ${from}: missing value`)
}

/** The names of a JSON pointer (RFC 6901). */
function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Undefined where nothing is. */
function at(target: Json, steps: readonly string[]): Json | undefined {
  let value: Json | undefined = target
  for (const step of steps)
    value = isList(value) ? value[Number(step)] : isMap(value) ? value[step] : undefined
  return value
}

function changed(target: Json, steps: readonly string[], make: () => Json, inserts: boolean): Json {
  const [step, ...rest] = steps
  if (step === undefined) return make()
  if (isList(target)) {
    const index = step === '-' ? target.length : Number(step)
    if (rest.length > 0) return target.with(index, changed(target[index] ?? null, rest, make, inserts))
    return target.toSpliced(index, inserts ? 0 : 1, make())
  }
  if (!isMap(target)) throw new Error(`there is nothing to hold ${step}`)
  const inner = rest.length === 0 ? make() : changed(target[step] ?? null, rest, make, inserts)
  return { ...target, [step]: inner }
}

function removed(target: Json, steps: readonly string[]): Json {
  const [step = '', ...rest] = steps
  if (isList(target)) {
    const index = Number(step)
    return rest.length === 0
      ? target.toSpliced(index, 1)
      : target.with(index, removed(target[index] ?? null, rest))
  }
  if (!isMap(target)) return target
  const { [step]: gone, ...others } = target
  return rest.length === 0 ? others : { ...others, [step]: removed(gone ?? null, rest) }
}
