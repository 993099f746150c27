import { keyOf, nameOf } from '../../core/object/index.ts'
import type { EngineContext } from '../engine-context.ts'
import { SpokeFailure } from '../failure.ts'
import { placeOf } from '../members/index.ts'
import { asMember } from '../names.ts'
import type { Content, ContentObject } from '../ports.ts'
import type { Session, Target } from '../session/index.ts'

/** One desired object of a bundle, settled for this cluster. */
export interface Wanted {
  readonly key: string
  readonly index: number
  readonly content: ContentObject
  readonly target: Target
}

/** A desired object that cannot be sent, and why. */
export interface Refused {
  readonly index: number
  readonly content: ContentObject
  /** The key as far as it can be told: the namespace may still be missing. */
  readonly key: string
  readonly failure: SpokeFailure
}

export interface Resolved {
  readonly wanted: readonly Wanted[]
  readonly refused: readonly Refused[]
}

/** Settles kind, namespace and labels of every object of a rendering. */
export function resolveContent(
  context: EngineContext,
  session: Session,
  bundle: string,
  content: Content,
): Resolved {
  const wanted: Wanted[] = []
  const refused: Refused[] = []
  const setId = context.applySet(bundle).id
  const { mode, namespace } = context.assignment(bundle) ?? {}
  const observe = mode === 'observe'
  for (const [index, item] of content.objects.entries()) {
    const object = observe ? item.object : asMember(item.object, bundle, setId)
    const target = session.targetOf(object, namespace)
    if (target instanceof SpokeFailure) {
      const { apiVersion, kind, metadata } = item.object
      const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
      const key = keyOf({ group, kind, namespace: metadata.namespace ?? '', name: metadata.name })
      refused.push({ index, content: item, key, failure: target })
    } else {
      const { key, ref } = placeOf(target.ref)
      wanted.push({ key, index, content: item, target: { ...target, ref } })
    }
  }
  return { wanted, refused }
}

/** The failure of the bundle that came second to an object. */
export function claimedTwice(wanted: Wanted, owner: string, claimant: string): SpokeFailure {
  return new SpokeFailure(
    'claimed-twice',
    `${nameOf(wanted.target.ref)}: declared by bundle ${claimant} and by bundle ${owner}`,
    {
      hint: `remove it from one of the two; until then ${owner} keeps it`,
      subject: nameOf(wanted.target.ref),
    },
  )
}
