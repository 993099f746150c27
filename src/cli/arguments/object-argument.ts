import { nearest } from '../../core/nearest.ts'
import { cliFailure } from '../cli-failure.ts'
import { builtInKind, builtInNames } from '../../core/built-in-kinds.ts'

/** An object as a command line names it. What was not said is undefined. */
export interface ObjectArgument {
  readonly group: string | undefined
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
}

export interface ObjectContext {
  /** `-n`. */
  readonly namespace: string | undefined
  /** Kinds that are known besides the built-in ones; asked for only when a name is not built in. */
  readonly otherKinds: () => Promise<readonly string[]>
}

/**
 * Reads an object: `checkout/deploy/api`, `deploy/api` with `-n`, or `Deployment checkout/api`. Throws `usage` with the
 * nearest kind when the kind is not known.
 */
export async function objectArgument(
  words: readonly string[],
  context: ObjectContext,
): Promise<ObjectArgument> {
  const parts = splitWords(words)
  if (parts === undefined) {
    throw cliFailure('usage', `${words.join(' ')}: not an object`, {
      hint: 'write namespace/kind/name, kind/name with -n, or Kind namespace/name',
    })
  }
  if (
    parts.namespace !== undefined &&
    context.namespace !== undefined &&
    parts.namespace !== context.namespace
  ) {
    throw cliFailure('usage', `${words.join(' ')}: names another namespace than -n ${context.namespace}`, {
      hint: 'name the namespace once',
    })
  }
  const { group, kind, namespaced } = await kindOf(parts.kind, context)
  const namespace = namespaced === false ? '' : (parts.namespace ?? context.namespace)
  return { group, kind, namespace, name: parts.name }
}

interface Parts {
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
}

function splitWords(words: readonly string[]): Parts | undefined {
  const [first = '', second, ...more] = words
  if (more.length > 0) return undefined
  if (second !== undefined) {
    const [namespace, name, ...rest] = second.includes('/') ? second.split('/') : [undefined, second]
    return rest.length > 0 ? undefined : whole({ kind: first, namespace, name: name ?? '' })
  }
  const parts = first.split('/')
  if (parts.length === 3) return whole({ namespace: parts[0], kind: parts[1] ?? '', name: parts[2] ?? '' })
  if (parts.length === 2) return whole({ namespace: undefined, kind: parts[0] ?? '', name: parts[1] ?? '' })
  return undefined
}

function whole(parts: Parts): Parts | undefined {
  return parts.kind === '' || parts.name === '' || parts.namespace === '' ? undefined : parts
}

async function kindOf(
  name: string,
  context: ObjectContext,
): Promise<{ group: string | undefined; kind: string; namespaced: boolean | undefined }> {
  const dot = name.indexOf('.')
  const bare = dot < 0 ? name : name.slice(0, dot)
  const group = dot < 0 ? undefined : name.slice(dot + 1)
  const known = builtInKind(bare)
  if (known !== undefined && (group === undefined || group === known.group)) {
    return { group: known.group, kind: known.kind, namespaced: known.namespaced }
  }
  const others = await context.otherKinds()
  const wanted = bare.toLowerCase()
  const found = others.find((kind) => namesOf(kind).includes(wanted))
  if (found !== undefined) return { group, kind: found, namespaced: undefined }
  // A kind as it is written in manifests may be one that no hub has met yet.
  if (/^[A-Z][A-Za-z0-9]*$/.test(bare)) return { group, kind: bare, namespaced: undefined }
  const near = nearest(bare, [...builtInNames(), ...others.map((kind) => kind.toLowerCase())])
  throw cliFailure('usage', `${name}: not a kind that is known`, {
    hint: near === undefined ? 'write the kind as manifests do, such as Deployment' : `did you mean ${near}?`,
  })
}

function namesOf(kind: string): string[] {
  const lower = kind.toLowerCase()
  const plural = /(?:s|x|ch|sh)$/.test(lower) ? `${lower}es` : lower.replace(/y$/, 'ie').concat('s')
  return [lower, plural]
}
