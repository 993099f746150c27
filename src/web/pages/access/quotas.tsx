import type { QuotaPage, QuotaView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Heat } from './heat.tsx'
import { heatStep } from './heat-step.ts'
import { InGit } from './in-git.tsx'
import { ProposeLink } from './propose-link.tsx'
import { Sight } from './sight.tsx'
import { TrendLine } from './trend-line.tsx'

const most = 50

/** Which namespaces run out of quota, where, and when? */
export function Quotas() {
  const scope = useScope()
  const search = useSearch()
  const resource = search.get('resource') ?? ''
  const namespace = search.get('ns') ?? ''
  const query = {
    ...scope,
    ...(resource === '' ? {} : { resource }),
    ...(namespace === '' ? {} : { namespace }),
  }
  const quotas = useAnswer('quotas', { query: { ...query, limit: most } })
  const near = useAnswer('quotas', { query: { ...query, limit: 1, atLeast: 90 } })
  const full = useAnswer('quotas', { query: { ...query, limit: 1, atLeast: 100 } })
  const resources = quotas.data?.resources ?? []
  return (
    <section aria-label="Quota">
      <div className="row wrap" style={{ margin: '8px 0' }}>
        <Choose
          what="Resource"
          value={resource}
          choices={[['', 'the fullest'], ...resources.map((one): [string, string] => [one, one])]}
          onChoose={(one) => go(withSearch({ resource: one }), { replace: true })}
        />
        <label className="field">
          <Icon name="filter" />
          <span className="hidden-text">Namespace</span>
          <input
            value={namespace}
            placeholder="namespace"
            onChange={(event) => go(withSearch({ ns: event.target.value }), { replace: true })}
          />
        </label>
      </div>
      <Answer of={quotas} what="the quotas">
        {(page) => (
          <>
            <p className="sentence">
              <span>
                <b>{page.total.toLocaleString('en')}</b> bounds of quotas
              </span>
              <Count of={near.data?.total} text="at 90 % or more" />
              <Count of={full.data?.total} text="full" />
            </p>
            <Sight of={page} />
            {page.items.length === 0 ? (
              <NoQuotas page={page} filtered={resource !== '' || namespace !== ''} />
            ) : (
              <>
                <Heat scope={scope} resource={resource} namespace={namespace} />
                <QuotaTable page={page} />
              </>
            )}
          </>
        )}
      </Answer>
    </section>
  )
}

function Count({ of, text }: { readonly of: number | undefined; readonly text: string }) {
  return (
    <span>
      <b>{of === undefined ? '?' : of.toLocaleString('en')}</b> {text}
    </span>
  )
}

function NoQuotas({ page, filtered }: { readonly page: QuotaPage; readonly filtered: boolean }) {
  if (page.asked === 0)
    return <Empty title="No cluster is in scope">The scope above leaves none, or you may look at none.</Empty>
  if (page.answered === 0)
    return (
      <Empty title="Nothing is known yet">
        Quotas are recorded as soon as a cluster is reached with a credential that may list them.
      </Empty>
    )
  return (
    <Empty title={filtered ? 'No quota matches' : 'There are no quotas'}>
      {filtered
        ? 'Of that resource and namespace, on the clusters that answered.'
        : 'On the clusters that answered.'}
    </Empty>
  )
}

function QuotaTable({ page }: { readonly page: QuotaPage }) {
  return (
    <>
      <div className="section-head">
        <h2>Fullest first</h2>
      </div>
      <div className="table-box">
        <table className="table compact">
          <thead>
            <tr>
              <th>Cluster</th>
              <th>Namespace</th>
              <th>Quota</th>
              <th>Resource</th>
              <th className="right">Used of bound</th>
              <th className="right">Full</th>
              <th>Trend</th>
              <th className="right">Full in</th>
              <th>In Git</th>
              <th className="right">Age</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {page.items.map((quota) => (
              <QuotaRow
                key={`${quota.cluster} ${quota.object.namespace} ${quota.object.name} ${quota.resource}`}
                quota={quota}
              />
            ))}
          </tbody>
        </table>
        {page.total > page.items.length ? (
          <p className="sub">
            the fullest {page.items.length} of {page.total.toLocaleString('en')}
          </p>
        ) : null}
      </div>
    </>
  )
}

function QuotaRow({ quota }: { readonly quota: QuotaView }) {
  const { cluster, environment, object, resource, used, hard, percent, lastKnown } = quota
  return (
    <tr>
      <td>
        {lastKnown ? (
          <>
            <Glyph state="unreachable" spoken />{' '}
          </>
        ) : null}
        <Link to={address.cluster(cluster)}>{cluster}</Link> <span className="sub">{environment}</span>
      </td>
      <td>{object.namespace}</td>
      <td>
        <Link to={address.recorded(cluster, object)}>{object.name}</Link>
      </td>
      <td>
        <code>{resource}</code>
      </td>
      <td className="right nowrap">
        {used ?? '?'} <span className="sub">of {hard}</span>
      </td>
      <td className="right">
        {percent === undefined ? (
          <span className="heat-chip">?</span>
        ) : (
          <span className={`heat-chip heat-${heatStep(percent)}`}>{Math.round(percent)} %</span>
        )}
      </td>
      <td>
        <TrendLine trend={quota.trend} />
      </td>
      <td className="right nowrap">{daysText(quota)}</td>
      <td>
        <InGit bundle={quota.bundle} drifted={quota.drifted} />
      </td>
      <td className="right nowrap sub">
        <Age at={quota.at} />
      </td>
      <td className="right">
        {quota.bundle === undefined ? null : (
          <ProposeLink
            small
            change={{
              change: 'bound',
              bundle: quota.bundle,
              namespace: object.namespace,
              name: object.name,
              bounds: `${resource}=${hard}`,
            }}
          >
            Change…
          </ProposeLink>
        )}
      </td>
    </tr>
  )
}

function daysText({ percent, daysToFull }: QuotaView): string {
  if (percent === undefined) return '?'
  if (percent >= 100) return 'full'
  if (daysToFull === undefined) return '–'
  return daysToFull < 1 ? 'less than a day' : `${Math.round(daysToFull)} d`
}
