import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'

const most = 8

/** The first of these clusters, and how many there are besides. */
export function Which({ clusters }: { readonly clusters: readonly string[] }) {
  return (
    <>
      {clusters.slice(0, most).map((name, at) => (
        <span key={name}>
          {at === 0 ? '' : ', '}
          <Link to={address.cluster(name)}>{name}</Link>
        </span>
      ))}
      {clusters.length > most ? ` +${clusters.length - most}` : ''}
    </>
  )
}
