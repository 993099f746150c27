import { useWhyNotAsk } from '../../data/caller.ts'
import { address, type Proposed } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'

interface ProposeLinkProps {
  readonly change: Partial<Proposed>
  readonly small?: boolean
  readonly children: string
}

/** Leads to a change with what is known of it filled in; says why not to whom it is not for. */
export function ProposeLink({ change, small = false, children }: ProposeLinkProps) {
  const whyNot = useWhyNotAsk('operate')
  const className = small ? 'button small-button' : 'button'
  return whyNot === undefined ? (
    <Link to={address.propose(change)} className={className}>
      {children}
    </Link>
  ) : (
    <button type="button" className={className} disabled title={whyNot}>
      {children}
    </button>
  )
}
