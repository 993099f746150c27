import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { randomUUID } from 'node:crypto'
import {
  apiFailure,
  eventStreamPath,
  problemDetailsSchema,
  problemOf,
  problemType,
  readinessSchema,
  type Route,
  type RouteName,
  routes,
} from '../../api/index.ts'
import { isFailure, reasonOf } from '../../core/failure.ts'
import type { Clock, Log } from '../../runtime/index.ts'
import type { Accounts, Lockout, OpenId } from '../auth/index.ts'
import type { Call, HubService } from '../service.ts'
import type { KeptAnswer, Store } from '../store/index.ts'
import type { Note } from './account-handlers.ts'
import { type AuthenticateSigned, authorise, authoriseSigned } from './authorise.ts'
import { encode } from './encode.ts'
import { entityTag, isKnown } from './entity-tag.ts'
import type { EventStream } from './event-stream.ts'
import { handle } from './handlers.ts'
import type { hostCheck } from './host-check.ts'
import { IdempotentAnswers } from './idempotency.ts'
import { openApiDocument } from './openapi.ts'
import { assertMay } from './assert-may.ts'
import { bodyLimitOf, readBody } from './read-body.ts'
import { readInput } from './read-input.ts'
import { type Asked, type Bindings, cookiePlaceOf, shownBy } from './request-identity.ts'
import { securityHeaders } from './security-headers.ts'
import { forgetSession } from './session-cookie.ts'
import { addSignIn } from './sign-in.ts'
import { addWebFiles, type WebFiles } from './web-files.ts'

export interface AppOptions {
  readonly accounts: Accounts
  /** True when browsers reach the hub by https. */
  readonly secure: boolean
  readonly note: Note
  readonly lockout: Lockout
  readonly openid: OpenId | undefined
  /** Where answers to writes are kept. */
  readonly answers: Store['answers']
  readonly clock: Clock
  readonly signatures: AuthenticateSigned
  readonly checkHost: ReturnType<typeof hostCheck>
  readonly stream: EventStream
  /** The pages; a hub without them answers its API all the same. */
  readonly web?: WebFiles | undefined
  readonly version: string
  readonly log: Log
}

const json = 'application/json'

/** The whole API as one request handler, made from the route table. */
export function createApp(service: HubService, options: AppOptions): Hono<Bindings> {
  const app = new Hono<Bindings>()
  const answers = new IdempotentAnswers(options.answers, options.clock)
  app.use(async (context, next) => {
    const given = context.req.header('x-request-id')
    const requestId = given !== undefined && /^[A-Za-z0-9-]{1,64}$/.test(given) ? given : randomUUID()
    context.set('requestId', requestId)
    context.header('x-request-id', requestId)
    for (const [name, value] of securityHeaders(options.secure)) context.header(name, value)
    const refused = options.checkHost(context.req.header('host'), context.req.header('origin'))
    if (refused !== undefined) throw refused
    await next()
  })
  addHealth(app, service)
  addDocument(app, options.version)
  addSignIn(app, options)

  // Those who sign have no token: their routes come before the question for one.
  addSignedRoutes(app, service, options)
  app.get(routes.waysIn.path, (context) => {
    const { openid } = options
    const ways = {
      link: options.accounts.makesLinks,
      ...(openid === undefined ? {} : { openid: { label: openid.label, path: '/sign-in/openid' } }),
    }
    return send(context, { status: 200, type: json, body: encode(routes.waysIn.response, ways) })
  })
  // Whoever is not known learns nothing about which paths there are.
  app.use('/api/*', async (context, next) => {
    await authorise(options.accounts, shownBy(context, options.secure), 'self')
    await next()
  })
  addEventStream(app, options)
  for (const [name, route] of Object.entries<Route>(routes)) {
    const { privilege } = route
    if (privilege === 'signature' || privilege === 'nothing') continue
    app.on(route.method.toUpperCase(), honoPath(route.path), async (context) => {
      const caller = await authorise(options.accounts, shownBy(context, options.secure), privilege)
      const call: Call = { caller, requestId: context.get('requestId'), signal: context.req.raw.signal }
      const input = await readInput(route, context.req.raw, paramsOf(context, route))
      await assertMay(service, call, route, input)
      const work = async (): Promise<KeptAnswer> => {
        const value = await handle(name as RouteName, { service, ...options }, call, input)
        return { status: 200, type: json, body: encode(route.response, value) }
      }
      const answer =
        route.write === true
          ? await answers.answer(
              caller.name,
              context.req.header('idempotency-key'),
              [name, JSON.stringify(input)],
              () => work().catch((error: unknown) => problemAnswer(error, context, options.log)),
            )
          : await work()
      if (
        name === 'endSession' &&
        input.params['session'] === caller.credential.id &&
        answer.status === 200
      ) {
        context.header('set-cookie', forgetSession(cookiePlaceOf(context, options.secure)))
      }
      return send(context, answer)
    })
  }
  addWebFiles(app, options.web)
  addRefusals(app)
  app.onError((error, context) => send(context, problemAnswer(error, context, options.log)))
  return app
}

