import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../../test/hub/hub-under-test.ts'
import {
  everybody,
  far,
  files,
  hiddenIn,
  near,
  nowhere,
  pathOf,
  PeopledHub,
  tokenOf,
  type Who,
} from '../../../test/hub/peopled-hub.ts'
import { createClient, eventStreamPath, type Route, routes } from '../../api/index.ts'

let rig: PeopledHub

beforeAll(async () => {
  rig = await PeopledHub.start()
})
afterAll(() => rig.stop())

/** A text with the names of what was asked for taken for those of nothing. */
function named(text: string): string {
  const names = ['plan-xcluster', 'xcluster-cause', 'xcluster', 'xbundle', 'xfar']
  return names.reduce((rest, name) => rest.replaceAll(name, 'nowhere'), text)
}

/** What a route needs to be asked at all; several where it answers about several things. */
function queriesOf(name: string): readonly string[] {
  if (name === 'names') {
    const kinds = ['clusters', 'bundles', 'environments', 'plans', 'runs', 'jobs', 'causes']
    return kinds.map((kind) => `?of=${kind}`)
  }
  if (name === 'drift') return ['', '?state=open', '?cause=xspace-cause']
  if (name === 'events' || name === 'cloudEvents')
    return ['', '?after=0', '?cluster=xcluster', '?bundle=xbundle']
  if (name === 'promotion')
    return ['?to=dev&from=dev', '?to=dev', '?to=xenv&from=dev', '?to=nowhere&from=dev']
  if (name === 'trace' || name === 'manifest' || name === 'previewAccept')
    return ['?kind=ConfigMap&namespace=xspace&name=a']
  if (name === 'search')
    return ['?q=a', '?q=', '?q=kind:ConfigMap', '?q=cluster:xcluster', '?q=bundle:xbundle']
  if (name === 'fleetMap') return ['', '?fill=quota', '?fill=quota&cluster=xcluster']
  if (name === 'whoCan') return ['?verb=get&resource=pods', '?verb=get&resource=pods&cluster=xcluster&user=x']
  if (name === 'recorded') return ['', '?kind=RoleBinding', '?cluster=xcluster', '?namespace=xspace']
  if (name === 'recordedChanges')
    return ['?group=rbac.authorization.k8s.io&kind=Role&namespace=xspace&name=a']
  if (name === 'proposal') {
    return [
      '?change=bound&namespace=xspace&name=a&bounds=pods=1',
      '?change=take&namespace=xspace&name=a&subject=User%20xuser',
    ]
  }
  if (name === 'quotas') return ['', '?namespace=xspace', '?cluster=xcluster']
  if (name === 'searchWords') {
    return ['', 'kind:', 'ns:', 'name:', 'cluster:', 'env:', 'bundle:', 'group:'].map((q) => `?q=${q}`)
  }
  return ['']
}

const all = Object.entries<Route>(routes)
const reads = all.filter(([, { method, privilege }]) => method === 'get' && privilege === 'read')
const changes = all.filter(([, { target }]) => target !== undefined)

describe('what somebody may not look at', () => {
  test.each(everybody)('is in nothing that %s is answered', async (who) => {
    let answered = 0
    for (const [name, route] of reads) {
      for (const query of queriesOf(name)) {
        const { status, text } = await rig.ask(who, pathOf(route, near) + query)
        // What is not found is called by the name that it was asked for.
        if (status !== 404) expect(hiddenIn(who, text), `${name}${query}: ${text}`).toEqual([])
        if (status === 200) answered += 1
        expect([200, 400, 403, 404, 503], `${name}${query}: ${text}`).toContain(status)
      }
    }
    if (who === 'nobody') expect(answered).toBe(0)
    else expect(answered).toBeGreaterThan(15)
  })

  test('row 36: it answers as what is not there does, whatever is asked of it', async () => {
    for (const who of ['dev', 'approver', 'nobody'] as const) {
      for (const [name, route] of reads.filter(([, { path }]) => path.includes('{'))) {
        const [query = ''] = queriesOf(name)
        const [one, other] = [
          await rig.ask(who, pathOf(route, far) + query),
          await rig.ask(who, pathOf(route, nowhere) + query),
        ]
        expect([one.status, named(one.text)], `${who} ${name}`).toEqual([other.status, other.text])
      }
      for (const [name, route] of changes) {
        const one = await rig.ask(who, pathOf(route, far), { body: bodyOf(name, 'xcluster') })
        const other = await rig.ask(who, pathOf(route, nowhere), { body: bodyOf(name, 'nowhere') })
        expect([one.status, named(one.text)], `${who} ${name}`).toEqual([other.status, other.text])
      }
    }
  })

  test('row 49: it is not answered because somebody else was answered before', async () => {
    expect((await rig.ask('root', '/api/v1/clusters')).text).toContain('xcluster')
    expect(hiddenIn('dev', (await rig.ask('dev', '/api/v1/clusters')).text)).toEqual([])
    expect((await rig.ask('nobody', '/api/v1/clusters')).status).toBe(403)
  })
})

