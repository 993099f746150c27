import { afterEach, beforeEach, expect, test } from 'vitest'
import { fetchRemotes } from '../../src/hub/fleet/fetch-remotes.ts'
import { Rig } from './opened.ts'
import { type HttpsServer, serveHttps } from './servers.ts'

let rig: Rig
let server: HttpsServer

beforeEach(async () => {
  rig = new Rig()
  server = await serveHttps(rig.origin.folder)
})

afterEach(async () => {
  await rig.close()
  await server.close()
})

const opened = new Map<string, Promise<Awaited<ReturnType<Rig['open']>>>>()

function fetched(...references: readonly string[]) {
  opened.clear()
  const open = (url: string) => {
    const known = opened.get(url) ?? rig.open({ url, caFile: server.caFile })
    opened.set(url, known)
    return known
  }
  const remotes = references.map((reference, index) => ({
    reference,
    file: 'apps/web/kustomization.yaml',
    line: index + 2,
    pinned: true,
  }))
  return fetchRemotes(remotes, { open, allowedHosts: [new URL(server.url).host] })
}

const kustomization = (...resources: readonly string[]): string =>
  `resources:\n${resources.map((one) => `- ${one}\n`).join('')}`

test('a remote base is fetched at its tag, with what it refers to in its own repository and nothing else', async () => {
  rig.origin.commit({
    'deploy/base/kustomization.yaml': kustomization('a.yaml', '../common'),
    'deploy/base/a.yaml': 'a: 1\n',
    'deploy/common/kustomization.yaml': kustomization('c.yaml'),
    'deploy/common/c.yaml': 'c: 1\n',
    'other/x.yaml': 'x: 1\n',
  })
  rig.origin.git('tag', 'v1')
  const tagged = rig.origin.git('rev-parse', 'HEAD')
  rig.origin.commit({ 'deploy/base/a.yaml': 'a: 2\n' })
  const reference = `${server.url}//deploy/base?ref=v1`
  const { files, folders, commits, problems } = await fetched(reference)
  expect(problems).toEqual([])
  expect(commits.get(reference)).toBe(tagged)
  const folder = folders.get(reference) ?? ''
  expect(Buffer.from(files.get(`${folder}/a.yaml`) ?? []).toString()).toBe('a: 1\n')
  expect([...files.keys()].map((path) => path.split('/').slice(2).join('/')).toSorted()).toEqual([
    'deploy/base/a.yaml',
    'deploy/base/kustomization.yaml',
    'deploy/common/c.yaml',
    'deploy/common/kustomization.yaml',
  ])
})

test('one that is pinned to a commit or tag is not warned of, one that moves is, with the commit to pin it to', async () => {
  const commit = rig.origin.commit({ 'base/kustomization.yaml': 'resources: []\n' })
  rig.origin.git('tag', 'v1')
  rig.origin.git('tag', 'both')
  rig.origin.git('branch', 'both')
  for (const [query, warned] of [
    [`?ref=${commit}`, false],
    ['?version=v1', false],
    ['?ref=refs/tags/both', false],
    ['?ref=both', true],
    ['?ref=main', true],
    ['', true],
  ] as const) {
    const { problems, folders } = await fetched(`${server.url}//base${query}`)
    expect([query, folders.size, problems.length]).toEqual([query, 1, warned ? 1 : 0])
    if (warned) {
      expect(problems[0]).toMatchObject({
        severity: 'warning',
        line: 2,
        hint: expect.stringContaining(commit),
      })
    }
  }
})

test('remote bases of remote bases are fetched too, also in a circle, and end at a number', async () => {
  const self = `${server.url}//base?ref=main`
  rig.origin.commit({
    'base/kustomization.yaml': kustomization(self, `${server.url}//more?ref=main`),
    'more/kustomization.yaml': kustomization(self),
  })
  const { folders } = await fetched(self)
  expect([...folders.keys()]).toEqual([self, `${server.url}//more?ref=main`])
  const many = Array.from({ length: 60 }, (_, index) => `${server.url}//base?ref=main&x=${index}`)
  const { problems } = await fetched(...many)
  expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([
    { message: expect.stringContaining('more than 50 remote bases') },
  ])
})

test('what cannot be fetched is a problem at its line, and the others are fetched', async () => {
  const commit = rig.origin.commit({ 'base/kustomization.yaml': 'resources: []\n' })
  const { folders, problems } = await fetched(
    `${server.url}//base?ref=${commit}`,
    `${server.url}//gone?ref=${commit}`,
    `${server.url}//base?ref=nothing`,
    `${server.url}//base?ref=${'0'.repeat(40)}`,
    'https://169.254.169.254/latest/meta-data',
    'https://github.com/org/repo/install.yaml',
  )
  expect(folders.size).toBe(1)
  expect(problems.map(({ line, severity }) => [line, severity])).toEqual(
    [3, 4, 5, 6, 7].map((line) => [line, 'error']),
  )
})
