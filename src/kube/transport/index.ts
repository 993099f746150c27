/**
 * Bytes to and from one API server: HTTP/2 on few connections, HTTP/1.1 where that is all the server speaks.
 *
 * It knows neither objects nor credentials, repeats nothing and follows no redirect. Requests and watches never share
 * a connection, because a watch beyond the streams that a server grants would stop every write behind it.
 * Key invariant: whatever is sent ends, in an answer or in a failure: every wait has a deadline or a signal.
 */
export type { WireHeaders, WireRequest } from './link.ts'
export { type StreamOptions, type StreamSink, Transport, type TransportOptions } from './transport.ts'
