import { useAnswer } from '../data/answers.ts'
import { lastSign, useLive } from '../data/live.ts'
import { useWhyNot } from '../data/caller.ts'
import { useSecond } from '../data/tick.ts'
import { address } from '../route/address.ts'
import { go } from '../route/location.ts'
import { Link } from '../route/link.tsx'
import { ageText } from '../ui/age.tsx'
import { Icon, Logo } from '../ui/icon.tsx'

interface MastProps {
  readonly onFreeze: () => void
  readonly onFind: () => void
  readonly onHelp: () => void
}

/** The top bar: where this is, search, how fresh it is, and the freeze that every page has. */
export function Mast({ onFreeze, onFind, onHelp }: MastProps) {
  const whoami = useAnswer('whoami', {}, { every: 60_000 })
  const fleet = useAnswer('fleet', {}, { every: 60_000 })
  const whyNot = useWhyNot('operate')
  const freezes = useAnswer('freezes', {}, { every: 30_000 })
  const frozen = freezes.data?.items ?? []
  const name = whoami.data?.name ?? ''
  const place = fleet.data?.name ?? location.host
  return (
    <header className="mast">
      <Link className="logo" to={address.fleet()} aria-label="Evenkeel, to the fleet">
        <Logo />
        <span>Evenkeel</span>
      </Link>
      <span className="hub-name" title={`hub ${location.host}`}>
        {place}
      </span>
      <button type="button" className="find" onClick={onFind}>
        <Icon name="search" />
        <span>Search clusters, bundles, objects</span>
        <span className="grow" />
        <kbd>/</kbd>
        <kbd>⌘K</kbd>
      </button>
      <LiveAge />
      <button
        type="button"
        className="button small-button"
        onClick={onFreeze}
        aria-disabled={whyNot !== undefined}
        disabled={whyNot !== undefined}
        title={
          whyNot ??
          (frozen.length === 0
            ? 'Stops every write of Evenkeel to the clusters in scope'
            : frozen.map(({ id, reason }) => `${id}: ${reason}`).join('; '))
        }
      >
        <Icon name="freeze" />
        Freeze…
        {frozen.length === 0 ? null : <span className="badge">{frozen.length} in force</span>}
      </button>
      <button type="button" className="icon-button" onClick={onHelp} aria-label="Keys and help">
        <Icon name="help" />
      </button>
      <button
        type="button"
        className="avatar"
        title={`${name}: settings`}
        aria-label={`${initials(name)}: ${name}, settings`}
        onClick={() => go(address.settings())}
      >
        {initials(name)}
      </button>
    </header>
  )
}

function LiveAge() {
  const { connected } = useLive()
  useSecond()
  const age = ageText((Date.now() - lastSign()) / 1000)
  return (
    <span className="sub nowrap live-word" title="When the hub last answered">
      {connected ? 'Live' : 'Lost'} · {age}
    </span>
  )
}

function initials(name: string): string {
  const words = (name.split('@')[0] ?? '').split(/[._-]/).filter((word) => word !== '')
  const [first = '', second = ''] = words
  return (second === '' ? first.slice(0, 2) : first.slice(0, 1) + second.slice(0, 1)).toUpperCase()
}
