import type { Finding } from '../drift/index.ts'
import type { Attribution, Sure } from './attribution.ts'
import type { WriterKind } from '../kinds/index.ts'
import type { AuditMatch } from './audit-match.ts'
import { type ClassificationRule, classify } from './classification.ts'

/** What is known besides the finding. */
export interface AttributionContext {
  /** RFC 3339: when the event arrived that showed the change. */
  readonly observedAt: string
  /** True when the engine saw this change in one event, and not after a gap in which several writes fit. */
  readonly watched: boolean
  readonly audit?: AuditMatch | undefined
  /** The cluster's own classification, before the shipped one. */
  readonly overrides?: readonly ClassificationRule[] | undefined
}

type Evidence = Pick<Finding, 'class' | 'holder' | 'holderPath'>

/**
 * Who made a difference (engine §4, "Confidence"). Removals and deletions leave no trace, so without an audit
 * record their writer is unknown; a person is never named without one.
 */
export function attribute(finding: Evidence, context: AttributionContext): Attribution {
  const holder = isTraceless(finding) ? undefined : finding.holder
  const audit =
    context.audit !== undefined && agrees(context.audit, finding, holder) ? context.audit : undefined
  const manager = holder?.manager ?? audit?.manager
  const operation = holder?.operation
  const subresource = holder?.subresource ?? emptyToUndefined(audit?.subresource)
  return {
    ...(manager === undefined ? {} : { manager }),
    ...(operation === undefined ? {} : { operation }),
    ...(subresource === undefined ? {} : { subresource }),
    kind: kindOf({ manager, operation, subresource }, audit, context),
    ...(audit === undefined ? {} : { person: audit.person }),
    sure: certaintyOf(finding, holder, audit, context),
    ...timeOf(holder, audit, context),
  }
}

function isTraceless({ class: found }: Evidence): boolean {
  return found === 'removed' || found === 'missing' || found === 'silent'
}

/** A record of another manager than the one that holds the field is of another write to the same object. */
function agrees(audit: AuditMatch, finding: Evidence, holder: Finding['holder']): boolean {
  return holder?.manager === undefined || finding.holderPath !== 'exact' || holder.manager === audit.manager
}

function kindOf(
  writer: Writer,
  audit: AuditMatch | undefined,
  { overrides }: AttributionContext,
): WriterKind {
  if (writer.manager === undefined) return 'unknown'
  const { kind } = classify(
    {
      manager: writer.manager,
      ...(writer.operation === undefined ? {} : { operation: writer.operation }),
      ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
    },
    overrides,
  )
  // Nobody sits behind a service account: a script uses a person's tool (case 40).
  return kind === 'human' && audit?.isServiceAccount === true ? 'pipeline' : kind
}

interface Writer {
  readonly manager: string | undefined
  readonly operation: 'Apply' | 'Update' | undefined
  readonly subresource: string | undefined
}

function certaintyOf(
  finding: Evidence,
  holder: Finding['holder'],
  audit: AuditMatch | undefined,
  context: AttributionContext,
): Sure {
  // Of several writes between two looks, the last one need not be the one that changed this field.
  if (audit !== undefined) return audit.sure === 'exact' && context.watched ? 'exact' : 'observed'
  if (holder === undefined || !context.watched) return 'inferred'
  if (finding.holderPath !== 'exact' || holder.time === undefined) return 'inferred'
  return classify(holder, context.overrides).confidence === 'high' ? 'observed' : 'inferred'
}

function timeOf(
  holder: Finding['holder'],
  audit: AuditMatch | undefined,
  context: AttributionContext,
): Pick<Attribution, 'when' | 'whenIsBound'> {
  if (audit !== undefined) return { when: audit.time, whenIsBound: false }
  if (context.watched) return { when: context.observedAt, whenIsBound: false }
  // An entry's time is that of its manager's last write, which may have been to another field.
  return { when: holder?.time ?? context.observedAt, whenIsBound: true }
}

function emptyToUndefined(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
