import type { ClusterDetailView } from '../../../api/index.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { counted } from '../../ui/value.tsx'
import { cohortsOf } from './cohorts-of.ts'
import type { Row } from './compare-clusters.ts'
import { Which } from './which.tsx'

/** Fields that have a column; a table with more cannot be read. */
const mostColumns = 5

/** Which clusters are alike in all that differs: the first cohort is what most are. */
export function Cohorts({
  rows,
  unknown,
}: {
  readonly rows: readonly Row[]
  readonly unknown: readonly ClusterDetailView[]
}) {
  const columns = rows.slice(0, mostColumns)
  return (
    <>
      <p className="sub" style={{ margin: '8px 0' }}>
        Clusters with the same values in {counted(rows.length, 'field')}; a frame marks a value that most do
        not have
        {rows.length > mostColumns
          ? `. The first ${mostColumns} fields are shown; choose a class for others`
          : ''}
        .
      </p>
      <div className="table-box">
        <table className="table compact compare cohorts">
          <thead>
            <tr>
              <th>Cohort</th>
              <th className="right">Clusters</th>
              {columns.map(({ kind, name }) => (
                <th key={kind + name}>{name}</th>
              ))}
              <th>Which</th>
            </tr>
          </thead>
          <tbody>
            {cohortsOf(rows).map(({ name, clusters, values }) => (
              <tr key={name}>
                <th scope="row" className="compare-name">
                  {name}
                </th>
                <td className="right">
                  <b>{clusters.length}</b>
                </td>
                {columns.map(({ kind, name: field }, at) => (
                  <td key={kind + field}>
                    <span className={values[at]?.measure === true ? 'value' : 'value differs'}>
                      {values[at]?.value}
                    </span>
                  </td>
                ))}
                <td>
                  <Which clusters={clusters} />
                </td>
              </tr>
            ))}
            {unknown.length === 0 ? null : (
              <tr>
                <th scope="row" className="compare-name">
                  ?
                </th>
                <td className="right">
                  <b>{unknown.length}</b>
                </td>
                {columns.map(({ kind, name }) => (
                  <td key={kind + name}>?</td>
                ))}
                <td>
                  <Glyph state="unreachable" /> <Which clusters={unknown.map(({ name }) => name)} />
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </>
  )
}
