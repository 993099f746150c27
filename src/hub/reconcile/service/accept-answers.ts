import { createHash } from 'node:crypto'
import { type AcceptPreview, type AcceptRequest, type AcceptResult, apiFailure } from '../../../api/index.ts'
import { allows, readable } from '../../../core/access/index.ts'
import { isFailure } from '../../../core/failure.ts'
import { isIgnored } from '../../../core/ledger/index.ts'
import type { GitRepository } from '../../../git/index.ts'
import { redactText } from '../../../runtime/index.ts'
import type { AcceptedField, Call } from '../../service.ts'
import { acceptRule, addRule } from '../../verdict/index.ts'
import { forgePlaceOf } from '../../webhooks/index.ts'
import { describeBundle } from './bundle-answers.ts'
import type { HubParts } from './hub-parts.ts'

/** The rule that accepts a field of an object, where it would be written, and what it would hide. */
export async function previewAccept(
  parts: HubParts,
  bundle: string,
  field: AcceptedField,
): Promise<AcceptPreview | undefined> {
  const declared = parts.fleet.state.model?.bundles.get(bundle)
  const view = describeBundle(parts, bundle)
  if (declared === undefined || view === undefined) return undefined
  const { namespace } = field
  const isSeen = view.placed.some(({ cluster }) =>
    allows(parts.grants, 'read', { cluster, bundle, namespace }),
  )
  if (!isSeen && view.placed.length > 0) return undefined
  const rule = acceptRule(field, field.path)
  const { source, branch } = await placeToWrite(parts, bundle)
  const open = await parts.store.drift.select({
    bundle,
    states: ['open', 'healing'],
    within: readable(parts.grants),
    kind: field.kind,
    name: field.name,
  })
  const hidden = open.filter(({ ref, path }) => isIgnored([rule], ref, path))
  const place = forgePlaceOf(source.url)
  return {
    bundle,
    rule,
    repository: redactText(source.url),
    branch,
    file: declared.file,
    present: declared.value.spec.drift?.ignore?.includes(rule) ?? false,
    forge: place !== undefined && parts.forges.has(place.host),
    differences: hidden.length,
    clusters: [...new Set(hidden.map(({ cluster }) => cluster))].toSorted(),
    reaches: view.placed.map(({ cluster }) => cluster),
  }
}

/**
 * Writes the rule into the bundle's file: onto the branch that the fleet is read from, or on a branch of its own from which
 * a pull request is opened. One commit, onto whatever is there by then. Throws the failures of Git, and `changed` where the file is
 * not to be edited.
 */
export async function acceptDifference(
  parts: HubParts,
  call: Call,
  bundle: string,
  request: AcceptRequest,
): Promise<AcceptResult | undefined> {
  const preview = await previewAccept(parts, bundle, request)
  if (preview === undefined) return undefined
  const { rule, file } = preview
  const { repository, branch, source } = await placeToWrite(parts, bundle)
  const { name } = call.caller
  const intent = createHash('sha256')
    .update(JSON.stringify([call.requestId, bundle, rule]))
    .digest('hex')
    .slice(0, 16)
  const own = `evenkeel/accept-${intent}`
  const direct = request.how === 'commit'
  const pushed = await repository.push(
    {
      intent: `accept-${intent}`,
      branch: direct ? branch : own,
      ...(direct ? {} : { from: branch }),
      edit: async ({ commit }) => {
        const text = (await repository.readTree(commit, file)).get(file)?.text
        const remark = `accepted by ${name}: ${request.reason}`
        const edited = text === undefined ? { refused: 'it is gone' } : addRule(text, bundle, rule, remark)
        if ('text' in edited) return new Map([[file, edited.text]])
        throw apiFailure('changed', `${file}: cannot add rule ${JSON.stringify(rule)}: ${edited.refused}`, {
          subject: file,
          hint: `add it to spec.drift.ignore of bundle ${bundle} by hand`,
        })
      },
      message: `Accept ${rule} in bundle ${bundle}\n\n${request.reason}`,
      author: personOf(name),
    },
    call.signal,
  )
  await parts.events.record({
    type: 'accepted',
    message: `rule ${JSON.stringify(rule)} in ${file}, ${pushed.isNew ? `commit ${pushed.commit.slice(0, 12)}` : 'there already'} on ${direct ? branch : own}`,
    actor: name,
    requestId: call.requestId,
    bundle,
    reason: request.reason,
  })
  const result = { rule, file, branch: direct ? branch : own, ...pushed }
  if (direct) {
    void parts.sources.lookAt(({ url }) => url === source.url).then(() => parts.fleet.hint())
    return result
  }
  if (!pushed.isNew) return { ...result, branch }
  return { ...result, ...(await proposed(parts, call, preview, own, request.reason)) }
}

/** The repository and branch that the fleet is read from. Throws `not-ready` or `not-allowed` where nothing can be written to. */
async function placeToWrite(parts: HubParts, bundle: string) {
  const source = parts.config.fleet
  const subject = `bundle ${bundle}`
  if (source === undefined) throw apiFailure('not-ready', `${subject}: no fleet repository is set`)
  if (parts.config.observe) {
    throw apiFailure('not-allowed', `${subject}: this hub only observes; nothing was written`, {
      hint: 'write the rule by hand, or let the hub write',
    })
  }
  const repository: GitRepository = await parts.sources.repository({
    name: 'fleet',
    url: source.url,
    credential: source.credential,
  })
  const branch = source.branch ?? (await repository.defaultBranch())
  if (branch !== undefined) return { repository, branch, source }
  throw apiFailure('not-ready', `${subject}: the fleet repository is at no branch that could be written to`, {
    hint: 'name its branch in hub.yaml',
  })
}

async function proposed(
  parts: HubParts,
  call: Call,
  { repository, branch, rule, bundle, differences, clusters }: AcceptPreview,
  from: string,
  reason: string,
): Promise<Pick<AcceptResult, 'pullRequest' | 'note'>> {
  const place = forgePlaceOf(repository)
  const forge = place === undefined ? undefined : parts.forges.get(place.host)
  const note = `open a pull request from branch ${from} onto ${branch}`
  if (place === undefined || forge === undefined) return { note }
  const hides = `It hides ${differences} open ${differences === 1 ? 'difference' : 'differences'} on ${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}.`
  try {
    const pullRequest = await forge.openPullRequest(
      {
        repository: place.path,
        from,
        onto: branch,
        title: `Accept ${rule} in bundle ${bundle}`,
        text: `${reason}\n\nThe rule \`${rule}\` is added to \`spec.drift.ignore\` of bundle ${bundle}. ${hides}\n\nAsked for by ${call.caller.name}.`,
      },
      call.signal,
    )
    return { pullRequest }
  } catch (error) {
    // The branch is there: what is left is one click.
    if (!isFailure(error)) throw error
    return { note: `${redactText(error.message)}; ${note}` }
  }
}

/** As git writes a person; a name without an address gets one that leads nowhere. */
function personOf(name: string): { name: string; email: string } {
  const plain = name.replaceAll(/[<>\p{Cc}]/gu, ' ').trim() || 'unknown'
  const email = /^[^\s@]+@[^\s@]+$/.test(plain)
    ? plain
    : `${plain.replaceAll(/[^\w.+-]/g, '-')}@evenkeel.invalid`
  return { name: plain, email }
}
