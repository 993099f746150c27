import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import {
  clientHeader,
  eventStreamPath,
  problemDetailsSchema,
  problemType,
  type Route,
  routes,
} from '../../api/index.ts'

/** The OpenAPI 3.1 document of the route table. */
export function openApiDocument(version: string): object {
  const app = new OpenAPIHono()
  for (const [name, route] of Object.entries<Route>(routes)) {
    app.openAPIRegistry.registerPath(describe(name, route))
  }
  app.openAPIRegistry.registerPath(eventStream())
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-evenkeel',
    description: `Of a browser; writes need the header ${clientHeader} too. On loopback it is called evenkeel-PORT.`,
  })
  for (const [scheme, name] of Object.entries(signatureSchemes)) {
    app.openAPIRegistry.registerComponent('securitySchemes', scheme, { type: 'apiKey', in: 'header', name })
  }
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Evenkeel', version, license: { name: 'Apache-2.0' } },
    security: [{ token: [] }, { session: [] }],
  })
}

/** The headers that forges sign with. */
const signatureSchemes = {
  githubSignature: 'X-Hub-Signature-256',
  gitlabToken: 'X-Gitlab-Token',
  giteaSignature: 'X-Gitea-Signature',
}

const problemAnswer = {
  description: 'A problem (RFC 9457)',
  content: { [problemType]: { schema: problemDetailsSchema } },
}

function describe(name: string, route: Route) {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  const isRead = route.method === 'get'
  const headers =
    route.write === true
      ? z.object({ 'Idempotency-Key': z.string().max(100).optional() })
      : isRead
        ? z.object({ 'If-None-Match': z.string().optional() })
        : undefined
  return createRoute({
    method: route.method,
    path: route.path,
    operationId: name,
    summary: route.summary,
    ...(route.privilege === 'nothing' ? { security: [] } : {}),
    ...(route.privilege === 'signature'
      ? {
          description:
            'Authenticated by the signature of the forge over the body, with the secret in hub.yaml.',
          security: Object.keys(signatureSchemes).map((scheme) => ({ [scheme]: [] })),
        }
      : { description: needOf(route) }),
    request: {
      ...(names.length === 0
        ? {}
        : { params: z.object(Object.fromEntries(names.map((one) => [one, z.string()]))) }),
      ...(route.query === undefined ? {} : { query: route.query as z.ZodObject }),
      ...(headers === undefined ? {} : { headers }),
      ...(route.body === undefined
        ? {}
        : { body: { required: true, content: { 'application/json': { schema: route.body } } } }),
    },
    responses: {
      200: {
        description: 'The answer',
        ...(isRead ? { headers: z.object({ ETag: z.string() }) } : {}),
        content: { 'application/json': { schema: route.response } },
      },
      ...(isRead ? { 304: { description: 'It is what If-None-Match names' } } : {}),
      default: problemAnswer,
    },
  })
}

function needOf({ privilege, target }: Route): string {
  if (privilege === 'nothing') return 'Asks for nobody.'
  if (privilege === 'self') return 'For everybody, about themselves.'
  if (target === undefined) return `Needs the privilege ${privilege}; answers what its caller may look at.`
  return `Needs the privilege ${privilege} on everything that it is about (${target}).`
}

function eventStream() {
  return createRoute({
    method: 'get',
    path: eventStreamPath,
    operationId: 'streamEvents',
    summary: 'Events as they happen: server-sent events named activity, whose data is an Event',
    description: 'Needs the privilege read.',
    request: {
      query: z.object({ after: z.coerce.number().int().min(0).optional() }),
      headers: z.object({ 'Last-Event-ID': z.string().optional() }),
    },
    responses: {
      200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
      default: problemAnswer,
    },
  })
}