function bodyOf(name: string, on: string): object {
  const confirmed = { yes: true, confirm: on, reason: 'because' }
  switch (name) {
    case 'heal':
    case 'healJob':
      return { targets: [{ cluster: on, clusterId: 'x', keys: ['/ConfigMap/space/a'] }], ...confirmed }
    case 'freeze':
      return { clusters: [on], reason: 'because' }
    case 'reconcile':
    case 'reconcileJob':
      return { clusters: [on] }
    case 'controlRun':
      return { action: 'pause', ...confirmed }
    case 'preview':
      return { folders: ['apps/shop'], files: [] }
    case 'accept':
      return { kind: 'ConfigMap', name: 'a', how: 'commit', ...confirmed }
    case 'audit':
      return { kind: 'EventList', items: [] }
    default:
      return confirmed
  }
}

describe('what somebody may do', () => {
  test('rows 33 to 35: each change is for those who hold its privilege on all that is stored, and for nobody else', async () => {
    /** On the cluster in dev; a run of `shop`, and a freeze of it, reach the other one too. */
    const allowed: Readonly<Record<string, readonly Who[]>> = {
      heal: ['root', 'dev'],
      approve: ['root', 'approver'],
      reject: ['root', 'approver'],
      freeze: ['root', 'dev'],
      reconcile: ['root', 'dev'],
      healJob: ['root', 'dev'],
      reconcileJob: ['root', 'dev'],
      cancelJob: ['root', 'dev'],
      startRun: ['root'],
      controlRun: ['root'],
      approveRun: ['root'],
      preview: ['root'],
      accept: ['root'],
      thaw: ['root'],
      audit: ['root'],
    }
    expect(Object.keys(allowed).toSorted()).toEqual(changes.map(([name]) => name).toSorted())
    const wide = await rig.client('root').freeze({ body: { reason: 'wide', clusters: ['open', 'xcluster'] } })
    for (const [name, route] of changes) {
      for (const who of everybody.toReversed()) {
        const { status, text } = await rig.ask(who, pathOf(route, { ...near, freeze: wide.id }), {
          body: bodyOf(name, 'open'),
        })
        expect(status === 403, `${who} ${name}: ${status} ${text}`).toBe(
          allowed[name]?.includes(who) !== true,
        )
        expect(hiddenIn(who, text)).toEqual([])
      }
    }
    for (const { id } of (await rig.client('root').freezes({})).items) {
      await rig
        .client('root')
        .thaw({ params: { freeze: id }, body: { confirm: '2', reason: 'x', yes: true } })
        .catch(() => undefined)
    }
  })

  test('row 34: a batch with one target that is not allowed is refused whole, and nothing is done', async () => {
    const { last } = await rig.hub.client.events({ query: {} })
    const targets = ['open', 'xcluster'].map((one) => ({
      cluster: one,
      clusterId: 'x',
      keys: ['/ConfigMap/space/a'],
    }))
    const { heal, healJob, reconcile, reconcileJob, freeze } = routes
    const both = { targets, yes: true, confirm: '2', reason: 'because' }
    expect((await rig.ask('dev', heal.path, { body: both })).status).toBe(404)
    expect((await rig.ask('dev', reconcile.path, { body: { clusters: ['open', 'xcluster'] } })).status).toBe(
      404,
    )
    expect((await rig.ask('dev', healJob.path, { body: both })).status).toBe(404)
    const wide = { clusters: ['open', 'xcluster'] }
    expect((await rig.ask('dev', reconcileJob.path, { body: wide })).status).toBe(404)
    expect((await rig.ask('dev', reconcile.path, { body: {} })).status).toBe(403)
    expect((await rig.ask('dev', reconcileJob.path, { body: {} })).status).toBe(403)
    expect((await rig.ask('dev', freeze.path, { body: { reason: 'x' } })).status).toBe(403)
    expect(
      (await rig.ask('dev', freeze.path, { body: { reason: 'x', environments: ['dev', 'xenv'] } })).status,
    ).toBe(403)
    const { items } = await rig.hub.client.events({ query: { after: last } })
    expect(items.filter(({ actor }) => actor === 'dev@corp')).toEqual([])
  })

  test('a run that reaches further than somebody may is theirs to look at in part', async () => {
    const part = await rig.client('dev').run({ params: { run: 'r-wide' } })
    expect(part.members.map((one) => one.cluster)).toEqual(['open'])
    expect(part.stages).toHaveLength(1)
  })

  test('a job that reaches further than somebody may is theirs to look at in part, and not to cancel', async () => {
    const wide = await rig.client('dev').job({ params: { job: 'j-wide' } })
    expect(wide).toMatchObject({ counts: { total: 1 }, bundles: ['shop'], mayCancel: false })
    const { items } = await rig.client('tenant').jobRows({ params: { job: 'j-wide' }, query: {} })
    expect(items.map(({ asked, results }) => [asked, results.length])).toEqual([
      [1, 1],
      [1, 1],
    ])
    const { cancelJob } = routes
    const { status } = await rig.ask('dev', pathOf(cancelJob, { job: 'j-wide' }), { body: {} })
    expect(status).toBe(403)
  })

  test('recorded bindings and quotas are theirs to look at in part, and an answer in part says so', async () => {
    const bindings = async (who: Who) => {
      const { items, limited } = await rig.client(who).whoCan({ query: { verb: 'get', resource: 'pods' } })
      return [limited, ...new Set(items.map(({ binding }) => binding.name))]
    }
    const quotas = async (who: Who) => {
      const { items } = await rig.client(who).quotas({ query: {} })
      return [...new Set(items.map(({ cluster, object }) => `${cluster} ${object.name}`))].toSorted()
    }
    expect(await bindings('root')).toEqual([
      false,
      'xspace-wide',
      'xspace-xbundle',
      'space-team',
      'xspace-team',
    ])
    expect(await bindings('dev')).toEqual([true, 'xspace-wide', 'space-team', 'xspace-team'])
    // What stands in no namespace is not of theirs, nor what no bundle of theirs holds.
    expect(await bindings('tenant')).toEqual([true, 'space-team'])
    expect(await bindings('looker')).toEqual([true])
    expect(await quotas('dev')).toEqual(['open space-quota', 'open xspace-quota'])
    expect(await quotas('tenant')).toEqual(['open space-quota', 'xcluster space-quota'])
    expect(await quotas('looker')).toEqual([])
    // Of clusters that nobody answers for it is not known how full they are now.
    const { legend, clusters } = await rig.client('dev').fleetMap({ query: { fill: 'quota' } })
    expect([legend[0], clusters.map(([name, , , fill]) => [name, fill])]).toEqual([
      'not known',
      [['open', 0]],
    ])
  })

  test('what was done is recorded with the person', async () => {
    const { last } = await rig.hub.client.events({ query: {} })
    await rig.client('dev').reconcile({ body: { clusters: ['open'] } })
    const { items } = await until(
      'it is recorded',
      () => rig.hub.client.events({ query: { after: last, type: 'reconcile-asked' } }),
      (page) => page.items.length > 0,
    )
    expect(items[0]?.actor).toBe('dev@corp')
  })
})

