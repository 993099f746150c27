import { type Client, createClient, routes } from '../../api/index.ts'
import { signOfLife } from './live.ts'

/**
 * The hub that served this page. Requests carry the session of the browser and no token of their own; each answer
 * is a sign of life, and tells how far this browser's clock is off.
 */
export const hub: Client = createClient({
  url: location.origin,
  fetch: async (url, init) => {
    const response = await fetch(url, { ...init, credentials: 'same-origin' })
    const known = url.endsWith(routes.waysIn.path) ? undefined : response.status
    signOfLife(response.headers.get('date'), known)
    return response
  },
})
