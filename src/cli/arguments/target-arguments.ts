import type { ObjectArgument } from './object-argument.ts'
import { objectArgument } from './object-argument.ts'
import { cliFailure } from '../cli-failure.ts'
import { namespaceOf, type Options, type Session } from '../session.ts'

export interface TargetArguments {
  /** Clusters by name; undefined for all that the other options choose. */
  readonly clusters: readonly string[] | undefined
  readonly object: ObjectArgument | undefined
}

/**
 * Reads `[cluster] [object]`: with `-c` every word is the object's, without it the first is the cluster. Throws `usage`.
 */
export async function targetArguments(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<TargetArguments> {
  const [first, ...rest] = words
  const named = options.cluster !== undefined
  const clusters = named ? options.cluster : first === undefined ? undefined : [first]
  const objectWords = named ? words : rest
  if (clusters?.some((name) => name.includes('/')) === true) {
    throw cliFailure('usage', `${clusters.join(',')}: not the name of a cluster`, {
      hint: 'name the cluster before the object, or with -c',
    })
  }
  if (objectWords.length === 0) return { clusters, object: undefined }
  const object = await objectArgument(objectWords, {
    namespace: namespaceOf(options),
    otherKinds: async () => {
      const { client } = await session.hub()
      return (await client.names({ query: { of: 'kinds' } })).names
    },
  })
  return { clusters, object }
}