test('row 33: junk in place of a token is refused with one and the same answer on every route and stream', async () => {
  const texts = new Set<string>()
  const guarded = all.map(([, route]) => route).filter(({ privilege }) => privilege !== 'nothing')
  const junk = ['x', `${tokenOf('root')}x`, 'null', '..', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.']
  for (const route of [...guarded, { path: eventStreamPath, method: 'get' }]) {
    for (const token of junk) {
      const asked = route.method === 'post' ? { token, body: {} } : { token }
      const { status, text } = await rig.ask('root', pathOf(route, near), asked)
      expect(status, route.path).toBe(401)
      texts.add(text)
    }
  }
  expect(texts.size).toBe(1)
})

/** Follows events from the first on until something closes the stream. */
function follow(who: Who) {
  const controller = new AbortController()
  const texts: string[] = []
  const open = fetch(`${rig.hub.running.url}${eventStreamPath}?after=0`, {
    headers: { authorization: `Bearer ${tokenOf(who)}` },
    signal: controller.signal,
  })
  const ended = (async () => {
    const response = await open
    for await (const chunk of response.body as AsyncIterable<Uint8Array>)
      texts.push(Buffer.from(chunk).toString())
  })().catch(() => undefined)
  return { text: () => texts.join(''), open, ended, stop: () => controller.abort() }
}

describe('a stream', () => {
  test.each(['dev', 'looker', 'tenant', 'approver'] as const)(
    'tells %s what they may look at, before and now',
    async (who) => {
      const stream = follow(who)
      await until('the past is told', stream.text, (text) => text.includes('shop differs in space on open'))
      await rig.client('root').reconcile({ body: { reason: 'xhub' } })
      const frozen = await rig.client('root').freeze({ body: { reason: 'xcluster', clusters: ['xcluster'] } })
      await rig.client('root').thaw({
        params: { freeze: frozen.id },
        body: { confirm: 'xcluster', reason: 'xcluster' },
      })
      const targets = [{ cluster: 'open', clusterId: 'x', keys: ['/ConfigMap/space/a'] }]
      const wide = await rig.client('root').reconcileJob({ body: { clusters: ['open', 'xcluster'] } })
      await until('of a job they hear that a part is theirs', stream.text, (text) =>
        text.includes(`job ${wide.id}: reconcile has begun`),
      )
      const { items } = await rig.client(who).events({ query: { type: 'job-begun' } })
      expect(items.at(-1)).toMatchObject({ job: wide.id, message: `job ${wide.id}: reconcile has begun` })
      const all = await rig.client('root').events({ query: { type: 'job-begun' } })
      expect(all.items.at(-1)?.message).toContain('open, xcluster')
      await rig.client('root').heal({ body: { targets, yes: true } })
      await until('what is theirs is told', stream.text, (text) => text.includes('heal of 1 object on open'))
      expect(hiddenIn(who, stream.text()), stream.text()).toEqual([])
      stream.stop()
      await stream.ended
    },
  )

  test('row 38: a role that a commit takes away is gone with it, and so is the stream within ten seconds', async () => {
    const stream = follow('looker')
    await stream.open
    await rig.inForce(await rig.fleet.commit({ 'fleet/access/looker.yaml': undefined }))
    expect((await rig.ask('looker', '/api/v1/status')).status).toBe(403)
    const began = performance.now()
    await stream.ended
    expect(performance.now() - began).toBeLessThan(10_000)
    await rig.inForce(
      await rig.fleet.commit({ 'fleet/access/looker.yaml': files['fleet/access/looker.yaml'] }),
    )
    expect((await rig.ask('looker', '/api/v1/status')).status).toBe(200)
  })
})

describe('a token', () => {
  test('does a part of what its maker may, until it is taken back', async () => {
    const me = rig.hub.client
    const limits = { environments: ['dev'] }
    const { secret, token } = await me.createToken({
      body: { label: 'ci', privileges: ['read', 'operate'], forMs: 3_600_000, limits },
    })
    const ci = createClient({ url: rig.hub.running.url, token: secret, fetch })
    expect((await ci.clusters({ query: {} })).items.map(({ name }) => name)).toEqual(['open'])
    expect(await ci.session({})).toMatchObject({
      via: 'token',
      id: token.id,
      privileges: ['read', 'operate'],
    })
    await expect(ci.cluster({ params: { cluster: 'xcluster' } })).rejects.toMatchObject({ code: 'not-found' })
    const body = { reason: 'x', confirm: 'open' }
    await expect(ci.reject({ params: { plan: 'plan-open' }, body })).rejects.toMatchObject({
      code: 'not-allowed',
    })
    const more = { label: 'more', privileges: ['read' as const], forMs: 3_600_000 }
    await expect(ci.createToken({ body: more })).rejects.toMatchObject({ code: 'not-allowed' })
    const { items } = await me.tokens({})
    expect(items).toMatchObject([{ id: token.id, label: 'ci', limits }])
    expect(JSON.stringify(items)).not.toContain(secret)
    await me.revokeToken({ params: { token: token.id } })
    await expect(ci.status({ query: {} })).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('is for nobody else to see or take back', async () => {
    await expect(rig.client('dev').tokens({ query: { name: '*' } })).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(rig.client('dev').revokeToken({ params: { token: 't-root' } })).rejects.toMatchObject({
      code: 'not-found',
    })
    expect((await rig.client('root').tokens({ query: { name: '*' } })).items).toHaveLength(everybody.length)
  })
})

test('rows 46 and 47: neither tokens nor sessions nor codes are in the data or in the log', async () => {
  const { secret } = await rig.hub.client.createToken({
    body: { label: 'y', privileges: ['read'], forMs: 60_000 },
  })
  const { url } = await rig.hub.client.signInLink({})
  const code = new URL(url).searchParams.get('code') ?? ''
  const signedIn = await fetch(url, { redirect: 'manual' })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0]?.split('=')[1] ?? ''
  const data = join(rig.folder, 'data')
  const names = (await readdir(data)).filter((name) => name.startsWith('hub.db'))
  const bytes = Buffer.concat(await Promise.all(names.map((name) => readFile(join(data, name)))))
  for (const text of [secret, code, cookie, rig.hub.running.token]) {
    expect(text.length).toBeGreaterThan(40)
    expect(bytes.includes(text)).toBe(false)
    expect(rig.hub.lines.join('\n')).not.toContain(text)
  }
})
