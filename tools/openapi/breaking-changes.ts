type Tree = { readonly [name: string]: unknown }

interface Document {
  readonly paths: Tree
  readonly components: Tree
}

/** Which way a value travels: what a client sends may become wider, what it receives may become narrower. */
type Way = 'sent' | 'received'

/**
 * What of an API that clients were written against is no more: routes, parameters and fields that went away or changed
 * their type, values that are not taken any more or not known to them, and what became required. Each as one sentence.
 */
export function breakingChanges(before: object, after: object): string[] {
  const [old, now] = [before as Document, after as Document]
  const found: string[] = []
  for (const [path, methods] of Object.entries(old.paths)) {
    for (const [method, operation] of Object.entries(methods as Tree)) {
      const place = `${method.toUpperCase()} ${path}`
      const same = at(now.paths, [path, method])
      if (same === undefined) found.push(`${place}: it is gone`)
      else found.push(...operationChanges(place, operation as Tree, same as Tree, old, now))
    }
  }
  return found
}

function operationChanges(place: string, one: Tree, two: Tree, old: Document, now: Document): string[] {
  const found: string[] = []
  const known = parametersOf(one)
  const taken = parametersOf(two)
  for (const [name, parameter] of known) {
    const same = taken.get(name)
    if (same === undefined) found.push(`${place}: ${name} is not taken any more`)
    else {
      const [a, b] = [parameter['schema'] as Tree, same['schema'] as Tree]
      found.push(...schemaChanges(`${place}: ${name}`, a, b, 'sent', old, now))
    }
  }
  for (const [name, parameter] of taken) {
    const wasRequired = known.get(name)?.['required'] === true
    if (parameter['required'] === true && !wasRequired) found.push(`${place}: ${name} became required`)
  }
  const body = (operation: Tree) =>
    at(operation, ['requestBody', 'content', 'application/json', 'schema']) as Tree | undefined
  const [oldBody, newBody] = [body(one), body(two)]
  if (oldBody === undefined && newBody !== undefined) found.push(`${place}: it wants a body`)
  if (oldBody !== undefined && newBody !== undefined) {
    found.push(...schemaChanges(`${place}: body`, oldBody, newBody, 'sent', old, now))
  }
  const answer = (operation: Tree) =>
    at(operation, ['responses', '200', 'content', 'application/json', 'schema']) as Tree | undefined
  const [oldAnswer, newAnswer] = [answer(one), answer(two)]
  if (oldAnswer !== undefined) {
    if (newAnswer === undefined) found.push(`${place}: it answers no JSON any more`)
    else found.push(...schemaChanges(`${place}: answer`, oldAnswer, newAnswer, 'received', old, now))
  }
  return found
}

function parametersOf(operation: Tree): Map<string, Tree> {
  const parameters = (operation['parameters'] ?? []) as readonly Tree[]
  return new Map(parameters.map((one) => [`${String(one['in'])} ${String(one['name'])}`, one]))
}

function schemaChanges(
  place: string,
  before: Tree,
  after: Tree,
  way: Way,
  old: Document,
  now: Document,
  seen: ReadonlySet<string> = new Set(),
): string[] {
  const pair = `${String(before['$ref'])} ${String(after['$ref'])}`
  if (before['$ref'] !== undefined && seen.has(pair)) return []
  const visited = new Set([...seen, pair])
  const [one, two] = [resolved(before, old), resolved(after, now)]
  const found: string[] = []
  const deeper = (where: string, a: Tree, b: Tree): void => {
    found.push(...schemaChanges(where, a, b, way, old, now, visited))
  }
  if (typesOf(one) !== typesOf(two)) {
    return [`${place} was ${typesOf(one) || 'anything'}, is ${typesOf(two) || 'anything'}`]
  }
  const [values, nowValues] = [one['enum'] as unknown[] | undefined, two['enum'] as unknown[] | undefined]
  if (values !== undefined && nowValues !== undefined) {
    const [must, may] = way === 'sent' ? [values, nowValues] : [nowValues, values]
    for (const value of must.filter((item) => !may.includes(item))) {
      const what = way === 'sent' ? 'is not taken any more' : 'is not known to clients'
      found.push(`${place}: the value ${JSON.stringify(value)} ${what}`)
    }
  }
  const [fields, nowFields] = [propertiesOf(one), propertiesOf(two)]
  const [required, nowRequired] = [requiredOf(one), requiredOf(two)]
  for (const [name, field] of Object.entries(fields)) {
    const same = nowFields[name]
    if (same === undefined) found.push(`${place}.${name} is gone`)
    else deeper(`${place}.${name}`, field, same)
    if (way === 'received' && same !== undefined && required.has(name) && !nowRequired.has(name)) {
      found.push(`${place}.${name} may be absent`)
    }
  }
  for (const name of way === 'sent' ? nowRequired : []) {
    if (!required.has(name)) found.push(`${place}.${name} became required`)
  }
  const [items, nowItems] = [one['items'] as Tree | undefined, two['items'] as Tree | undefined]
  if (items !== undefined && nowItems !== undefined) deeper(`${place}[]`, items, nowItems)
  for (const word of ['anyOf', 'oneOf']) {
    const [some, nowSome] = [(one[word] ?? []) as Tree[], (two[word] ?? []) as Tree[]]
    if (way === 'sent' ? nowSome.length < some.length : nowSome.length > some.length) {
      found.push(`${place}: ${word} has ${nowSome.length} shapes, had ${some.length}`)
    }
    some.forEach((shape, index) => {
      const same = nowSome[index]
      if (same !== undefined) deeper(`${place}(${index + 1})`, shape, same)
    })
  }
  return found
}

function resolved(schema: Tree, document: Document): Tree {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const target = at(document as unknown as Tree, reference.replace(/^#\//, '').split('/'))
  return (target ?? {}) as Tree
}

function typesOf(schema: Tree): string {
  const { type } = schema
  return Array.isArray(type)
    ? [...new Set(type.map(String))].toSorted((one, two) => (one < two ? -1 : 1)).join('|')
    : typeof type === 'string'
      ? type
      : ''
}

function propertiesOf(schema: Tree): Readonly<Record<string, Tree>> {
  return (schema['properties'] ?? {}) as Record<string, Tree>
}

function requiredOf(schema: Tree): ReadonlySet<string> {
  return new Set((schema['required'] ?? []) as string[])
}

function at(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (value as Tree | undefined)?.[name], tree)
}
