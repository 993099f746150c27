import { useState } from 'react'
import { useWhyNot } from '../../data/caller.ts'
import { HealDialog } from '../../guard/heal-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
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
  const whyNot = useWhyNot('operate')
  if (selected.size === 0) return null
  const names = [...selected].toSorted()
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
      <span className="rule" />
      <button
        type="button"
        className="button"
        disabled={whyNot !== undefined}
        title={whyNot}
        onClick={() => setHealing(true)}
      >
        Heal…
      </button>
      <button type="button" className="icon-button" onClick={onClear} aria-label="Clear the selection">
        <Icon name="close" />
      </button>
      {healing ? <HealDialog selection={{ clusters: names }} onClose={() => setHealing(false)} /> : null}
    </div>
  )
}
