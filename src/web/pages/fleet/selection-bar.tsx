import { useState } from 'react'
import { useWhyNot } from '../../data/caller.ts'
import { hub } from '../../data/hub.ts'
import { HealButton } from '../../guard/heal-button.tsx'
import { HealDialog } from '../../guard/heal-dialog.tsx'
import { useWriteKey } from '../../guard/write-key.ts'
import { address } from '../../route/address.ts'
import { inScope, Link } from '../../route/link.tsx'
import { go } from '../../route/location.ts'
import { Trouble } from '../../ui/answer.tsx'
import { Icon } from '../../ui/icon.tsx'
import { counted } from '../../ui/value.tsx'

const mostCompared = 50

/** What can be done to the selected clusters. What writes stands apart, and opens a preview. */
export function SelectionBar({
  selected,
  onClear,
}: {
  readonly selected: ReadonlySet<string>
  readonly onClear: () => void
}) {
  const [healing, setHealing] = useState(false)
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const key = useWriteKey()
  const whyNot = useWhyNot('operate')
  if (selected.size === 0) return null
  const names = [...selected].toSorted()
  const lookAgain = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const { id } = await hub.reconcileJob({ body: { clusters: names } }, { idempotencyKey: key.current })
      go(inScope(address.job(id)))
    } catch (failed) {
      setError(failed)
      key.next()
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="bulk" role="toolbar" aria-label="Selected clusters">
      <b>{counted(names.length, 'cluster')} selected</b>
      <span className="sub">
        {names.slice(0, 3).join(', ')}
        {names.length > 3 ? ` and ${names.length - 3} more` : ''}
      </span>
      <span className="grow" />
      {names.length >= 2 && names.length <= mostCompared ? (
        <Link className="button" to={address.compare(names)}>
          Compare
        </Link>
      ) : null}
      <button
        type="button"
        className="button"
        disabled={whyNot !== undefined || busy}
        title={whyNot ?? 'Let the hub look at these clusters now, as a job'}
        onClick={() => void lookAgain()}
      >
        Look again
      </button>
      <span className="rule" />
      <HealButton onOpen={() => setHealing(true)} />
      <button type="button" className="icon-button" onClick={onClear} aria-label="Clear the selection">
        <Icon name="close" />
      </button>
      {error === undefined ? null : (
        <Trouble error={error} what="a look at the clusters" stillWorks="Nothing was sent." />
      )}
      {healing ? <HealDialog selection={{ clusters: names }} onClose={() => setHealing(false)} /> : null}
    </div>
  )
}
