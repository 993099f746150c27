import { spawn } from 'node:child_process'
import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from '../faults/certificate.ts'
import { waitFor } from '../faults/wait-for.ts'
import { type ChartSpec, packChart } from './pack-chart.ts'

export const registryUser = 'pusher'
export const registryPassword = 'canary-registry-password'
// The bcrypt hash of the password above, which is what the registry takes.
const passwordFile = `${registryUser}:$2b$04$vcL3qhtpfwj7utNkL66vCOFjBfdi17u8sQ54tzB9aep81mToGwuqa\n`

/** How a registry asks who comes. */
export type RegistryAccess = 'anonymous' | 'basic' | 'token'

/** A real registry (the distribution project's) of a test. */
export interface Registry {
  readonly host: string
  readonly url: string
  readonly access: RegistryAccess
  /** Where tokens are given, and what it was asked: `query authorization`. */
  readonly tokens:
    | { readonly url: string; readonly host: string; readonly requests: readonly string[] }
    | undefined
  /** Pushes a chart as `helm push` does, and answers the digest of its manifest. */
  push(repository: string, spec: ChartSpec, more?: PushOptions): Promise<string>
  close(): Promise<void>
}

export interface PushOptions {
  readonly provenance?: string
  readonly tag?: string
  readonly archive?: Buffer
  readonly chartType?: string
  readonly configType?: string
}

const chartType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const provenanceType = 'application/vnd.cncf.helm.chart.provenance.v1.prov'
const configType = 'application/vnd.cncf.helm.config.v1+json'
const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** Starts a registry on loopback that asks for nothing, a password, or a token of its own server of tokens. */
export async function startRegistry(access: RegistryAccess = 'anonymous'): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-registry-'))
  const tokens = access === 'token' ? await startTokenServer() : undefined
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  writeFileSync(join(folder, 'htpasswd'), passwordFile)
  if (tokens !== undefined) writeFileSync(join(folder, 'issuer.pem'), tokens.certificate)
  const auth = {
    anonymous: {},
    basic: { auth: { htpasswd: { realm: 'registry', path: join(folder, 'htpasswd') } } },
    token: {
      auth: {
        token: {
          realm: `${tokens?.url}/token`,
          service: 'registry',
          issuer: 'evenkeel-test',
          rootcertbundle: join(folder, 'issuer.pem'),
        },
      },
    },
  }
  const settings = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: host },
    ...auth[access],
  }
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(settings))
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  })
  let errors = ''
  let ended = false
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const end = new Promise<void>((resolve) => child.on('close', () => resolve()))
  child.on('error', (error) => (errors += error.message))
  void end.then(() => (ended = true))
  await waitFor(async () => {
    if (ended) throw new Error(`the registry ended: ${errors}`)
    return answers(port)
  })
  const url = `http://${host}`
  return {
    host,
    url,
    access,
    tokens,
    push: (repository, spec, more = {}) => push({ url, access, tokens }, repository, spec, more),
    close: async () => {
      child.kill('SIGKILL')
      await end
      await tokens?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Pushing = Pick<Registry, 'url' | 'access'> & { readonly tokens: TokenServer | undefined }

async function push(to: Pushing, repository: string, spec: ChartSpec, more: PushOptions): Promise<string> {
  const headers = pusherHeaders(to, repository)
  const upload = async (body: Uint8Array, mediaType: string) => {
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
    const begun = await fetch(`${to.url}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers })
    const place = new URL(begun.headers.get('location') ?? '', to.url)
    place.searchParams.set('digest', digest)
    const done = await fetch(place, { method: 'PUT', headers, body: Buffer.from(body) })
    if (done.status !== 201) throw new Error(`upload: ${begun.status} ${done.status} ${await done.text()}`)
    return { mediaType, digest, size: body.byteLength }
  }
  const config = await upload(Buffer.from(JSON.stringify({ name: spec.name })), more.configType ?? configType)
  const layers = [await upload(more.archive ?? packChart(spec), more.chartType ?? chartType)]
  if (more.provenance !== undefined) layers.push(await upload(Buffer.from(more.provenance), provenanceType))
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers })
  const tag = more.tag ?? spec.version.replaceAll('+', '_')
  const put = await fetch(`${to.url}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': manifestType },
    body: manifest,
  })
  if (put.status !== 201) throw new Error(`manifest: ${put.status} ${await put.text()}`)
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`
}

function pusherHeaders({ access, tokens }: Pushing, repository: string): Record<string, string> {
  if (access === 'anonymous') return {}
  if (access === 'basic') return { authorization: basicHeader() }
  return { authorization: `Bearer ${tokens?.tokenFor(repository, ['pull', 'push'])}` }
}

/** What a caller with the right password sends. */
export function basicHeader(): string {
  return `Basic ${Buffer.from(`${registryUser}:${registryPassword}`).toString('base64')}`
}

interface TokenServer {
  readonly url: string
  readonly host: string
  readonly certificate: string
  readonly requests: string[]
  tokenFor(repository: string, actions: readonly string[]): string
  close(): Promise<void>
}

/** A server of tokens as the distribution project describes it: JSON web tokens for users with the right password. */
async function startTokenServer(): Promise<TokenServer> {
  const issuer = makeCertificate({ name: 'issuer' })
  const key = createPrivateKey(issuer.keyPem)
  const chain = [issuer.certPem.replaceAll(/-----[A-Z ]+-----|\s/g, '')]
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const tokenFor = (repository: string, actions: readonly string[]): string => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: 'evenkeel-test',
      sub: registryUser,
      aud: 'registry',
      exp: now + 300,
      nbf: now - 60,
      iat: now,
      jti: randomUUID(),
      access: [{ type: 'repository', name: repository, actions }],
    }
    const signed = `${encode({ typ: 'JWT', alg: 'ES256', x5c: chain })}.${encode(claims)}`
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
  const requests: string[] = []
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://tokens')
    const { authorization } = request.headers
    requests.push(`${url.searchParams.get('scope')} ${authorization ?? '-'}`)
    if (authorization !== basicHeader()) {
      response.writeHead(401).end()
      return
    }
    const repository = (url.searchParams.get('scope') ?? '').split(':')[1] ?? ''
    response.end(JSON.stringify({ token: tokenFor(repository, ['pull']) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    certificate: issuer.certPem,
    requests,
    tokenFor,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function freePort(): Promise<number> {
  const server = createTcp()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
