/** A question as it is written into the box. */
export interface BoxQuestion {
  readonly verb: string
  readonly resource: string
  /** A user, as a binding names it; undefined for everybody. */
  readonly user?: string
  readonly group?: string
  readonly environment?: string
  readonly namespace?: string
}

const filler = new Set(['can', 'who', 'may', 'the', 'a', 'an', 'user', 'everybody', 'anybody'])

/**
 * Reads `can alice delete pods in prod?`, `who can get secrets`, `delete pods in shop`. What stands after `in` is an
 * environment where there is one of that name, else a namespace. A text says what is missing.
 */
export function readBoxQuestion(text: string, environments: readonly string[]): BoxQuestion | string {
  const words = text
    .replace(/\?\s*$/, '')
    .split(/\s+/)
    .filter((word) => word !== '')
  const at = words.findIndex((word) => word.toLowerCase() === 'in')
  const asked = (at < 0 ? words : words.slice(0, at)).filter((word) => !filler.has(word.toLowerCase()))
  const places = (at < 0 ? [] : words.slice(at + 1)).filter((word) => !/^(in|and|namespace)$/i.test(word))
  const [resource, verb, who, ...more] = asked.toReversed()
  if (verb === undefined || resource === undefined) return 'Write a verb and a resource, such as: delete pods'
  if (more.length > 0)
    return `Not understood: ${[...more].toReversed().join(' ')}. Write: can alice delete pods in prod?`
  const known = places.find((place) => environments.includes(place))
  const namespace = places.find((place) => place !== known)
  return {
    verb: verb.toLowerCase(),
    resource,
    ...(who === undefined ? {} : whoIs(who)),
    ...(known === undefined ? {} : { environment: known }),
    ...(namespace === undefined ? {} : { namespace }),
  }
}

/** `alice`, `group:team`, `sa:shop/web`. */
function whoIs(word: string): Pick<BoxQuestion, 'user' | 'group'> {
  const group = /^group:(.+)$/i.exec(word)?.[1]
  if (group !== undefined) return { group }
  const account = /^(?:sa|serviceaccount):([^/]+)\/(.+)$/i.exec(word)
  if (account !== null) return { user: `system:serviceaccount:${account[1] ?? ''}:${account[2] ?? ''}` }
  return { user: word }
}