function addHealth(app: Hono<Bindings>, service: HubService): void {
  app.get('/livez', (context) => context.text(service.live() ? 'ok' : 'not live', service.live() ? 200 : 503))
  app.get('/readyz', async (context) => {
    const readiness = await service.readiness()
    const status = readiness.ready ? 200 : 503
    return send(context, { status, type: json, body: encode(readinessSchema, readiness) })
  })
}

function addDocument(app: Hono<Bindings>, version: string): void {
  let document: string | undefined
  app.get('/openapi.json', (context) => {
    document ??= JSON.stringify(openApiDocument(version))
    return send(context, { status: 200, type: json, body: document })
  })
}

/** The routes whose callers sign each request. The body is read once, as the bytes that were signed. */
function addSignedRoutes(app: Hono<Bindings>, service: HubService, options: AppOptions): void {
  const signed = Object.entries<Route>(routes).filter(([, { privilege }]) => privilege === 'signature')
  for (const [name, route] of signed) {
    app.on(route.method.toUpperCase(), honoPath(route.path), async (context) => {
      const { caller, body } = await authoriseSigned(
        options.signatures,
        context.req.param('provider') ?? '',
        (header) => context.req.header(header),
        () => readBody(context.req.raw, bodyLimitOf(route)),
      )
      const call: Call = { caller, requestId: context.get('requestId'), signal: context.req.raw.signal }
      const input = await readInput(route, context.req.raw, paramsOf(context, route), body)
      const value = await handle(name as RouteName, { service, ...options }, call, input)
      return send(context, { status: 200, type: json, body: encode(route.response, value) })
    })
  }
}

function addEventStream(app: Hono<Bindings>, options: AppOptions): void {
  app.get(eventStreamPath, async (context) => {
    if (context.req.method !== 'GET') throw notFor(context, eventStreamPath, 'GET')
    const shown = shownBy(context, options.secure)
    const caller = await authorise(options.accounts, shown, 'read')
    const after = sequenceOf(context.req.header('last-event-id') ?? context.req.query('after'))
    const { outgoing } = context.env
    outgoing.writeHead(200, {
      ...Object.fromEntries(securityHeaders(options.secure)),
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-request-id': context.get('requestId'),
    })
    const call: Call = { caller, requestId: context.get('requestId'), signal: context.req.raw.signal }
    const again = () =>
      authorise(options.accounts, shown, 'read').catch((error: unknown) => {
        if (isFailure(error)) return undefined
        throw error
      })
    options.stream.attach(outgoing, call, after, again).catch((error: unknown) => {
      options.log.error('a stream of events broke', { requestId: call.requestId, reason: reasonOf(error) })
      outgoing.destroy()
    })
    return RESPONSE_ALREADY_SENT
  })
}

/** What no route takes: 405 where the path is known with another method, else 404. */
function addRefusals(app: Hono<Bindings>): void {
  const known: readonly { path: string; method: string }[] = [
    ...Object.values<Route>(routes),
    { path: eventStreamPath, method: 'get' },
    { path: '/livez', method: 'get' },
    { path: '/readyz', method: 'get' },
    { path: '/openapi.json', method: 'get' },
    { path: '/sign-in', method: 'get' },
  ]
  for (const { path, method } of known) {
    app.all(honoPath(path), (context) => {
      throw notFor(context, path, method.toUpperCase())
    })
  }
  app.notFound(() => {
    throw apiFailure('not-found', 'request: there is nothing under this path', { hint: 'see /openapi.json' })
  })
}

function notFor(context: Asked, path: string, allow: string): Error {
  context.header('allow', allow)
  return apiFailure(
    'method-not-allowed',
    `request: ${context.req.method} is not for ${path}: it takes ${allow}`,
  )
}

function problemAnswer(error: unknown, context: Asked, log: Log): KeptAnswer {
  const problem = problemOf(error, context.get('requestId'))
  if (problem.status >= 500) {
    log.error('a request failed', { requestId: problem.requestId, path: context.req.path, error })
  }
  return { status: problem.status, type: problemType, body: encode(problemDetailsSchema, problem) }
}

function send(context: Asked, answer: KeptAnswer): Response {
  const { method } = context.req
  if (answer.status === 200 && answer.type === json && (method === 'GET' || method === 'HEAD')) {
    const tag = entityTag(answer.body)
    context.header('etag', tag)
    if (isKnown(tag, context.req.header('if-none-match'))) return context.body(null, 304)
  }
  context.header('content-type', answer.type)
  if (answer.status === 401) context.header('www-authenticate', 'Bearer realm="evenkeel"')
  if (answer.status === 413) context.header('connection', 'close')
  // Every status here comes from the closed table of problems, or is 200.
  return context.body(answer.body, answer.status as 200)
}

function paramsOf(context: Asked, route: Route): Record<string, string> {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return Object.fromEntries(names.map((name) => [name, context.req.param(name) ?? '']))
}

/** `{name}` as hono writes it. */
function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

function sequenceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) {
    throw apiFailure('invalid-request', 'request: cannot use the last event id', {
      hint: 'send the id of an event',
    })
  }
  return Number(text)
}
