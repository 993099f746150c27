/**
 * The hub's HTTP side: the routes of `src/api` served over a `HubService`.
 *
 * Decides nothing about clusters. It answers who may ask (token, privilege, guard of writes), what a request
 * may look like, and in which words it fails; nothing leaves but what a route's schema names.
 * Key invariant: every route of the table, the stream of events among them, passes the same authorisation, and
 * a route that is not in the table does not exist.
 */
export { openApiDocument } from './openapi.ts'
export { createHttpServer, type HttpServer, type HttpServerOptions } from './server.ts'
export { ownWebFiles } from './web-files.ts'
