import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import type { PageProps } from '../../shell/pages.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { Matrix } from './matrix.tsx'
import { ProposeLink } from './propose-link.tsx'
import { ProposePage } from './propose-page.tsx'
import { Quotas } from './quotas.tsx'
import { WhoCanBox } from './who-can.tsx'

/** Who may do what; who runs out? By what the clusters themselves hold, managed or not. */
export default function AccessPage({ parts: [tab] }: PageProps) {
  return tab === 'propose' ? <ProposePage /> : <Looks isQuota={tab === 'quota'} />
}

function Looks({ isQuota }: { readonly isQuota: boolean }) {
  usePageTitle('Access and quota')
  return (
    <div className="page">
      <div className="page-head">
        <h1>Access and quota</h1>
        <div className="actions">
          <ProposeLink change={{ change: isQuota ? 'bound' : 'give' }}>Propose a change…</ProposeLink>
        </div>
      </div>
      <nav className="tabs" aria-label="Access and quota">
        <Link to={address.access()} {...(isQuota ? {} : { 'aria-current': 'page' as const })}>
          Who may do what
        </Link>
        <Link to={address.quota()} {...(isQuota ? { 'aria-current': 'page' as const } : {})}>
          Quota
        </Link>
      </nav>
      {isQuota ? (
        <Quotas />
      ) : (
        <WhoCanBox>
          <Matrix />
        </WhoCanBox>
      )}
    </div>
  )
}
