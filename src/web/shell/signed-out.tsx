import { useQuery } from '@tanstack/react-query'
import { hub } from '../data/hub.ts'
import { Empty } from '../ui/empty.tsx'

/** What stands in place of a page while the hub does not know who asks: the ways in that it offers. */
export function SignedOut() {
  const ways = useQuery({
    queryKey: ['waysIn'],
    queryFn: ({ signal }) => hub.waysIn({}, { signal }),
    retry: false,
  })
  const openid = ways.data?.openid
  return (
    <Empty
      title="You are not signed in"
      action={
        openid === undefined ? undefined : (
          <a className="button primary" href={openid.path}>
            Sign in with {openid.label}
          </a>
        )
      }
    >
      The session is over, or there was none.{' '}
      {ways.data?.link === false ? null : (
        <>
          On the machine of the hub, <code>ek login --link</code> prints a link that signs you in.
        </>
      )}
    </Empty>
  )
}
