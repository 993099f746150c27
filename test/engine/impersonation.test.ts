import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Rig } from './rig.ts'
import { connectionBy } from './rig.ts'
import { describeVersions } from './each-version.ts'
import { deployment } from './manifests.ts'

interface Written {
  readonly user: { readonly username: string }
  readonly impersonatedUser?: { readonly username: string; readonly groups?: readonly string[] }
}

/** The writes of one object that carry our field manager, from the server's own audit log. */
function applies(r: Rig): Written[] {
  const lines = readFileSync(r.server.auditLog, 'utf8').split('\n')
  return lines
    .filter((line) => line.includes(`/namespaces/${r.namespace}/deployments/web`))
    .map(
      (line) =>
        JSON.parse(line) as Written & {
          verb: string
          stage: string
          requestURI: string
          responseStatus?: { code: number }
        },
    )
    .filter(
      ({ verb, stage, requestURI, responseStatus }) =>
        (responseStatus?.code ?? 500) < 300 &&
        verb === 'patch' &&
        stage === 'ResponseComplete' &&
        requestURI.includes('fieldManager=evenkeel') &&
        !requestURI.includes('dryRun'),
    )
}

describeVersions('a heal that a person asks for', (rig) => {
  const drifted = async (
    options: Parameters<typeof rig>[0] = {},
  ): Promise<{ r: Rig; key: string; before: number }> => {
    const r = await rig({ change: { healAfter: { people: 3_600_000, others: 3_600_000 } }, ...options })
    await r.deliver([deployment('web')])
    await r.kubectl('alice', 'scale', 'deploy/web', '--replicas=5')
    await r.until('it is seen', () => r.open().length === 1)
    return { r, key: `apps/Deployment/${r.namespace}/web`, before: applies(r).length }
  }

  test('is written in their name and with their groups where the cluster lets our account do that', async () => {
    const { r, key, before } = await drifted()
    const as = { user: 'alice', groups: ['people'] }
    expect(await r.engine.heal({ keys: [key], actor: 'alice', requestId: 'q', as })).toMatchObject([
      { outcome: 'healed' },
    ])
    const written = await r.until('the log has it', () => applies(r).slice(before).at(-1))
    expect(written.user.username).toBe('evenkeel')
    expect(written.impersonatedUser?.username).toBe('alice')
    expect(written.impersonatedUser?.groups).toContain('people')
    // Whoever asked, the field is ours again.
    const { metadata } = await r.live('Deployment', 'web')
    const ours = metadata.managedFields?.filter(
      ({ manager, operation }) => manager === 'evenkeel' && operation === 'Apply',
    )
    expect(ours).toHaveLength(1)
  })

  test('is refused where they lack the right, whatever our account may; nothing is written, and nothing is held by it', async () => {
    const { r, key, before } = await drifted()
    const as = { user: 'mallory', groups: [] }
    const [result] = await r.engine.heal({ keys: [key], actor: 'mallory', requestId: 'q', as })
    expect(result).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/mallory.*cannot patch.*in their name/s),
    })
    expect(applies(r)).toHaveLength(before)
    expect(r.open()).toMatchObject([{ path: 'spec.replicas', state: 'open' }])
    expect(r.open()[0]?.hold).toBeUndefined()
    expect(await r.engine.heal({ keys: [key], actor: 'carol', requestId: 'q2' })).toMatchObject([
      { outcome: 'healed' },
    ])
  })

  test('is never written in a name that is reserved or empty, nor by our own account instead', async () => {
    const { r, key, before } = await drifted()
    for (const user of ['', 'system:admin', 'a\nb']) {
      const [result] = await r.engine.heal({ keys: [key], actor: 'x', requestId: 'q', as: { user } })
      expect(result, user).toMatchObject({ outcome: 'failed' })
    }
    r.failures.length = 0
    expect(applies(r)).toHaveLength(before)
  })

  test('is written by our own account, and the event names them, where the cluster does not let it impersonate', async () => {
    const outer = await rig()
    const { server } = outer
    const account = `keeper-${Math.random().toString(36).slice(2, 8)}`
    const namespace = ['-n', outer.namespace]
    await server.mustKubectl('admin', ['create', 'serviceaccount', account, ...namespace])
    const verbs = '--verb=get,list,watch,create,update,patch,delete'
    await server.mustKubectl('admin', ['create', 'clusterrole', account, verbs, '--resource=*.*'])
    const who = [`--clusterrole=${account}`, `--serviceaccount=${outer.namespace}:${account}`]
    await server.mustKubectl('admin', ['create', 'clusterrolebinding', account, ...who])
    const token = (await server.mustKubectl('admin', ['create', 'token', account, ...namespace])).trim()
    const kubeconfig = JSON.parse(server.kubeconfig('evenkeel')) as { users: { user: { token: string } }[] }
    for (const { user } of kubeconfig.users) user.token = token
    const { r, key, before } = await drifted({ connect: () => connectionBy(JSON.stringify(kubeconfig)) })
    const as = { user: 'alice', groups: ['people'] }
    expect(await r.engine.heal({ keys: [key], actor: 'alice', requestId: 'q', as })).toMatchObject([
      { outcome: 'healed' },
    ])
    const written = await r.until('the log has it', () => applies(r).slice(before).at(-1))
    expect(written.user.username).toBe(`system:serviceaccount:${outer.namespace}:${account}`)
    expect(written.impersonatedUser).toBeUndefined()
    expect(r.events.find(({ type }) => type === 'healed')).toMatchObject({ actor: 'alice', requestId: 'q' })
    await server.mustKubectl('admin', ['delete', 'clusterrole,clusterrolebinding', account])
  })
})
