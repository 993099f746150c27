import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'

/** What holds for each bundle on a cluster, and which line of Git says so. */
export function Configuration({ cluster, bundle }: { readonly cluster: string; readonly bundle?: string }) {
  const effective = useAnswer('effective', { params: { cluster } })
  return (
    <Answer of={effective} what="the configuration in force">
      {({ bundles }) => {
        const shown = bundles.filter((one) => bundle === undefined || one.bundle === bundle)
        if (shown.length === 0)
          return <Empty title="No bundle is placed here">So nothing is configured on this cluster.</Empty>
        return (
          <div className="table-box">
            <table className="table compact">
              <thead>
                <tr>
                  <th>Setting</th>
                  <th>Value</th>
                  <th>Said by</th>
                  <th>Where</th>
                </tr>
              </thead>
              {shown.map((one) => (
                <tbody key={one.bundle}>
                  {bundle === undefined ? (
                    <tr>
                      <td colSpan={4}>
                        <b>
                          <Link to={address.bundle(one.bundle)}>{one.bundle}</Link>
                        </b>
                      </td>
                    </tr>
                  ) : null}
                  {one.settings.map((setting) => (
                    <tr key={setting.name + setting.value}>
                      <td>{setting.name}</td>
                      <td>
                        <span className="value">{setting.value}</span>
                      </td>
                      <td>{setting.from}</td>
                      <td>
                        {setting.origin === undefined ? (
                          '—'
                        ) : (
                          <code>{`${setting.origin.file}:${setting.origin.line}`}</code>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              ))}
            </table>
          </div>
        )
      }}
    </Answer>
  )
}
