import type { NamespaceView } from '../../../api/index.ts'
import type { CommitNote } from '../../../git/index.ts'
import type { HubParts } from './hub-parts.ts'

/** A repository that is busy with its server is not waited for longer: the commits stand there without their words. */
const patienceMs = 2_000

/** What the commits of bundles say of themselves, as far as their repositories have them at hand. */
export async function commitNotes(
  parts: HubParts,
  wanted: readonly { readonly bundle: string; readonly revision: string }[],
): Promise<NamespaceView['commits']> {
  const late = new AbortController()
  const patience = parts.clock.sleep(patienceMs, late.signal).then(() => undefined)
  const asked = wanted.map(async ({ bundle, revision }) => {
    const note = await Promise.race([noteOf(parts, bundle, revision).catch(() => undefined), patience])
    return note === undefined ? [] : [{ bundle, revision, ...note }]
  })
  const found = await Promise.all(asked)
  late.abort()
  return found.flat()
}

async function noteOf(parts: HubParts, bundle: string, revision: string): Promise<CommitNote | undefined> {
  const place = parts.fleet.repositoryOf(bundle)
  if (place === undefined) return undefined
  return (await parts.sources.repository(place)).describe(revision)
}
