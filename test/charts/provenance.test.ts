import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ChartServer, publish } from './chart-server.ts'
import { ChartRig, failureOf } from './opened-charts.ts'
import { startRegistry } from './registry-server.ts'
import { makeSigner, type Signer } from './signer.ts'

const web = { name: 'web', version: '1.0.0' }
const prov = '/web-1.0.0.tgz.prov'

let publisher: Signer
let stranger: Signer
let rig: ChartRig
let server: ChartServer

beforeAll(() => {
  publisher = makeSigner()
  stranger = makeSigner()
})

afterAll(() => {
  publisher.close()
  stranger.close()
})

beforeEach(async () => {
  rig = new ChartRig()
  server = await rig.serve()
  publish(server, [web])
})

afterEach(() => rig.close())

function fetchVerified(keys: readonly (string | Uint8Array)[] = [publisher.armored]) {
  return rig.open([server]).fetchChart({ ...web, repository: server.url, verify: { keys } })
}

describe('row 50: a chart whose signature is asked for', () => {
  test('is given out when one of the keys signed this archive, armored or not', async () => {
    server.answers.set(prov, publisher.provenanceOf(web))
    expect(await fetchVerified()).toMatchObject({ version: '1.0.0' })
    expect(await fetchVerified([publisher.binary])).toMatchObject({ version: '1.0.0' })
    expect(await fetchVerified([`${stranger.armored}\n${publisher.armored}`])).toMatchObject({
      version: '1.0.0',
    })
  })

  test('is refused without a provenance file, in a repository and in a registry', async () => {
    expect(await failureOf(fetchVerified())).toMatchObject({ code: 'no-provenance' })
    const registry = await startRegistry()
    rig.add(registry)
    await registry.push('web', web)
    const charts = rig.open([], { allowedHosts: [registry.host], plainHttp: [registry.host] })
    const request = { ...web, repository: `oci://${registry.host}`, verify: { keys: [publisher.armored] } }
    expect(await failureOf(charts.fetchChart(request))).toMatchObject({ code: 'no-provenance' })
    await registry.push('web', web, { provenance: stranger.provenanceOf(web) })
    expect(await failureOf(charts.fetchChart(request))).toMatchObject({ code: 'bad-signature' })
    await registry.push('web', web, { provenance: publisher.provenanceOf(web) })
    expect(await charts.fetchChart(request)).toMatchObject({ version: '1.0.0' })
  })

  test('is refused although it is kept, as long as nobody shows a signature', async () => {
    const { digest } = await rig.open([server]).fetchChart({ ...web, repository: server.url })
    const request = { ...web, repository: server.url, digest, verify: { keys: [publisher.armored] } }
    expect(await failureOf(rig.open([server]).fetchChart(request))).toMatchObject({ code: 'no-provenance' })
  })

  test('is refused when a stranger signed, or when what was signed is something else', async () => {
    const good = publisher.provenanceOf(web)
    const cases: readonly (readonly [string, string])[] = [
      ['a stranger', stranger.provenanceOf(web)],
      ['another archive', publisher.provenanceOf(web, { digest: `sha256:${'0'.repeat(64)}` })],
      ['another name', publisher.provenanceOf(web, { fileName: 'other-1.0.0.tgz' })],
      ['another version', publisher.provenanceOf({ ...web, version: '0.9.0' })],
      ['a changed text', good.replace('web', 'wed')],
      [
        'a digest in front of what was signed',
        `files:\n  web-1.0.0.tgz: sha256:1\n\n${publisher.sign('hello')}`,
      ],
      ['a digest behind what was signed', `${publisher.sign('hello')}\nfiles:\n  web-1.0.0.tgz: sha256:1\n`],
      ['no signature at all', good.split('-----BEGIN PGP SIGNATURE-----')[0] ?? ''],
      ['two messages', `${publisher.sign('hello')}${good}`],
      ['no text', ''],
      ['a weak hash', publisher.sign('hello', '--digest-algo', 'SHA1', '--allow-weak-digest-algos')],
    ]
    for (const [what, text] of cases) {
      server.answers.set(prov, text)
      expect([what, await failureOf(fetchVerified())]).toMatchObject([what, { code: 'bad-signature' }])
    }
  })

  test('is refused when the key has run out', async () => {
    const old = makeSigner('seconds=60', '20200101T000000')
    try {
      server.answers.set(prov, old.provenanceOf(web))
      expect(await failureOf(fetchVerified([old.armored]))).toMatchObject({ code: 'bad-signature' })
    } finally {
      old.close()
    }
  })

  test('is refused with keys that are none', async () => {
    server.answers.set(prov, publisher.provenanceOf(web))
    const noKeys: readonly (string | Uint8Array)[][] = [
      [],
      [''],
      ['not a key'],
      [Buffer.from('text')],
      [publisher.armored.replace('-----END PGP PUBLIC KEY BLOCK-----', '')],
    ]
    for (const keys of noKeys) {
      expect(await failureOf(fetchVerified(keys))).toMatchObject({ code: 'bad-key' })
    }
  })
})
