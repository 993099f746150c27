import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeCertificate } from '../faults/certificate.ts'
import { packChart, sha256, type ChartSpec } from './pack-chart.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server of charts that does what a test wants, and remembers what it was asked. */
export interface ChartServer {
  readonly url: string
  readonly host: string
  readonly port: number
  /** The authority to trust; undefined without TLS. */
  readonly authority: string | undefined
  /** `path authorization` of every request, `-` for none. */
  readonly requests: readonly string[]
  /** Answers by path; what is not there is 404. */
  readonly answers: Map<string, Answer | Uint8Array | string>
  close(): Promise<void>
}

/** Starts a server on loopback; with TLS for these names, or on another address of this machine. */
export async function serveCharts(
  options: { readonly tls?: readonly string[]; readonly address?: string } = {},
): Promise<ChartServer> {
  const requests: string[] = []
  const answers: ChartServer['answers'] = new Map()
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '/', 'http://test')
    requests.push(`${pathname} ${request.headers.authorization ?? '-'}`)
    const answer = answers.get(pathname)
    if (answer === undefined) response.writeHead(404).end()
    else if (typeof answer === 'function') answer(request, response)
    else response.end(answer)
  }
  const authority = options.tls === undefined ? undefined : makeCertificate({ name: 'charts' })
  let server: Server
  if (authority === undefined) server = createHttp(handle)
  else {
    const leaf = makeCertificate({ name: 'leaf', hosts: options.tls ?? [], issuer: authority })
    server = createHttps({ cert: leaf.certPem, key: leaf.keyPem }, handle)
  }
  const address = options.address ?? '127.0.0.1'
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const { port } = server.address() as AddressInfo
  const host = `${address}:${port}`
  return {
    url: `${authority === undefined ? 'http' : 'https'}://${host}`,
    host,
    port,
    authority: authority?.certPem,
    requests,
    answers,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Lets a server publish charts with an index as Helm writes it; answers the archives by `name-version`. */
export function publish(server: ChartServer, charts: readonly ChartSpec[]): Map<string, Buffer> {
  const archives = new Map(charts.map((spec) => [`${spec.name}-${spec.version}`, packChart(spec)]))
  const names = [...new Set(charts.map(({ name }) => name))]
  const entries = names.map((name) => {
    const versions = charts.filter((spec) => spec.name === name)
    const lines = versions.map(({ version }) => {
      const archive = archives.get(`${name}-${version}`) ?? Buffer.alloc(0)
      return [
        `  - apiVersion: v2`,
        `    description: |`,
        `      many words`,
        `    digest: ${sha256(archive)}`,
        `    name: ${name}`,
        `    urls:`,
        `    - ${name}-${version}.tgz`,
        `    version: ${version}`,
      ].join('\n')
    })
    return `  ${name}:\n${lines.join('\n')}`
  })
  server.answers.set(
    '/index.yaml',
    `apiVersion: v1\nentries:\n${entries.join('\n')}\ngenerated: "2026-01-01T00:00:00Z"\n`,
  )
  for (const [name, archive] of archives) server.answers.set(`/${name}.tgz`, archive)
  return archives
}

/** Answers with a redirect. */
export function redirectTo(location: string): Answer {
  return (_, response) => response.writeHead(302, { location }).end()
}
