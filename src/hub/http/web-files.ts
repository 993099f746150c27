import type { Hono } from 'hono'
import type { HttpBindings } from '@hono/node-server'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The pages as they were built: what is not listed here is not to be had. */
export interface WebFiles {
  /** The file of a path below the root, in the best encoding that the browser takes. */
  file(path: string, accepted: string): Promise<WebFile | undefined>
}

interface WebFile {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly encoding: string | undefined
  /** True when its name says its content, so that it never changes. */
  readonly immutable: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** Nothing inline and nothing from elsewhere; the favicon is drawn by the page, as a data URL. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The pages that were delivered with the program, or built in this checkout; undefined where there are none. */
export async function ownWebFiles(): Promise<WebFiles | undefined> {
  const places = import.meta.url.endsWith('.ts') ? ['../../../dist/web'] : ['./web', '../web']
  const folder = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(join(place, 'index.html')))
  return folder === undefined ? undefined : openWebFiles(folder)
}

/** Lists the pages in a folder. Each file is read when it is asked for first and kept from then on. */
export async function openWebFiles(folder: string): Promise<WebFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = new Set(
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => `/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')}`),
  )
  const kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  const read = (path: string): Promise<Uint8Array<ArrayBuffer>> => {
    let bytes = kept.get(path)
    if (bytes === undefined) {
      bytes = readFile(join(folder, path))
      kept.set(path, bytes)
      bytes.catch(() => kept.delete(path))
    }
    return bytes
  }
  return {
    async file(path, accepted) {
      const type = types[extname(path)]
      if (type === undefined || !paths.has(path)) return undefined
      const encoding = ['br', 'gzip'].find(
        (one) => takes(accepted, one) && paths.has(`${path}.${one === 'gzip' ? 'gz' : one}`),
      )
      const suffix = encoding === undefined ? '' : encoding === 'gzip' ? '.gz' : '.br'
      return { body: await read(path + suffix), type, encoding, immutable: path.startsWith('/assets/') }
    },
  }
}

/** Serves the pages. Every path that no file has and that a browser opens as a page is one of theirs. */
export function addWebFiles<Bindings extends { Bindings: HttpBindings }>(
  app: Hono<Bindings>,
  web: WebFiles | undefined,
): void {
  if (web === undefined) return
  app.get('*', async (context, next) => {
    const { path } = context.req
    if (path.startsWith('/api/')) return next()
    const accepted = context.req.header('accept-encoding') ?? ''
    const isPage = (context.req.header('accept') ?? '').includes('text/html') && extname(path) === ''
    const file = await web.file(isPage ? '/index.html' : path, accepted)
    if (file === undefined) return next()
    context.header('content-type', file.type)
    context.header('content-security-policy', policy)
    context.header('referrer-policy', 'no-referrer')
    context.header('cross-origin-opener-policy', 'same-origin')
    context.header('cross-origin-resource-policy', 'same-origin')
    context.header('vary', 'accept-encoding')
    context.header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    if (file.encoding !== undefined) context.header('content-encoding', file.encoding)
    return context.body(file.body)
  })
}

/** True when an Accept-Encoding header names an encoding and does not rule it out. */
function takes(accepted: string, encoding: string): boolean {
  return accepted
    .split(',')
    .map((one) => one.trim().split(';'))
    .some(([name = '', quality = '']) => name === encoding && !/q=0(\.0*)?$/.test(quality.trim()))
}
