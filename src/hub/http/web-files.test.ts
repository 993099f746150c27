import { Hono } from 'hono'
import type { HttpBindings } from '@hono/node-server'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addWebFiles, openWebFiles } from './web-files.ts'

const app = new Hono<{ Bindings: HttpBindings }>()
let folder: string

const built: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html><title>Evenkeel</title>',
  'favicon.svg': '<svg/>',
  'assets/main-1a2b.js': 'plain script',
  'assets/main-1a2b.js.br': 'script by brotli',
  'assets/main-1a2b.js.gz': 'script by gzip',
  'assets/main-1a2b.css': 'body {}',
  'assets/main-1a2b.js.map': 'not for browsers',
  'assets/late-3c4d.js': 'late script',
  'assets/orphan-5e6f.js.br': 'encoded, without the plain one',
  '.hidden.js': 'hidden',
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-pages-'))
  for (const [path, text] of Object.entries(built)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await symlink('/etc/hostname', join(folder, 'link.json'))
  addWebFiles(app, await openWebFiles(folder))
  app.get('/api/v1/status', (context) => context.json({ is: 'the API' }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const page = { accept: 'text/html,application/xhtml+xml' }

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await app.request(path, { headers, method })
  return {
    status: response.status,
    text: await response.text(),
    header: (name: string) => response.headers.get(name),
  }
}

describe('a page', () => {
  test('is the one document, whatever its address, and is asked for anew each time', async () => {
    for (const path of ['/', '/drift/c-4f2a', '/clusters/a%20b', '/namespaces/%D8%B4']) {
      const { status, text, header } = await get(path, page)
      expect([status, text], path).toEqual([200, built['index.html']])
      expect(header('content-type')).toBe('text/html; charset=utf-8')
      expect(header('cache-control')).toBe('no-cache')
    }
  })

  test('runs nothing inline and nothing from elsewhere, stands in no frame, and tells nobody where one comes from', async () => {
    const { header } = await get('/', page)
    const policy = header('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect([header('referrer-policy'), header('cross-origin-opener-policy')]).toEqual([
      'no-referrer',
      'same-origin',
    ])
  })

  test('is not what a program is answered that asks for something that is not there', async () => {
    expect((await get('/nowhere')).status).toBe(404)
    expect((await get('/nowhere.js', page)).status).toBe(404)
  })

  test('never stands for a path of the API', async () => {
    expect((await get('/api/v1/status', page)).text).toBe('{"is":"the API"}')
    expect((await get('/api/v1/none', page)).status).toBe(404)
  })
})

describe('a file', () => {
  const script = '/assets/main-1a2b.js'

  test('comes in the best encoding that the browser takes, with its type, and is kept for ever', async () => {
    const of = async (accepted: string) => {
      const { text, header } = await get(script, { 'accept-encoding': accepted })
      return [text, header('content-encoding'), header('vary')]
    }
    expect(await of('gzip, deflate, br')).toEqual(['script by brotli', 'br', 'accept-encoding'])
    expect(await of('gzip')).toEqual(['script by gzip', 'gzip', 'accept-encoding'])
    expect(await of('br;q=0, gzip;q=0.5')).toEqual(['script by gzip', 'gzip', 'accept-encoding'])
    expect(await of('br;q=0.0, gzip;q=0')).toEqual(['plain script', null, 'accept-encoding'])
    expect(await of('')).toEqual(['plain script', null, 'accept-encoding'])
    const { header } = await get(script)
    expect(header('content-type')).toBe('text/javascript; charset=utf-8')
    expect(header('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  test('that has no encoded form comes as it is', async () => {
    const { text, header } = await get('/assets/main-1a2b.css', { 'accept-encoding': 'br, gzip' })
    expect([text, header('content-encoding')]).toEqual(['body {}', null])
  })

  test('whose name does not say its content is asked for anew each time', async () => {
    expect((await get('/favicon.svg')).header('cache-control')).toBe('no-cache')
  })

  test('is to be had only where it was built: no map, no hidden one, no link, none outside', async () => {
    const paths = [
      '/assets/main-1a2b.js.map',
      '/.hidden.js',
      '/link.json',
      '/assets/main-1a2b.js.br',
      '/assets/orphan-5e6f.js',
      '/assets/',
      '/assets/MAIN-1A2B.js',
    ]
    const climbing = [
      '/../../etc/hostname.json',
      '/..%2f..%2fetc%2fpasswd.js',
      '/assets/%2e%2e/%2e%2e/x.js',
      '/assets/..%2findex.html',
      '/assets/..%5c..%5cindex.html',
      '/%252e%252e/index.html',
      '/assets/%c0%ae%c0%ae/index.html',
      '//etc/hostname.json',
      '/%00.js',
    ]
    for (const path of [...paths, ...climbing]) {
      const { status, text } = await get(path, { 'accept-encoding': 'br' })
      expect([path, status]).toEqual([path, 404])
      expect(text).not.toContain('Evenkeel')
    }
  })

  test('is told of without its content, in the same words', async () => {
    const accepted = { 'accept-encoding': 'br' }
    const told = await get(script, accepted, 'HEAD')
    const given = await get(script, accepted)
    expect([told.status, told.text]).toEqual([200, ''])
    for (const name of [
      'content-type',
      'content-encoding',
      'cache-control',
      'vary',
      'content-security-policy',
    ])
      expect(told.header(name), name).toBe(given.header(name))
    expect((await get('/nowhere.js', {}, 'HEAD')).status).toBe(404)
  })

  test('comes whole when a part of it is asked for, and takes nothing that is sent to it', async () => {
    const part = await get(script, { range: 'bytes=0-3' })
    expect([part.status, part.text, part.header('content-range')]).toEqual([200, 'plain script', null])
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await get(script, {}, method)).status).toBe(404)
  })

  test('that could not be read is read when it is asked for again', async () => {
    const file = join(folder, 'assets/late-3c4d.js')
    await rename(file, `${file}.away`)
    expect((await get('/assets/late-3c4d.js')).status).toBe(500)
    await rename(`${file}.away`, file)
    expect((await get('/assets/late-3c4d.js')).text).toBe('late script')
  })
})
