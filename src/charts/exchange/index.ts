/**
 * Questions to chart servers over HTTP.
 *
 * Asks allowed hosts only, checks each hop of a redirect and the very address that is connected to, sends a credential
 * to the exact origin that it is for, and takes at most so many bytes within so much time. Key invariant: nothing is
 * connected to, and no header sent, that was not checked for that hop.
 */
export { ChartHosts, shownUrl } from './chart-hosts.ts'
export { OriginCredentials } from './credentials.ts'
export { Dialler } from './dialler.ts'
export { type Answered, Exchange } from './exchange.ts'
