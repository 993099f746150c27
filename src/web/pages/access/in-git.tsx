import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'

/** Whether Git declares it: the bundle that does, or that none does. */
export function InGit({
  bundle,
  drifted,
}: {
  readonly bundle: string | undefined
  readonly drifted: boolean
}) {
  if (bundle === undefined) return <span className="label-box">not in Git</span>
  return (
    <>
      <Link to={address.bundle(bundle)}>{bundle}</Link>
      {drifted ? <span className="nowrap"> · differs</span> : null}
    </>
  )
}
