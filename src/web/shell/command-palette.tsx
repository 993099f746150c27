import { Modal } from '@patternfly/react-core'
import { type KeyboardEvent, useState } from 'react'
import { useAnswer } from '../data/answers.ts'
import { useFleetMap } from '../data/use-fleet-map.ts'
import { address } from '../route/address.ts'
import { go } from '../route/location.ts'
import { inScope } from '../route/link.tsx'
import { Icon } from '../ui/icon.tsx'
import { goKeys } from './global-keys.ts'

interface Hit {
  readonly kind: string
  readonly text: string
  readonly act: () => void
}

const mostOfAKind = 8
const noScope = {}

/** One field to go anywhere: pages, clusters, bundles, and objects by search. */
export function CommandPalette({
  onClose,
  onFreeze,
}: {
  readonly onClose: () => void
  readonly onFreeze: () => void
}) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const wanted = text.trim().toLowerCase()
  const map = useFleetMap(noScope, 'region', 'state')
  const bundles = useAnswer('names', { query: { of: 'bundles' } }, { every: 60_000 })
  const to = (place: string) => () => {
    onClose()
    go(inScope(place))
  }
  const named = (names: readonly string[], kind: string, place: (name: string) => string): Hit[] =>
    [...new Set(names)]
      .filter((name) => fits(name, wanted))
      .slice(0, mostOfAKind)
      .map((name) => ({ kind, text: name, act: to(place(name)) }))
  const hits: Hit[] = [
    ...(wanted === ''
      ? []
      : [
          { kind: 'search', text: `objects that match ${text.trim()}`, act: to(address.search(text.trim())) },
        ]),
    ...(wanted === ''
      ? []
      : named(
          (map.data?.clusters ?? []).map(([name]) => name),
          'cluster',
          address.cluster,
        )),
    ...(wanted === '' ? [] : named(bundles.data?.names ?? [], 'bundle', address.bundle)),
    ...Object.values(goKeys)
      .filter(([, name]) => fits(name.toLowerCase(), wanted))
      .map(([place, name]): Hit => ({ kind: 'page', text: name, act: to(place) })),
    ...(fits('freeze', wanted) ? [{ kind: 'action', text: 'Freeze…', act: onFreeze }] : []),
  ]
  const chosen = Math.min(at, hits.length - 1)
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, hits.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0))
    else if (event.key === 'Enter') hits[chosen]?.act()
    else return
    event.preventDefault()
  }
  return (
    <Modal
      className="dialog palette"
      variant="small"
      isOpen
      onClose={onClose}
      aria-label="Go to"
      position="top"
    >
      <div className="field palette-field">
        <Icon name="search" />
        <input
          // The palette is opened to type.
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls="palette-hits"
          aria-activedescendant={`hit-${chosen}`}
          aria-label="Search clusters, bundles, objects, pages"
          placeholder="Cluster, bundle, page, or words to search for"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={pressed}
        />
      </div>
      <ul role="listbox" id="palette-hits" aria-label="Found" className="palette-hits">
        {hits.map((hit, index) => (
          <li
            key={`${hit.kind} ${hit.text}`}
            role="option"
            id={`hit-${index}`}
            aria-selected={index === chosen}
          >
            <button type="button" tabIndex={-1} onClick={hit.act}>
              <span className="sub">{hit.kind}</span> <bdi>{hit.text}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </Modal>
  )
}

/** True when the letters of a word come in this order in a name: `pe3` finds `prod-eu-3`. */
function fits(name: string, wanted: string): boolean {
  let from = 0
  const lower = name.toLowerCase()
  for (const letter of wanted) {
    const at = lower.indexOf(letter, from)
    if (at < 0) return false
    from = at + 1
  }
  return true
}
