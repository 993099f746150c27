import type { QuotaHeat } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import type { PageScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Answer } from '../../ui/answer.tsx'
import { heatStep } from './heat-step.ts'

interface HeatProps {
  readonly scope: PageScope
  readonly resource: string
  readonly namespace: string
}

/** Namespace × cluster: how full the fullest quota is, in five steps of lightness and in digits. */
export function Heat({ scope, resource, namespace }: HeatProps) {
  const heat = useAnswer('quotaHeat', {
    query: {
      ...scope,
      ...(resource === '' ? {} : { resource }),
      ...(namespace === '' ? {} : { namespace }),
    },
  })
  return (
    <Answer of={heat} what="how full the quotas are" stillWorks="The list below works on.">
      {(view) => (view.cells.length === 0 ? null : <HeatTable view={view} />)}
    </Answer>
  )
}

function HeatTable({ view }: { readonly view: QuotaHeat }) {
  const cells = new Map(view.cells.map((cell) => [`${cell.namespace} ${cell.cluster}`, cell]))
  const { namespaces, clusters, totals } = view
  const less = totals.clusters > clusters.length || totals.namespaces > namespaces.length
  return (
    <>
      <div className="table-box" tabIndex={0} role="region" aria-label="Namespaces by cluster">
        <table className="heat">
          <thead>
            <tr>
              <th>Namespace</th>
              {clusters.map(({ cluster, environment, lastKnown }) => (
                <th key={cluster} scope="col">
                  <Link to={address.cluster(cluster)} title={`${cluster}, ${environment}`}>
                    {cluster}
                    {lastKnown ? ' ✕' : ''}
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {namespaces.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {clusters.map(({ cluster, lastKnown }) => (
                  <HeatCell key={cluster} cell={cells.get(`${name} ${cluster}`)} lastKnown={lastKnown} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="sub">
        {less
          ? `The fullest ${namespaces.length} of ${totals.namespaces} namespaces on the fullest ${clusters.length} of ${totals.clusters.toLocaleString('en')} clusters. `
          : ''}
        A number is the percentage of the fullest quota there, · no quota, ? not counted, ✕ last known.
      </p>
    </>
  )
}

function HeatCell({
  cell,
  lastKnown,
}: {
  readonly cell: QuotaHeat['cells'][number] | undefined
  readonly lastKnown: boolean
}) {
  if (cell === undefined) return <td className="none">·</td>
  if (cell.percent === undefined) return <td className="unknown">?</td>
  const { percent, namespace, cluster } = cell
  return (
    <td
      className={`heat-${heatStep(percent)}${lastKnown ? ' last-known' : ''}`}
      title={`${namespace} on ${cluster}: ${percent} %${lastKnown ? ', last known' : ''}`}
    >
      {Math.round(percent)}
    </td>
  )
}
