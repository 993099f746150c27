import type { CauseSummary } from '../../../api/index.ts'
import { Clock, Until } from '../../ui/age.tsx'
import { objectShort } from '../../ui/object-name.tsx'
import { classText, shortChange, shortPath } from '../../ui/value.tsx'

/** A cause in one line: `spec.replicas of checkout/api 3→5`, `NetworkPolicy cart/deny-all missing`. */
export function causeTitle({ path, object, desired, live, class: name }: CauseSummary) {
  const values =
    desired.is === 'text' && live.is === 'text' ? ` ${shortChange(desired, live)}` : ` ${classText(name)}`
  return (
    <>
      {path === '' ? <>{object.kind}</> : <code title={path}>{shortPath(path)}</code>}{' '}
      <b>
        {path === '' ? '' : 'of '}
        {objectShort(object)}
      </b>
      {values}
    </>
  )
}

/** What happens if nobody decides, and why. */
export function Outcome({ cause }: { readonly cause: CauseSummary }) {
  const { outcome, modes } = cause
  const mode = modes.join(', ')
  switch (outcome.is) {
    case 'heals':
      return (
        <Said below={mode}>heals {outcome.at === undefined ? 'by itself' : <Until at={outcome.at} />}</Said>
      )
    case 'healing':
      return <Said below={mode}>is being healed</Said>
    case 'waits':
      return <Said below={mode}>waits for a verdict</Said>
    case 'report-only':
      return <Said below={mode}>report only</Said>
    case 'held':
      return <Said below={outcome.detail ?? mode}>heal is held</Said>
    case 'healed':
      return <Said below={outcome.at === undefined ? '' : <Clock at={outcome.at} />}>healed</Said>
    case 'gone':
      return <Said below="live became desired by itself">gone</Said>
  }
}

function Said({ children, below }: { readonly children: React.ReactNode; readonly below: React.ReactNode }) {
  return (
    <>
      <b>{children}</b>
      <div className="below">{below}</div>
    </>
  )
}
